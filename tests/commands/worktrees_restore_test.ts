import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  WorktreesListResult,
  WorktreesRestoreResult,
} from "../../schemas/types.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  addWorktree,
  agentProject,
  commitIn,
  gone,
  pruneLater,
  WORKTREES,
} from "../helpers/worktrees.ts";

async function restore(env: TestEnv, ...args: string[]) {
  return await mpmJson<WorktreesRestoreResult>(env, [
    "worktrees",
    "restore",
    ...args,
  ]);
}

async function listed(env: TestEnv) {
  return await mpmJson<WorktreesListResult>(env, ["worktrees", "list"]);
}

Deno.test("a removal is undone: place, commit, branch and upstream", async () => {
  using env = agentProject();
  const path = addWorktree(env, "agent/odd name.lock", "--detach");
  env.gitIn(path, "checkout", "-q", "-b", "work", "--track", "main");
  env.git("config", "branch.work.description", "My plan");
  const head = commitIn(env, path);
  env.git("merge", "-q", "--squash", "work");
  env.commit("Squashed");
  assertEquals(gone(await pruneLater(env)), ["agent/odd name.lock"]);
  assertEquals(env.run("git", ["config", "branch.work.merge"]).status, 1);
  const { removed } = await listed(env);
  assertEquals(removed.map((one) => [one.name, one.branch, one.head]), [
    ["agent/odd name.lock", "work", head],
  ]);
  const dry = await restore(env, "--dry-run");
  assert(!env.exists(`${WORKTREES}/agent/odd name.lock`));
  const back = await restore(env, "odd");
  assertEquals(back, { ...dry, dry_run: false });
  assertEquals(back.notes, []);
  assertEquals(
    env.gitIn(path, "rev-parse", "HEAD", "--abbrev-ref", "HEAD"),
    [
      head,
      "work",
    ].join("\n"),
  );
  assertEquals(env.git("config", "branch.work.merge"), "refs/heads/main");
  assertEquals(env.git("config", "branch.work.description"), "My plan");
  assertEquals(env.gitIn(path, "status", "--porcelain"), "");
  assertEquals(env.git("for-each-ref", "refs/mpm"), "");
  assertEquals((await listed(env)).removed, []);
});

Deno.test("a detached HEAD comes back detached; a branch that moved stays", async () => {
  using env = agentProject();
  const head = env.git("rev-parse", "HEAD");
  addWorktree(env, "detached", "--detach");
  addWorktree(env, "moved");
  addWorktree(env, "used");
  await pruneLater(env);
  env.write("new.txt", "new\n");
  env.commit("Go on");
  env.git("branch", "worktree-moved");
  env.git("checkout", "-q", "-b", "worktree-used", head);
  assertEquals((await restore(env, "detached")).branch, null);
  const moved = await restore(env, "moved");
  assertEquals([moved.branch, moved.head], [null, head]);
  assertStringIncludes(moved.notes[0]!, "is now at another commit");
  const used = await restore(env, "used");
  assertStringIncludes(used.notes[0]!, "is checked out elsewhere");
});

Deno.test("names that are too long for a ref come back", async () => {
  using env = agentProject();
  const names = ["y", "z"].map((end) => "\u3042".repeat(60) + end);
  for (const name of names) addWorktree(env, name, "--detach");
  assertEquals(gone(await pruneLater(env)), names);
  for (const name of names) assertEquals((await restore(env, name)).name, name);
});

Deno.test("a branch whose name conflicts with that of another one is not made", async () => {
  using env = agentProject();
  addWorktree(env, "one", "-b", "work/one");
  addWorktree(env, "two", "-b", "two");
  await pruneLater(env);
  env.git("branch", "work");
  env.git("branch", "two/more");
  const notes = [await restore(env, "one"), await restore(env, "two")]
    .map(({ branch, notes }) => [branch, ...notes]);
  const note = (branch: string, other: string) =>
    `HEAD is detached: the branch "${branch}" cannot exist next to the ` +
    `branch "${other}"`;
  assertEquals(notes, [
    [null, note("work/one", "work")],
    [null, note("two", "two/more")],
  ]);
});

Deno.test("commits that are only in the reflog stay reachable", async () => {
  using env = agentProject();
  const path = addWorktree(env, "x", "--detach");
  const lost = commitIn(env, path);
  env.gitIn(path, "checkout", "-q", "--detach", "main");
  const { removed } = await pruneLater(env);
  assertEquals(env.git("rev-parse", `${removed[0]!.rescue}/log/0`), lost);
  await restore(env);
  assertStringIncludes(env.git("log", "--all", "--format=%H"), lost);
});

Deno.test("commits far down in a reflog stay reachable", async () => {
  using env = agentProject();
  const path = addWorktree(env, "x", "--detach");
  const lost = commitIn(env, path);
  env.gitIn(path, "checkout", "-q", "--detach", "main");
  const head = env.git("rev-parse", "main");
  const log = join(env.project, ".git/worktrees/x/logs/HEAD");
  // As after an expiry: the first remaining entry shows where HEAD was.
  const last = Deno.readTextFileSync(log).split("\n").at(-2)!;
  const more = last.replace(lost, head);
  Deno.writeTextFileSync(log, `${last}\n${`${more}\n`.repeat(500)}`);
  const { removed } = await pruneLater(env);
  assertEquals(env.git("rev-parse", `${removed[0]!.rescue}/log/0`), lost);
});

