import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { branch, comeBack, stackLines, treeOf } from "../helpers/detours.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

const NAME = "Bug Fix (urgent)";

Deno.test("a detour has the typed name, and is found by it", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "# Under way\n");
  const parent = treeOf(env);
  const args = [NAME, "Fix critical login bug", "--stash", "-b", "fix/login"];
  const plan = await branch(env, [...args, "--dry-run"]);
  const begun = await branch(env, args);
  assertEquals(begun.session.name, NAME);
  assertEquals(begun.parked, plan.parked);
  assertEquals(env.exists(".claude/worktrees"), false);
  assertEquals(await stackLines(env), ["main:paused", `  ${NAME}:active *`]);
  const again = await mpm(env, ["branch", NAME]);
  assertStringIncludes(again.stderr, `"${NAME}" is already active`);
  await mpmJson(env, ["pause"]);
  const { session } = await mpmJson<{ session: { session_id: string } }>(env, [
    ...["resume", NAME],
  ]);
  const shown = await mpm(env, ["saves", "list"]);
  assertStringIncludes(shown.stdout, session.session_id);
  for (const shell of ["zsh", "bash"]) {
    const words = shell === "zsh"
      ? ["resume", "Bug"]
      : ["9", " \t\n\"'><=;|&(:", "mpm resume Bug"];
    const { stdout } = await mpm(env, ["__complete", shell, ...words]);
    assertStringIncludes(stdout.replaceAll("\\", ""), NAME);
  }
  env.write("idea.txt", "idea\n");
  const { leftovers } = await comeBack(env, ["--park"]);
  assertEquals(leftovers?.checkpoint, `${NAME}-leftovers`);
  assertEquals(treeOf(env), parent);
  await mpmJson(env, ["checkpoint", "restore", `${NAME}-leftovers`, "--yes"]);
  assertEquals(env.read("idea.txt"), "idea\n");
});

Deno.test("a worktree and its branch are named after the words of a name", async () => {
  using env = TestEnv.repository();
  const { worktree, to } = await branch(env, [NAME, "--worktree"]);
  assertEquals(worktree, join(env.project, ".claude/worktrees/bug-fix-urgent"));
  assertEquals(to.branch, "bug-fix-urgent");
  env.remove(".claude/worktrees/bug-fix-urgent");
  const stranded = await mpm(env, ["branch", NAME]);
  assertStringIncludes(stranded.stderr, `mpm complete '${NAME}'`);
  await mpmJson(env, ["complete", NAME]);
});

Deno.test("names of sessions and checkpoints follow one rule", async () => {
  using env = TestEnv.repository();
  for (const name of ["Review PR #123", "R&D: don't panic!", "修正 (急)"]) {
    await mpmJson(env, ["checkpoint", "save", name]);
    await mpmJson(env, ["checkpoint", "show", name]);
    await branch(env, [name]);
    await comeBack(env, ["--no-changes"]);
  }
  const odd = ["two  blanks", "a/b", "tab\there", 'quo"te', "<b>"];
  for (const name of [...odd, "12", "latest", "-x", "x".repeat(101)]) {
    for (const verb of [["branch"], ["checkpoint", "save"]]) {
      const { status, stderr } = await mpm(env, [...verb, "--", name]);
      assertEquals(status, 2, `${verb} ${name}`);
      assertStringIncludes(stderr, "single spaces");
    }
  }
});
