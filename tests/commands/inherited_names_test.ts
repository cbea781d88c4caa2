import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { CheckpointRestoreResult } from "../../schemas/types.ts";
import { branch, comeBack, treeOf } from "../helpers/detours.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { ownSave, putHome, putSave } from "../helpers/stores.ts";

/** Names of properties that every JavaScript object inherits. */
const NAMES = [
  "constructor",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "__proto__",
];

/** Files of those names: committed, edited, some with unusual permissions. */
function project(): TestEnv {
  const env = TestEnv.repository();
  for (const name of NAMES) env.write(name, `${name} committed\n`);
  env.write("below/__proto__/constructor", "committed\n");
  env.commit("Add the files");
  for (const name of NAMES) env.write(name, `${name} edited\n`);
  env.write("below/__proto__/constructor", "edited\n");
  Deno.chmodSync(join(env.project, "__proto__"), 0o600);
  Deno.chmodSync(join(env.project, "valueOf"), 0o640);
  return env;
}

posixTest(
  "files named constructor or __proto__ are restored by restore, undo and --to",
  async () => {
    using env = project();
    const before = treeOf(env);
    await mpmJson(env, ["checkpoint", "save", "one"]);
    for (const name of NAMES.slice(2)) env.remove(name);
    env.write("constructor", "later\n");
    const later = treeOf(env);
    const { skipped } = await mpmJson<CheckpointRestoreResult>(env, [
      ...["checkpoint", "restore", "one", "--yes"],
    ]);
    assertEquals(skipped, []);
    assertEquals(treeOf(env), before);
    await mpmJson(env, ["undo"]);
    assertEquals(treeOf(env), later);
    const to = join(env.root, "copy");
    await mpmJson(env, ["checkpoint", "restore", "one", "--to", to]);
    for (const name of [...NAMES, "below/__proto__/constructor"]) {
      const { mode } = Deno.statSync(join(to, name));
      const bytes = Deno.readFileSync(join(to, name)).toBase64();
      assertEquals(
        `${((mode ?? 0) & 0o777).toString(8)} ${bytes}`,
        before.files[name],
      );
    }
  },
);

posixTest(
  "files with inherited names are restored from the contents of a save",
  async () => {
    using env = project();
    const before = treeOf(env);
    await mpmJson(env, ["pause", "--no-commit", "Edited"]);
    env.git("checkout", "-q", ".");
    for (const name of NAMES.slice(2)) env.remove(name);
    const { skipped } = await mpmJson<CheckpointRestoreResult>(env, [
      ...["restore", "--all", "--yes"],
    ]);
    assertEquals(skipped, []);
    assertEquals(treeOf(env), before);
  },
);

posixTest(
  "a detour parks files with inherited names and return restores them",
  async () => {
    using env = project();
    const before = treeOf(env);
    await branch(env, ["constructor", "Fix", "--stash", "-b", "toString"]);
    for (const name of NAMES) {
      assertEquals(
        env.read(name),
        `${name} committed\n`,
      );
    }
    env.write("hasOwnProperty", "leftover\n");
    await comeBack(env, ["--park"]);
    assertEquals(treeOf(env), before);
  },
);

Deno.test("sessions, checkpoints, templates and variables may have such names", async () => {
  using env = TestEnv.repository();
  // A variable begins with a letter.
  const names = NAMES.slice(0, 4);
  const variables = names.map((name) => `  ${name}:\n    required: true\n`);
  const items = names.map((name) => `- [ ] ${name} is {{${name}}}\n`);
  for (const name of ["constructor", "hasOwnProperty"]) {
    env.write(
      `.claude-mpm/templates/${name}.md`,
      `---\nname: T\nvariables:\n${variables.join("")}---\n## P\n${
        items.join("")
      }`,
    );
  }
  env.commit("Add the templates");
  const lacking = await mpm(env, ["start", "a", "-t", "constructor"]);
  assertEquals(lacking.status, 2, lacking.stderr);
  for (const name of names) assertStringIncludes(lacking.stderr, `"${name}"`);
  for (const name of ["constructor", "hasOwnProperty"]) {
    const given = names.flatMap((one) => ["--var", `${one}=<${one}>`]);
    await mpmJson(env, ["start", name, "-t", name, ...given]);
    const { stdout } = await mpm(env, ["check"]);
    for (const one of names) assertStringIncludes(stdout, `${one} is <${one}>`);
    await mpmJson(env, ["pause", "--name", name]);
    await mpmJson(env, ["checkpoint", "save", name]);
    await mpmJson(env, ["checkpoint", "show", name]);
    assertStringIncludes((await mpm(env, ["resume", name])).stdout, "T: ");
    await mpmJson(env, ["complete"]);
  }
  for (const name of NAMES) {
    for (
      const args of [
        ...[[name], [`--${name}`], [`--${name}`, "status"], ["help", name]],
        ...[["config", "get", name], ["config", "set", name, "1"]],
        ...[["hooks", "show", name], ["template", "show", "valueOf"]],
      ]
    ) {
      const { status, stderr } = await mpm(env, args);
      assert([2, 3].includes(status), `${args.join(" ")}: ${status} ${stderr}`);
    }
    assertEquals(
      await mpm(env, ["hook", name], { stdin: "{}" }),
      { status: 0, stdout: "", stderr: "" },
    );
  }
});

Deno.test("tables of settings and counts of labels may have such entries", async () => {
  using env = TestEnv.repository();
  const set = ["config", "set", "--scope", "user"];
  await mpmJson(env, [...set, "redaction.rules.constructor", "zq[0-9]{8}"]);
  const names = [...NAMES.slice(0, 4), "__proto__"];
  for (const [at, name] of names.entries()) {
    await mpmJson(env, [...set, `context.windows.${name}`, `${at + 1000}`]);
  }
  for (const [at, name] of names.entries()) {
    const key = `context.windows.${name}`;
    const { value } = await mpmJson(env, ["config", "get", key]);
    assertEquals(value, at + 1000);
    await mpmJson(env, ["config", "unset", key, "--scope", "user"]);
    assertEquals((await mpmJson(env, ["config", "get", key])).value, null);
  }
  const { redactions } = await mpmJson(env, [
    ...["pause", "-s", "zq12345678 and zq87654321"],
  ]);
  assertEquals(JSON.stringify(redactions), `{"constructor":4}`);
  putHome(env, "found.txt", "zq12345678\n");
  const scan = await mpm(env, ["scan", join(env.home, "found.txt"), "--json"]);
  assertEquals(JSON.parse(scan.stdout).labels, { constructor: 1 });
});

Deno.test("unknown fields of a save keep such names", async () => {
  using env = TestEnv.repository();
  const entries = NAMES.map((name) => `"${name}": {"${name}": 1}`).join(", ");
  const save = ownSave("session-20261120-101010");
  putSave(env, { ...save, ...JSON.parse(`{${entries}}`) });
  const bundle = join(env.root, "bundle.json");
  await mpmJson(env, ["saves", "export", "--bundle", "-o", bundle]);
  using other = TestEnv.repository();
  await mpmJson(other, ["saves", "import", bundle]);
  const shown = await mpm(other, ["saves", "show", "latest", "--json"]);
  for (const name of NAMES) {
    assertStringIncludes(
      shown.stdout.replaceAll(/\s/g, ""),
      `"${name}":{"${name}":1}`,
    );
  }
});
