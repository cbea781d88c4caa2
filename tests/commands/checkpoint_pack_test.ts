import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";

/** Half of `gc.autoPackLimit`, above which git combines packs by itself. */
const MOST = 25;

/** Packs, loose objects, and obstacles to packing. */
function objectsOf(env: TestEnv, gitDir = ".git") {
  const folder = join(env.project, gitDir, "objects/pack");
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  const counted = env.git(`--git-dir=${gitDir}`, "count-objects", "-v");
  return {
    packs: names.filter((name) => name.endsWith(".pack")).length,
    loose: Number(/^count: (\d+)/m.exec(counted)![1]),
    others: names.filter((name) => !/^pack-\w+\.(pack|idx|rev)$/.test(name)),
  };
}

async function run(env: TestEnv, ...args: string[]): Promise<void> {
  const { status, stderr } = await mpm(env, args);
  assertEquals([status, stderr], [0, ""]);
}

/** Copies one of the packs until there are `count`. */
function fillUp(env: TestEnv, count: number): void {
  const folder = join(env.project, ".git/objects/pack");
  const packs = [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.endsWith(".pack"))
    .map(({ name }) => join(folder, name.slice(0, -".pack".length)));
  for (let number = packs.length; number < count; number++) {
    const other = `pack-${number.toString(16).padStart(40, "0")}`;
    for (const ending of [".pack", ".idx"]) {
      Deno.copyFileSync(packs[0] + ending, join(folder, other + ending));
    }
  }
}

Deno.test("a checkpoint is one more pack, which git combines like any other", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "changed\n");
  env.write("new", "new\n");
  const { loose } = objectsOf(env);
  await run(env, "checkpoint", "save", "one");
  assertEquals(objectsOf(env), { packs: 1, loose, others: [] });
  env.git("gc", "-q", "--prune=now");
  env.git("fsck", "--strict");
  assertEquals(objectsOf(env), { packs: 1, loose: 0, others: [] });
  env.write("README.md", "lost\n");
  await run(env, "checkpoint", "restore", "one", "--yes");
  assertEquals(env.read("README.md"), "changed\n");
});

Deno.test("mpm keeps every repository below half of git's limit for packs", async () => {
  using env = TestEnv.repository();
  env.write("new", "1\n");
  await run(env, "checkpoint", "save", "one");
  fillUp(env, MOST);
  const before = objectsOf(env);
  assertEquals(before.packs, MOST);
  env.write("new", "2\n");
  await run(env, "checkpoint", "save", "two");
  const after = objectsOf(env);
  assertEquals([after.packs, after.others], [MOST, []]);
  // The file, the record, the commit and two folders.
  assertEquals(after.loose - before.loose, 5);
  env.git("fsck", "--strict");
});

Deno.test("an automatic checkpoint, which no one waits for, is not a pack", async () => {
  using env = TestEnv.repository();
  env.write("new", "1\n");
  await run(env, "checkpoint", "save", "--auto");
  assertEquals(objectsOf(env).packs, 0);
  env.git("fsck", "--strict");
});

Deno.test("the commit of a save is also a pack", async () => {
  using env = TestEnv.repository();
  await run(env, "pause", "Later");
  assertEquals(objectsOf(env).packs, 1);
  env.git("fsck", "--strict");
  assertEquals(env.git("status", "--porcelain"), "");
});

Deno.test("packs of a linked worktree are those of its repository", async () => {
  using env = TestEnv.repository();
  env.git("worktree", "add", "-q", "linked");
  env.write("linked/new", "1\n");
  const save = () =>
    mpm(env, ["checkpoint", "save", "one"], {
      cwd: join(env.project, "linked"),
    });
  assertEquals((await save()).status, 0);
  assertEquals(objectsOf(env).packs, 1);
});

Deno.test("outside git a checkpoint is a pack in mpm's repository", async () => {
  using env = new TestEnv();
  env.write("new", "1\n");
  await run(env, "checkpoint", "save", "one");
  const own = ".claude-mpm/checkpoints.git";
  assertEquals(objectsOf(env, own), { packs: 1, loose: 0, others: [] });
});

Deno.test("sometimes git packs the objects of pauses, but no ref of the user", async () => {
  using env = TestEnv.repository();
  env.git("branch", "topic");
  env.write("new", "1\n");
  const { loose } = objectsOf(env);
  const pause = async (day: number) => {
    const now = () => new Date(Date.UTC(2026, 10, day));
    const { status, stderr } = await mpm(env, ["pause", "Later"], { now });
    assertEquals([status, stderr], [0, ""]);
  };
  await pause(1);
  fillUp(env, MOST);
  await pause(2);
  const left = objectsOf(env);
  assertEquals(left.loose - loose, 3);
  // As after 99 pauses.
  env.write(".claude-mpm/state/imports", ".".repeat(99));
  env.write("new", "3\n");
  await pause(3);
  // Objects of the user that are not in any mpm commit stay loose.
  assertEquals(objectsOf(env), { ...left, packs: left.packs + 1, loose });
  assertEquals(env.exists(".git/refs/heads/topic"), true);
  env.git("fsck", "--strict");
  const id = "session-20261103-000000";
  assertEquals(env.git("show", `refs/mpm/contents/${id}:worktree/new`), "3");
});
