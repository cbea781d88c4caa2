import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { UndoTrashResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

const DAY = 24 * 60 * 60 * 1000;
const START = Date.UTC(2026, 10, 20, 12);

/** A clock that is the given number of days after the start. */
const day = (count: number) => () => new Date(START + count * DAY);

const TRASH = ".claude-mpm/trash";

function folders(env: TestEnv): string[] {
  return [...Deno.readDirSync(join(env.project, TRASH))]
    .filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
}

/** Everything in it becomes as old as its name says. */
function settle(env: TestEnv): void {
  for (const name of folders(env)) {
    Deno.utimeSync(join(env.project, TRASH, name), START / 1000, START / 1000);
  }
}

/** A removal, and enough later operations to push it out of the log. */
async function removed({ later = 25 } = {}): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, ["pause", "--no-commit", "Old"], { now: day(0) });
  await mpmJson(env, ["saves", "rm", "0"], { now: day(0) });
  for (let count = 0; count < later; count++) {
    await mpmJson(env, ["template", "new", `t${count}`], { now: day(0) });
  }
  settle(env);
  return env;
}

async function prune(env: TestEnv, count: number, ...args: string[]) {
  const { items } = await mpmJson<UndoTrashResult>(
    env,
    ["undo", "trash", "--prune", ...args],
    { now: day(count) },
  );
  return items.filter(({ remove }) => remove).map(({ reason }) => reason);
}

Deno.test("the trash keeps what is younger than its age, and drops what is older", async () => {
  using env = await removed();
  assertEquals(await prune(env, 29), []);
  assertEquals(folders(env).length, 1);
  const old = ["it is older than trash.max_age"];
  assertEquals(await prune(env, 31, "--dry-run"), old);
  assertEquals(folders(env).length, 1);
  const { stdout } = await mpm(env, ["undo", "trash"], { now: day(31) });
  assertStringIncludes(stdout, "1 month ago");
  assertStringIncludes(stdout, "goes: it is older than trash.max_age");
  assertEquals(await prune(env, 31), old);
  assertEquals(folders(env), []);
  const { status, stderr } = await mpm(env, ["undo", "2"], { now: day(31) });
  assertEquals(status, 4);
  assertStringIncludes(stderr, "no longer in the trash");
});

Deno.test("files that the last operations need stay, however old and large", async () => {
  using env = await removed({ later: 3 });
  await mpmJson(env, ["config", "set", "trash.max_mb", "1"], { now: day(0) });
  assertEquals(await prune(env, 400), []);
  await mpmJson(env, ["undo", "2"], { now: day(400) });
  const { sessions } = await mpmJson<{ sessions: unknown[] }>(env, [
    ...["saves", "list"],
  ]);
  assertEquals(sessions.length, 1);
});

Deno.test("a trash that is too large drops the oldest files first", async () => {
  using env = await removed();
  await mpmJson(env, ["config", "set", "trash.max_mb", "1"]);
  env.write(`${TRASH}/20261101-000000-rm/large`, new Uint8Array(700_000));
  env.write(`${TRASH}/20261102-000000-rm/large`, new Uint8Array(700_000));
  settle(env);
  for (const name of folders(env)) {
    if (!name.startsWith("202611")) continue;
    const at = Date.UTC(2026, 10, Number(name.slice(6, 8))) / 1000;
    Deno.utimeSync(join(env.project, TRASH, name), at, at);
  }
  assertEquals(await prune(env, 1), ["the trash is larger than trash.max_mb"]);
  assertEquals(folders(env).map((name) => name.slice(0, 8)), [
    "20261102",
    "20261120",
  ]);
});

Deno.test("the age can be given, is checked, and a project cannot set it", async () => {
  using env = await removed();
  assertEquals(await prune(env, 2, "--older-than", "3d"), []);
  assertEquals(await prune(env, 2, "--older-than", "1d"), [
    "it is older than trash.max_age",
  ]);
  const odd = await mpm(env, ["trash", "prune", "--older-than", "soon"]);
  assertEquals(odd.status, 2);
  const set = ["config", "set", "trash.max_age", "0", "--scope", "project"];
  assertEquals((await mpm(env, set)).status, 2);
});

Deno.test("mpm removes old files by itself, once a day, but never a stranger's", async () => {
  using env = await removed();
  env.write(`${TRASH}/mine/file`, "mine\n");
  env.write(`${TRASH}/20200101-000000-rm`, "a file\n");
  const rm = async (count: number) => {
    await mpmJson(env, ["pause", "--no-commit"], { now: day(count) });
    await mpmJson(env, ["saves", "rm", "0"], { now: day(count) });
  };
  await rm(31);
  const names = folders(env);
  assertEquals(names.filter((name) => name.startsWith("20261120")), []);
  assertEquals(names.includes("mine"), true);
  assert(env.exists(`${TRASH}/20200101-000000-rm`));
});

Deno.test("a wrong clock does not make the trash lose new files", async () => {
  using env = await removed();
  // Then the clock went back: the existing files are from the future.
  assertEquals(await prune(env, -400), []);
  // The clock was slow when this was put there; the file system has the right
  // time.
  env.write(`${TRASH}/19700101-000000-rm/file`, "x");
  assertEquals(await prune(env, 0), []);
  assertEquals(folders(env).length, 2);
});
