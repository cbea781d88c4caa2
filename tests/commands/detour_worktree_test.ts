import { existsSync } from "node:fs";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  branch,
  comeBack,
  featureUnderWay,
  stackLines,
  treeOf,
} from "../helpers/detours.ts";
import type { StackResult } from "../../schemas/types.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

function worktrees(env: TestEnv): string[] {
  return env.git("worktree", "list", "--porcelain").split("\n")
    .filter((line) => line.startsWith("worktree "))
    .map((line) => line.slice("worktree $ROOT".length));
}

Deno.test("--worktree does not change this tree and ends where it began", async () => {
  using env = featureUnderWay();
  const before = treeOf(env);
  const begun = await mpm(env, [
    "branch",
    "review",
    "Review PR 123",
    "--worktree",
  ]);
  assertEquals(begun.status, 0, begun.stderr);
  assertStringIncludes(
    begun.stdout,
    "cd $ROOT/project/.claude/worktrees/review",
  );
  assertEquals(treeOf(env), before);
  const cwd = join(env.project, ".claude/worktrees/review");
  assertEquals(env.gitIn(cwd, "branch", "--show-current"), "review");
  assertEquals(
    await stackLines(env, { cwd }),
    ["feature:paused", "  review:active *"],
  );
  assertEquals(
    await stackLines(env),
    ["feature:paused *", "  review:active"],
  );
  const here = await mpm(env, ["return"]);
  assertEquals(here.status, 4);
  assertStringIncludes(
    here.stderr,
    "cd $ROOT/project/.claude/worktrees/review && mpm return",
  );
  // No cleanup removes it, however old it looks.
  await mpmJson(env, ["worktrees", "prune", "--min-age", "0"]);
  await mpmJson(env, ["pause", "--no-commit"]);
  assertEquals(worktrees(env), [
    "/project",
    "/project/.claude/worktrees/review",
  ]);

  const back = await comeBack(env, ["-s", "looks good"], { cwd });
  assertEquals(back.worktree, {
    path: cwd,
    removed: true,
    reason: null,
    parent: env.project,
  });
  assertEquals(worktrees(env), ["/project"]);
  assertEquals(treeOf(env), before);
  assertEquals(
    await stackLines(env),
    ["feature:active *", "  review:complete"],
  );
});

Deno.test("a worktree with any unmerged work stays", async () => {
  using env = featureUnderWay();
  await branch(env, ["fix", "--worktree", "--git-branch", "fix/login"]);
  const cwd = join(env.project, ".claude/worktrees/fix");
  Deno.writeTextFileSync(join(cwd, "login.js"), "fixed\n");
  env.gitIn(cwd, "commit", "-qam", "Fix");
  Deno.writeTextFileSync(join(cwd, "idea.txt"), "idea\n");
  const { worktree, commits } = await comeBack(env, [], { cwd });
  assertEquals(worktree?.removed, false);
  assertStringIncludes(worktree!.reason!, "uncommitted");
  assertEquals(commits.length, 1);
  assertEquals(Deno.readTextFileSync(join(cwd, "idea.txt")), "idea\n");

  // Merged and clean, it can be removed, since it is no longer locked.
  Deno.removeSync(join(cwd, "idea.txt"));
  env.git("branch", "-f", "main", "fix/login");
  const { status } = await mpm(env, ["worktrees", "prune", "--min-age", "0"]);
  assertEquals([status, existsSync(cwd)], [0, false]);
});

Deno.test("--discard in a worktree keeps its leftovers in a checkpoint", async () => {
  using env = featureUnderWay();
  await branch(env, ["fix", "--worktree"]);
  const cwd = join(env.project, ".claude/worktrees/fix");
  Deno.writeTextFileSync(join(cwd, "idea.txt"), "idea\n");
  const carry = await mpm(env, ["return", "--carry"], { cwd });
  assertEquals(carry.status, 2);
  const back = await comeBack(env, ["--discard"], { cwd });
  assertEquals(back.worktree?.removed, true);
  assertEquals(back.leftovers?.checkpoint, "fix-discarded");
  await mpmJson(env, [
    ...["checkpoint", "restore", "fix-discarded", "--to", "../out"],
  ]);
  assertEquals(env.read("../out/idea.txt"), "idea\n");
});

