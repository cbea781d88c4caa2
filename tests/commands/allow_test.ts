import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { AllowResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

async function allow(env: TestEnv, ...words: string[]): Promise<AllowResult> {
  return await mpmJson<AllowResult>(env, ["allow", ...words]);
}

async function listed(env: TestEnv, cwd = env.project) {
  const args = ["allow", "--list"];
  const { commands, files } = await mpmJson<AllowResult>(env, args, { cwd });
  return [
    ...commands.map(({ text, args }) => [text, args]),
    ...files.map(({ path, changed }) => [path.split("/").at(-1), changed]),
  ];
}

Deno.test("allow keeps the words of a command, and the text of a shell line", async () => {
  using env = TestEnv.repository();
  assertEquals(await listed(env), []);
  await mpm(env, ["allow", "--", "npm", "test", "--", "--grep", "a b"]);
  assertEquals((await mpm(env, ["allow", "cd web && npm test"])).status, 0);
  await mpm(env, ["allow", "make check"]);
  assertEquals(await listed(env), [
    ["npm test -- --grep 'a b'", ["npm", "test", "--", "--grep", "a b"]],
    ["cd web && npm test", null],
    ["make check", ["make", "check"]],
  ]);
  const { stdout } = await mpm(env, ["allow", "--list"]);
  assertEquals(
    stdout,
    "Allowed in this project, on this machine:\n" +
      "  npm test -- --grep 'a b'\n" +
      "  cd web && npm test (run by a shell)\n" +
      "  make check\n",
  );
});

Deno.test("permissions for a project do not count in a clone of it", async () => {
  using env = TestEnv.repository();
  env.write("run.sh", "exit 0\n");
  await allow(env, "npm test");
  await allow(env, "run.sh");
  env.git("add", ".");
  env.git("commit", "-qm", "all");
  const clone = join(env.root, "clone");
  env.git("clone", "-q", env.project, clone);
  assertEquals(await listed(env, clone), []);
  assertEquals(await listed(env), [
    ["npm test", ["npm", "test"]],
    ["run.sh", false],
  ]);
});

Deno.test("allow lets a file run only with the content that it had", async () => {
  using env = TestEnv.repository();
  env.write("run.sh", "exit 0\n");
  const { files: [file] } = await allow(env, "run.sh");
  assertEquals(file?.path, join(env.project, "run.sh"));
  env.write("run.sh", "exit 1\n");
  assertEquals(await listed(env), [["run.sh", true]]);
  const { stdout } = await mpm(env, ["allow", "--list"]);
  assertStringIncludes(
    stdout,
    "run.sh (changed; to allow it again: mpm allow ",
  );
  await allow(env, "run.sh");
  assertEquals(await listed(env), [["run.sh", false]]);
  env.remove("run.sh");
  assertEquals(await listed(env), [["run.sh", true]]);
  assertEquals((await allow(env, "--remove", "run.sh")).change, "removed");
  assertEquals(await listed(env), []);
});

Deno.test("allow and hooks allow are one list", async () => {
  using env = TestEnv.repository();
  const hook = ".claude-mpm/hooks/pre-session.sh";
  env.write(hook, "#!/bin/sh\nexit 0\n");
  await allow(env, hook);
  assertEquals((await mpm(env, ["hooks", "run", "pre-session"])).status, 0);
  await mpm(env, ["allow", "--remove", hook]);
  assertEquals((await mpm(env, ["hooks", "run", "pre-session"])).status, 4);
  await mpm(env, ["hooks", "allow", "pre-session"]);
  assertEquals(await listed(env), [["pre-session.sh", false]]);
});

Deno.test("allow accepts permissions of an earlier version", async () => {
  using env = TestEnv.repository();
  const hook = ".claude-mpm/hooks/pre-session.sh";
  env.write(hook, "#!/bin/sh\nexit 0\n");
  const { files: [file] } = await allow(env, hook);
  const state = join(env.home, ".local/state/mpm");
  Deno.removeSync(join(state, "allowed.json"));
  const scripts = { [file!.path]: { sha256: file!.sha256, ejected: null } };
  Deno.writeTextFileSync(
    join(state, "allowed-hooks.json"),
    JSON.stringify({ version: 1, scripts }),
  );
  assertEquals(await listed(env), [["pre-session.sh", false]]);
  await allow(env, "npm test");
  assertEquals((await listed(env)).length, 2);
});

Deno.test("undo undoes adding and removing a permission", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["init"]);
  env.write("run.sh", "exit 0\n");
  await allow(env, "npm test");
  await allow(env, "run.sh");
  const all = await listed(env);
  await allow(env, "--remove", "npm test");
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals(await listed(env), all);
  // Already allowed: nothing to undo.
  assertEquals((await allow(env, "npm test")).change, "none");
  const { stdout } = await mpm(env, ["undo"]);
  assertStringIncludes(stdout, "no longer allowed: $ROOT/project/run.sh");
  assertEquals(await listed(env), [["npm test", ["npm", "test"]]]);
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals(await listed(env), []);
});

