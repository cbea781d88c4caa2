import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  ContextDiffResult,
  ContextHistoryResult,
  SavesShowResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { failures, fire, talked } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

const FILE = ".claude/context.md";

/** The time of a pause; its id ends with the minute. */
const at = (minute: number) => () =>
  new Date(Date.UTC(2026, 10, 20, 12, minute));

const id = (minute: number) =>
  `session-20261120-12${`${minute}`.padStart(2, "0")}00`;

async function pause(env: TestEnv, minute: number): Promise<void> {
  await mpmJson(env, ["pause", `At ${minute}`, "--no-commit"], {
    now: at(minute),
  });
}

/** Returns the version of the file in the save of a minute. */
async function kept(env: TestEnv, minute: number) {
  const { session } = await mpmJson<SavesShowResult>(env, [
    ...["saves", "show", id(minute)],
  ]);
  return session.mpm?.contexts?.map(({ path, text, held_by: by }) => [
    ...[path, text ?? null, by ?? null],
  ]);
}

async function history(env: TestEnv, ...args: string[]) {
  return await mpmJson<ContextHistoryResult>(env, [
    ...["context", "history", ...args],
  ]);
}

/** Four pauses; the file changes before the third, and after the last. */
async function story(): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.write(FILE, "# Context\n\nPostgres\n");
  await pause(env, 1);
  await pause(env, 2);
  env.write(FILE, "# Context\n\nSQLite\nNo ORM\n");
  await pause(env, 3);
  await pause(env, 4);
  env.write(FILE, "# Context\n\nSQLite\n");
  return env;
}

Deno.test("a save keeps a context file once, and names the save that has it", async () => {
  using env = await story();
  assertEquals(await kept(env, 1), [[FILE, "# Context\n\nPostgres\n", null]]);
  assertEquals(await kept(env, 2), [[FILE, null, id(1)]]);
  assertEquals(await kept(env, 4), [[FILE, null, id(3)]]);
  // Without the save that has it, the next one has it again.
  env.write(FILE, "# Context\n\nSQLite\nNo ORM\n");
  await mpmJson(env, ["saves", "rm", id(3)]);
  await pause(env, 5);
  assertEquals((await kept(env, 5))?.[0]?.[2], null);
});

Deno.test("a text that is only in an automatic save is kept again", async () => {
  using env = TestEnv.repository();
  env.write(FILE, "One\n");
  talked(env, 1000);
  await pause(env, 1);
  env.write(FILE, "Two\n");
  await fire(env, "UserPromptSubmit", { prompt: "Go on" }, { now: at(2) });
  await fire(env, "SessionEnd", { reason: "other" }, { now: at(3) });
  assertEquals(failures(env), "");
  assertEquals(await kept(env, 3), [[FILE, "Two\n", null]]);
  await pause(env, 4);
  assertEquals(await kept(env, 4), [[FILE, "Two\n", null]]);
  await pause(env, 5);
  assertEquals(await kept(env, 5), [[FILE, null, id(4)]]);
});

Deno.test("context history lists each version with its save and its lines", async () => {
  using env = await story();
  assertEquals(await mpm(env, ["context", "history"]), {
    status: 0,
    stdout: `${FILE}
  ${id(3)}  2026-11-20 12:03:00  +2 -1
  ${id(1)}  2026-11-20 12:01:00  +3 -0
`,
    stderr: "",
  });
  const short = await history(env, FILE, "--limit", "1");
  assertEquals(
    short.files.map(({ versions, omitted }) => [
      ...[versions.length, omitted, versions[0]?.added],
    ]),
    [[1, 1, 2]],
  );
  assertEquals((await history(env, "README.md")).files, []);
  // The texts of removed saves are removed as well.
  await mpmJson(env, ["saves", "rm", id(1)]);
  const { files } = await history(env);
  assertEquals(files[0]?.versions.map((one) => [one.session_id, one.added]), [
    ...[[id(3), null], [id(2), null]],
  ]);
});