Deno.test("two worktrees have two stacks", async () => {
  using env = featureUnderWay();
  const cwd = join(env.root, "second");
  env.git("worktree", "add", "-q", "-b", "second", cwd, "main");
  Deno.writeTextFileSync(join(cwd, "login.js"), "second\n");
  const trees = [treeOf(env), treeOf(env, cwd)];
  await Promise.all([
    branch(env, ["here", "--stash", "--git-branch", "fix/here"]),
    branch(env, ["there", "--stash", "--git-branch", "fix/there"], { cwd }),
  ]);
  const other = await mpm(env, ["branch", "x", "--git-branch", "fix/there"]);
  assertEquals(other.status, 4);
  await branch(env, ["deeper"], { cwd });
  assertEquals((await stackLines(env)).filter((line) => line.endsWith("*")), [
    "  here:active *",
  ]);
  assertEquals(
    (await stackLines(env, { cwd })).filter((line) => line.endsWith("*")),
    ["    deeper:active *"],
  );
  await comeBack(env);
  await comeBack(env, [], { cwd });
  await comeBack(env, [], { cwd });
  assertEquals([treeOf(env), treeOf(env, cwd)], trees);
});

Deno.test("a return from a worktree leaves a parent with another detour paused", async () => {
  using env = featureUnderWay();
  await branch(env, ["review", "--worktree"]);
  await branch(env, ["hotfix"]);
  const cwd = join(env.project, ".claude/worktrees/review");
  const back = await comeBack(env, [], { cwd });
  assertEquals(back.parent?.state, "paused");
  const stack = await mpm(env, ["stack"]);
  assertEquals(stack.stderr, "");
  assertEquals(await stackLines(env), [
    "feature:paused",
    "  review:complete",
    "  hotfix:active *",
  ]);
  await comeBack(env);
  assertEquals((await stackLines(env))[0], "feature:active *");
});

Deno.test("a worktree that was moved out of its folder stays, and mpm says so", async () => {
  using env = featureUnderWay();
  await branch(env, ["review", "--worktree"]);
  const cwd = join(env.root, "moved");
  env.git(
    ...["worktree", "move", "-f", "-f", ".claude/worktrees/review", cwd],
  );
  const { worktree } = await comeBack(env, [], { cwd });
  assertEquals(worktree, {
    path: cwd,
    parent: env.project,
    removed: false,
    reason: "it is outside .claude/worktrees",
  });
});

Deno.test("--worktree refuses an existing one, and changes nothing", async () => {
  using env = featureUnderWay();
  env.write(".claude/worktrees/taken/file", "x\n");
  env.git("branch", "there", "main");
  env.git("worktree", "add", "-q", join(env.root, "second"), "there");
  const refs = env.git("for-each-ref");
  for (const args of [["taken"], ["fresh", "--git-branch", "there"]]) {
    const done = await mpm(env, ["branch", ...args, "--worktree"]);
    assertEquals(done.status, 4, done.stdout);
  }
  assertEquals(env.git("for-each-ref"), refs);
  assertEquals(await stackLines(env), []);
});

Deno.test("a detour whose worktree was deleted can be ended", async () => {
  using env = featureUnderWay();
  await branch(env, ["review", "--worktree"]);
  const cwd = join(env.project, ".claude/worktrees/review");
  Deno.writeTextFileSync(join(cwd, "login.js"), "half\n");
  await branch(env, ["fix", "--stash"], { cwd });
  const early = await mpm(env, ["complete", "review"]);
  assertEquals(early.status, 4);
  Deno.removeSync(cwd, { recursive: true });
  for (const args of [["return"], ["branch", "review"]]) {
    const done = await mpm(env, args);
    assertEquals(done.status, 4, done.stdout);
    assertStringIncludes(done.stderr, "mpm complete review");
  }
  await mpmJson(env, ["cancel", "fix", "--dry-run"]);
  await mpmJson(env, ["cancel", "fix"]);
  assertEquals(
    await stackLines(env),
    ["feature:paused *", "  review:active", "    fix:cancelled"],
  );
  const { problems } = await mpmJson<StackResult>(env, ["stack"]);
  assertStringIncludes(problems.join(), "mpm checkpoint restore parked-fix");
  await mpmJson(env, ["complete", "review", "-s", "seen"]);
  assertEquals(
    await stackLines(env),
    ["feature:active *", "  review:complete", "    fix:cancelled"],
  );
  await mpmJson(env, ["checkpoint", "restore", "parked-fix", "--to", "../out"]);
  assertEquals(env.read("../out/login.js"), "half\n");
  const taken = await mpm(env, ["branch", "review", "--worktree"]);
  assertStringIncludes(taken.stderr, "git worktree prune");
  env.git("worktree", "prune");
  await branch(env, ["review", "--worktree"]);
});