Deno.test("allow refuses anything but a command or a file of the project", async () => {
  using env = TestEnv.repository();
  env.write("run.sh", "exit 0\n");
  Deno.symlinkSync("run.sh", join(env.project, "link"));
  const outside = join(env.root, "outside.sh");
  Deno.writeTextFileSync(outside, "exit 0\n");
  const cases: [string[], number, string][] = [
    [[], 2, "Missing argument <command>"],
    [["link"], 4, "must be a regular file"],
    [[outside], 4, "not in this project"],
    [["npm test\u202e"], 2, "Cannot allow this text"],
    [["curl -H 'Authorization: Bearer abcdef1234567890abcdef'"], 2, "a secret"],
    [["--remove", "npm test"], 3, "is not allowed here"],
    [["--list", "npm"], 2, "Cannot combine --list"],
  ];
  for (const [words, status, says] of cases) {
    const done = await mpm(env, ["allow", ...words]);
    assertEquals(done.status, status, done.stderr);
    assertStringIncludes(done.stderr, says);
  }
  assertEquals(await listed(env), []);
});

Deno.test("allow --dry-run allows nothing", async () => {
  using env = TestEnv.repository();
  assertEquals((await allow(env, "--dry-run", "npm test")).change, "allowed");
  assertEquals(await listed(env), []);
});

Deno.test("nothing in a project can allow anything", async () => {
  using env = TestEnv.repository();
  const planted = {
    version: 1,
    files: {},
    commands: { [env.project]: { "npm test": { args: ["npm"], at: "" } } },
  };
  const list = JSON.stringify(planted);
  for (
    const path of [
      ...["allowed.json", ".claude-mpm/allowed.json"],
      ".claude-mpm/state/allowed.json",
    ]
  ) env.write(path, list);
  assertEquals(await listed(env), []);
});

Deno.test("allow keeps a damaged list aside and reports it", async () => {
  for (const command of [["allow", "make check"], ["hooks", "eject"]]) {
    using env = TestEnv.repository();
    await mpm(env, ["init"]);
    await mpm(env, ["allow", "npm test"]);
    const folder = join(env.home, ".local/state/mpm");
    const list = join(folder, "allowed.json");
    const text = Deno.readTextFileSync(list).slice(0, -5);
    Deno.writeTextFileSync(list, text);
    const dry = await mpm(env, [...command, "--dry-run"]);
    assertEquals([dry.status, Deno.readTextFileSync(list)], [0, text]);
    const { status, stderr } = await mpm(env, command);
    const [aside] = [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name.startsWith("allowed.json."));
    assertEquals([status, Deno.readTextFileSync(join(folder, aside!))], [
      0,
      text,
    ]);
    assertStringIncludes(
      stderr,
      'allowed.json", so nothing is allowed to run now.',
    );
    assertStringIncludes(stderr, aside!);
    // Only once: the new list is complete.
    assertEquals((await mpm(env, ["allow", "make lint"])).stderr, "");
  }
});