Deno.test("commits that are only in its other heads stay reachable", async () => {
  using env = agentProject();
  const path = addWorktree(env, "x");
  const other = join(env.root, "other");
  env.git("clone", "-q", ".", other);
  const fetched = commitIn(env, other);
  env.gitIn(path, "fetch", "-q", other, "main");
  const tree = env.git("rev-parse", "HEAD^{tree}");
  const before = env.git("commit-tree", "-m", "Before", "-p", "HEAD", tree);
  env.write(".git/worktrees/x/ORIG_HEAD", `${before}\n`);
  const { removed } = await pruneLater(env);
  const kept = env.git(
    ...["for-each-ref", "--format=%(objectname)"],
    `${removed[0]!.rescue}/log`,
  );
  assertEquals(kept.split("\n").sort(), [before, fetched].sort());
});

for (const cone of [true, false]) {
  const kind = cone ? "--cone" : "--no-cone";
  Deno.test(`a sparse checkout is restored: ${kind}`, async () => {
    using env = agentProject();
    for (const file of ["a/one.txt", "b/two.txt", "c/three.txt"]) {
      env.write(file, "text\n");
    }
    env.commit("Three folders");
    const path = addWorktree(env, "x");
    env.gitIn(path, "sparse-checkout", "set", kind, "a", "c");
    const state = () => ({
      patterns: env.gitIn(path, "sparse-checkout", "list"),
      cone: env.gitIn(path, "config", "core.sparseCheckoutCone"),
      files: [...Deno.readDirSync(path)].map(({ name }) => name).sort(),
      status: env.gitIn(path, "status", "--porcelain"),
    });
    const before = state();
    assert(!before.files.includes("b"));
    await pruneLater(env);
    assertEquals((await restore(env)).notes, []);
    assertEquals(state(), before);
    assertEquals(gone(await pruneLater(env)), ["x"]);
    env.git("config", "--unset", "extensions.worktreeConfig");
    const { notes } = await restore(env);
    assertEquals(notes.length, 1);
    assertStringIncludes(notes[0]!, "mpm checked out all files");
    assertEquals(env.gitIn(path, "status", "--porcelain"), "");
  });
}

Deno.test("restore refuses with the reason if it cannot restore", async () => {
  using env = agentProject();
  assertEquals((await mpm(env, ["worktrees", "restore"])).status, 3);
  addWorktree(env, "one");
  addWorktree(env, "two");
  await pruneLater(env);
  const either = await mpm(env, ["worktrees", "restore"]);
  assertEquals(either.status, 4);
  assertStringIncludes(either.stderr, "2 removed worktrees match: one, two");
  assertEquals((await mpm(env, ["worktrees", "restore", "three"])).status, 3);
  env.write(`${WORKTREES}/one/mine.txt`, "mine\n");
  const taken = await mpm(env, ["worktrees", "restore", "one"]);
  assertEquals(taken.status, 4);
  assertStringIncludes(taken.stderr, "is in the way: it is not empty");
  assertEquals(env.read(`${WORKTREES}/one/mine.txt`), "mine\n");
  Deno.removeSync(addWorktree(env, "two"), { recursive: true });
  const known = await mpm(env, ["worktrees", "restore", "two"]);
  assertEquals(known.status, 4);
  assertStringIncludes(known.stderr, "git worktree prune");
});

Deno.test("a forged rescue leads nowhere else", async () => {
  using env = agentProject();
  const note = (name: string) =>
    JSON.stringify({
      name,
      head: env.git("rev-parse", "HEAD"),
      branch: null,
      upstream: null,
      removed_at: "2026-01-01T00:00:00.000Z",
    });
  const forge = (ref: string, text: string) => {
    env.write("note.json", text);
    const blob = env.git("hash-object", "-w", "note.json");
    env.git("update-ref", `refs/mpm/rescue/1/${ref}/about`, blob);
  };
  forge("escape", note("../../../escape"));
  const { status } = await mpm(env, ["worktrees", "restore", "escape"]);
  assertEquals(status, 4);
  assertEquals(Deno.lstatSync(env.project).isDirectory, true);
  assertEquals([...Deno.readDirSync(env.root)].length, 3);
  forge("rubbish", "{}");
  forge("rubbish2", "no json");
  assertEquals((await listed(env)).removed.map(({ name }) => name), [
    "../../../escape",
  ]);
  assert(!env.exists(join("..", "escape")));
});

Deno.test("undo recreates the worktrees of a cleanup, and reports what it cannot restore", async () => {
  using env = agentProject();
  await mpmJson(env, ["init"]);
  const path = addWorktree(env, "agent-a", "--detach");
  assertEquals(gone(await pruneLater(env)), ["agent-a"]);
  const dry = await mpm(env, ["undo", "--dry-run"]);
  assertStringIncludes(dry.stdout, "Would undo operation 2");
  assertStringIncludes(dry.stdout, `  restore $ROOT/project/${WORKTREES}/`);
  assertEquals(env.exists(`${WORKTREES}/agent-a`), false);
  const { stdout } = await mpm(env, ["undo"]);
  assertStringIncludes(stdout, `restored $ROOT/project/${WORKTREES}/agent-a`);
  assertEquals(env.gitIn(path, "status", "--porcelain"), "");
  const again = await mpm(env, ["undo", "3"]);
  assertEquals(again.status, 4);
  assertStringIncludes(again.stderr, "mpm worktrees prune");
  assertEquals(gone(await pruneLater(env)), ["agent-a"]);
  await restore(env);
  const back = await mpm(env, ["undo"]);
  assertEquals(back.status, 4);
  assertStringIncludes(back.stderr, "the worktree may contain new work");
});