Deno.test("context diff shows what changed between saves, and since one", async () => {
  using env = await story();
  const diff = async (...args: string[]) =>
    (await mpm(env, ["context", "diff", ...args])).stdout;
  const head = `--- ${FILE}\n+++ ${FILE}\n`;
  assertEquals(
    await diff(),
    `${head}@@ -1,4 +1,3 @@\n # Context\n \n SQLite\n-No ORM\n`,
  );
  assertEquals(
    await diff(id(2), "latest"),
    `${head}@@ -1,3 +1,4 @@\n # Context\n \n-Postgres\n+SQLite\n+No ORM\n`,
  );
  assertEquals(await diff(id(1), id(2)), `${FILE} is unchanged.\n`);
  env.remove(FILE);
  assertStringIncludes(await diff(id(1)), "-Postgres\n");
  const none = await mpm(env, ["context", "diff", "--file", "../x"]);
  assertEquals(none.status, 3);
});

Deno.test("a partition's context file is kept in addition to the project's", async () => {
  using env = TestEnv.repository();
  env.write(
    ".claude-mpm/config.toml",
    '[partitions.api]\npaths = ["api"]\ncontext = "api/context.md"\n',
  );
  env.write(FILE, "All\n");
  env.write("api/context.md", "API\n");
  await pause(env, 1);
  assertEquals(await kept(env, 1), [
    [FILE, "All\n", null],
    ["api/context.md", "API\n", null],
  ]);
  env.write("api/context.md", "API 2\n");
  const args = ["context", "diff", "--file", "api/context.md"];
  const { files: [only] } = await mpmJson<ContextDiffResult>(env, args);
  assertEquals(
    [only?.same, only?.before.session_id, only?.after.session_id],
    [false, id(1), null],
  );
  // Without --file: each context file in use.
  const diff = async (...args: string[]) =>
    (await mpm(env, ["context", "diff", ...args])).stdout;
  const api = [
    ...["--- api/context.md", "+++ api/context.md", "@@ -1 +1 @@"],
    ...["-API", "+API 2", ""],
  ].join("\n");
  assertEquals(await diff(), `${FILE} is unchanged.\n${api}`);
  assertEquals(await diff(id(1)), `${FILE} is unchanged.\n${api}`);
  await pause(env, 2);
  assertEquals(await diff("1", "0"), `${FILE} is unchanged.\n${api}`);
  // Without a partition in use, only the project's own file.
  await mpmJson(env, ["partition", "use", "--none"]);
  env.write(FILE, "All 2\n");
  await pause(env, 3);
  assertEquals(await diff(), `${FILE} is unchanged.\n`);
  await mpmJson(env, ["partition", "use", "api"]);
  const { files, warnings } = await mpmJson<ContextDiffResult>(env, [
    ...["context", "diff", id(2), id(3)],
  ]);
  assertEquals(files.map(({ path, same }) => [path, same]), [[FILE, false]]);
  assertEquals(warnings, [`${id(3)} does not contain "api/context.md"`]);
});

posixTest(
  "links, large and binary files are not kept, and secrets are hidden",
  async () => {
    using env = TestEnv.repository();
    const token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    env.write(FILE, `# Context\nToken: ${token}\x1b[2J\n`);
    await pause(env, 1);
    const text = env.read(`.claude-mpm/sessions/${id(1)}.json`);
    assert(!text.includes(token));
    env.write(FILE, `# Context\nToken: ${token}\x1b[2J\nMore\n`);
    const { stdout } = await mpm(env, ["context", "diff"]);
    assertStringIncludes(stdout, "\n+More\n");
    assert(!stdout.includes(token) && !stdout.includes("\x1b"));
    const odd = ["x".repeat(65_537), "\0binary"];
    for (const [minute, content] of odd.entries()) {
      env.write(FILE, content);
      await pause(env, 2 + minute);
      assertEquals(await kept(env, 2 + minute), undefined);
    }
    env.remove(FILE);
    Deno.symlinkSync(join(env.root, "home"), join(env.project, FILE));
    await pause(env, 6);
    assertEquals(await kept(env, 6), undefined);
    env.remove(".claude");
    Deno.mkdirSync(join(env.root, "claude"));
    Deno.writeTextFileSync(join(env.root, "claude/context.md"), "x");
    Deno.symlinkSync(join(env.root, "claude"), join(env.project, ".claude"));
    await pause(env, 7);
    assertEquals(await kept(env, 7), undefined);
  },
);

Deno.test("context history works without git and without saves", async () => {
  using env = new TestEnv();
  assertEquals((await history(env)).files, []);
  assert(!env.exists(".claude-mpm"));
  assertEquals((await mpm(env, ["context", "diff"])).status, 3);
  env.write(FILE, "x\n");
  await pause(env, 1);
  assertEquals((await history(env)).files[0]?.versions.length, 1);
});
