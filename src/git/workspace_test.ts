import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { FileError } from "../base/errors.ts";
import { locate } from "./workspace.ts";
import type { Workspace } from "./repository.ts";
import { TestEnv } from "../../tests/helpers/env.ts";

/** The workspace of a folder below the root, with `$ROOT` for the root. */
async function found(env: TestEnv, folder: string): Promise<Workspace> {
  const workspace = await locate(env.system(), join(env.root, folder));
  return JSON.parse(JSON.stringify(workspace).replaceAll(env.root, "$ROOT"));
}

Deno.test("locate() finds a repository from its top and from a subfolder", async () => {
  using env = TestEnv.repository();
  env.write("sub/deep/file", "");
  const expected = {
    git: "repository",
    cwd: "$ROOT/project",
    worktree: "$ROOT/project",
    root: "$ROOT/project",
    gitDir: "$ROOT/project/.git",
    commonDir: "$ROOT/project/.git",
    linked: false,
  } as const;
  assertEquals<unknown>(await found(env, "project"), expected);
  const cwd = "$ROOT/project/sub/deep";
  assertEquals<unknown>(await found(env, "project/sub/deep"), {
    ...expected,
    cwd,
  });
});

Deno.test("locate() takes the main worktree as the root of a linked one", async () => {
  using env = TestEnv.repository();
  env.git("worktree", "add", "-q", "../linked");
  assertEquals<unknown>(await found(env, "linked"), {
    git: "repository",
    cwd: "$ROOT/linked",
    worktree: "$ROOT/linked",
    root: "$ROOT/project",
    gitDir: "$ROOT/project/.git/worktrees/linked",
    commonDir: "$ROOT/project/.git",
    linked: true,
  });
});

Deno.test("locate() takes a bare repository as the root of its worktrees", async () => {
  using env = TestEnv.repository();
  env.git("clone", "-q", "--bare", ".", "../bare.git");
  env.gitIn(join(env.root, "bare.git"), "worktree", "add", "-q", "../tree");
  const { worktree, root, linked } = await found(env, "tree");
  assertEquals([worktree, root, linked], [
    "$ROOT/tree",
    "$ROOT/bare.git",
    true,
  ]);
});

Deno.test("locate() reports that a bare repository has no working tree", async () => {
  using env = TestEnv.repository();
  env.git("clone", "-q", "--bare", ".", "../bare.git");
  assertEquals<unknown>(await found(env, "bare.git/refs"), {
    git: "none",
    reason: "a bare repository has no working tree",
    cwd: "$ROOT/bare.git/refs",
    worktree: "$ROOT/bare.git/refs",
    root: "$ROOT/bare.git",
    linked: false,
  });
});

Deno.test("locate() finds the worktree from within its .git folder", async () => {
  using env = TestEnv.repository();
  const { git, worktree, root } = await found(env, "project/.git/refs");
  assertEquals(
    [git, worktree, root],
    ["repository", "$ROOT/project", "$ROOT/project"],
  );
});

Deno.test("locate() takes a submodule as its own project, and from its worktrees too", async () => {
  using env = TestEnv.repository();
  env.git("clone", "-q", ".", "../library");
  env.git("submodule", "add", "-q", "../library", "lib");
  env.gitIn(join(env.project, "lib"), "worktree", "add", "-q", "../../libtree");
  const lib = await found(env, "project/lib");
  assertEquals([lib.worktree, lib.root, lib.linked], [
    "$ROOT/project/lib",
    "$ROOT/project/lib",
    false,
  ]);
  const tree = await found(env, "libtree");
  assertEquals([tree.worktree, tree.root, tree.linked], [
    "$ROOT/libtree",
    "$ROOT/project/lib",
    true,
  ]);
});

Deno.test("locate() reads folder names with newlines and blanks", async () => {
  using env = TestEnv.repository();
  const odd = "a \n--b\né";
  Deno.renameSync(env.project, join(env.root, odd));
  const { git, worktree, root } = await found(env, odd);
  const expected = `$ROOT/${odd}`;
  assertEquals([git, worktree, root], ["repository", expected, expected]);
});

Deno.test("locate() outside git takes the nearest folder with a real .claude-mpm", async () => {
  using env = new TestEnv();
  env.write("a/b/c/file", "");
  assertEquals((await found(env, "project/a/b")).root, "$ROOT/project/a/b");
  env.write("a/.claude-mpm/x", "");
  env.write("a/b/.claude-mpm", "a file");
  assertEquals<unknown>(await found(env, "project/a/b/c"), {
    git: "none",
    cwd: "$ROOT/project/a/b/c",
    worktree: "$ROOT/project/a/b/c",
    root: "$ROOT/project/a",
    linked: false,
  });
});

Deno.test("locate() does not treat the home folder as the project of the folders below it", async () => {
  using env = new TestEnv();
  Deno.mkdirSync(join(env.home, "work"));
  Deno.mkdirSync(join(env.home, ".claude-mpm"));
  assertEquals((await found(env, "home/work")).root, "$ROOT/home/work");
  assertEquals((await found(env, "home")).root, "$ROOT/home");
});

Deno.test("locate() reports that git is not installed", async () => {
  using env = TestEnv.repository();
  env.extra.PATH = join(env.root, "nothing");
  const { git, reason, root } = await found(env, "project");
  assertEquals([git, reason, root], [
    "no-git",
    "git is not installed",
    "$ROOT/project",
  ]);
});

Deno.test("locate() reports why git refuses a repository", async () => {
  using env = TestEnv.repository();
  env.write("broken/.git", "gitdir: /nowhere\n");
  const broken = await found(env, "project/broken");
  assertEquals([broken.git, broken.reason], [
    "failed",
    "fatal: not a git repository: /nowhere",
  ]);
  env.extra.GIT_TEST_ASSUME_DIFFERENT_OWNER = "1";
  const foreign = await found(env, "project");
  assertEquals(foreign.git, "failed");
  assertStringIncludes(foreign.reason!, "dubious ownership");
});

Deno.test("locate() throws for a folder that does not exist", async () => {
  using env = new TestEnv();
  await assertRejects(() => locate(env.system(), "/no/such"), FileError);
});

Deno.test("locate() is not led elsewhere by the variables of a git hook", async () => {
  using env = TestEnv.repository();
  env.git("init", "-q", "../other");
  env.extra.GIT_DIR = join(env.root, "other/.git");
  env.extra.GIT_WORK_TREE = join(env.root, "other");
  assertEquals((await found(env, "project")).root, "$ROOT/project");
});
