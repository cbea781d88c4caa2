import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { PauseResult, WorkSession } from "../../schemas/types.ts";
import {
  branch,
  comeBack,
  featureUnderWay,
  stackLines,
  treeOf,
} from "../helpers/detours.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

const NINE = () => new Date("2026-11-20T09:00:00Z");
const TEN = () => new Date("2026-11-20T10:00:00Z");

function work(env: TestEnv, id: string): WorkSession {
  return JSON.parse(env.read(`.claude-mpm/state/work/${id}.json`));
}

Deno.test("an urgent fix: branch, work, commit, return", async () => {
  using env = featureUnderWay();
  const marker = join(env.root, "hook-ran");
  for (const hook of ["post-checkout", "reference-transaction"]) {
    const path = join(env.project, ".git/hooks", hook);
    Deno.writeTextFileSync(path, `#!/bin/sh\necho ${hook} >> "${marker}"\n`);
    Deno.chmodSync(path, 0o755);
  }
  const before = treeOf(env);
  const begun = await branch(env, [
    ...["hotfix", "Fix login", "--stash", "--git-branch", "fix/login"],
  ], { now: NINE });
  assertEquals(begun.from.branch, "feature");
  assertEquals(begun.to, {
    branch: "fix/login",
    head: env.git("rev-parse", "main"),
  });
  assertEquals(begun.started_from, "main");
  assertEquals(begun.parked?.checkpoint, "parked-hotfix");
  assertEquals(begun.made_parent, true);
  assertEquals(begun.parent.name, "feature");
  assertEquals(begun.parent.state, "paused");
  assertEquals(env.git("status", "--porcelain"), "");
  assertEquals(env.read("debug.log"), "ignored\n");
  assertEquals(env.exists("dist/out.bin"), true);
  assertEquals(env.exists("deep/new"), false);
  assertEquals(
    await stackLines(env, { now: NINE }),
    ["feature:paused", "  hotfix:active *"],
  );
  const drawn = await mpm(env, ["stack"], { now: NINE });
  assertStringIncludes(drawn.stdout, "parked in parked-hotfix");

  env.write("login.js", "fixed\n");
  // The user's own commit runs the user's own hooks.
  env.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "Fix the login");
  const back = await comeBack(env, ["-s", "fixed"], { now: TEN });
  assertEquals(treeOf(env), before);
  assertEquals(env.git("branch", "--show-current"), "feature");
  assertEquals(env.git("stash", "list"), "");
  assertEquals(back.commits.map(({ message }) => message), ["Fix the login"]);
  assertEquals(back.files, [{ status: "M", path: "login.js" }]);
  assertEquals(back.lasted, 3_600_000);
  assertEquals(back.restored?.merged, false);
  assertEquals(back.session.state, "complete");
  assertEquals(back.parent?.state, "active");
  assertEquals(back.changes?.relation, "same");
  assertEquals(
    new Set(back.changes?.working_directory.paths.map((one) => one.change)),
    new Set(["same"]),
  );
  const { children } = work(env, begun.parent.id);
  assertEquals(children.map(({ name, summary }) => [name, summary]), [
    ["hotfix", "fixed"],
  ]);
  // Restored work no longer needs a checkpoint.
  const refs = env.git("for-each-ref", "--format=%(refname)", "refs/mpm");
  assertEquals(refs.includes("parked"), false);
  assertEquals(env.exists("../hook-ran"), false);

  await mpmJson(env, ["pause"], { now: TEN });
  const { session } = await mpmJson<{
    session: { conversation: { accomplishments: string[] } };
  }>(env, ["resume", "--peek"], { now: TEN });
  assertEquals(session.conversation.accomplishments, [
    'Detour "hotfix": fixed',
  ]);
  assertStringIncludes(
    (await mpm(env, ["resume"], { now: TEN })).stdout,
    'Detour "hotfix": fixed',
  );
});

Deno.test("a switch leaves no trace of the cleanup in the reflog", async () => {
  using env = featureUnderWay();
  await branch(env, ["a", "--stash", "--git-branch", "fix", "--no-commit"]);
  await comeBack(env);
  const lines = env.git("reflog", "--format=%gs").split("\n").slice(0, 3);
  assertEquals(lines, [
    "checkout: moving from fix to feature",
    "checkout: moving from feature to fix",
    "commit: Begin the feature",
  ]);
  assertEquals(env.exists(".git/ORIG_HEAD"), false);
});

Deno.test("a detour without options works on the tree as it is", async () => {
  using env = featureUnderWay();
  const before = treeOf(env);
  const { parked, carried } = await branch(env, ["look", "Look", "around"]);
  assertEquals([parked, carried], [null, []]);
  assertEquals(treeOf(env), before);
  env.write("more.txt", "more\n");
  const back = await comeBack(env);
  assertEquals(back.leftovers, null);
  assertEquals(env.read("more.txt"), "more\n");
  env.remove("more.txt");
  assertEquals(treeOf(env), before);
});

Deno.test("--stash of a clean tree parks nothing", async () => {
  using env = TestEnv.repository();
  const begun = await branch(env, ["a", "--stash", "--git-branch", "b"]);
  assertEquals(begun.parked, null);
  const back = await comeBack(env);
  assertEquals([back.restored, back.to.branch], [null, "main"]);
});

Deno.test("work parked for a detour is not reported as lost", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "edited\n");
  env.write("other.txt", "begun\n");
  env.git("add", "other.txt");
  env.git("commit", "-q", "-m", "Begin another file", "other.txt");
  env.write("other.txt", "edited\n");
  await mpm(env, ["start", "Feature"]);
  const early = await mpmJson<PauseResult>(env, ["pause"], { now: NINE });
  await mpm(env, ["resume"]);
  env.git("checkout", "-q", "other.txt");
  env.write("new.txt", "new\n");
  await branch(env, ["fix", "--stash"], { now: TEN });
  // A file that was lost before the detour is in its checkpoint as it was committed.
  const { stdout: earlier } = await mpm(env, [
    ...["resume", early.session_id, "--peek"],
  ]);
  assertStringIncludes(earlier, "other.txt reverted");
  assertStringIncludes(earlier, "Uncommitted Work Lost Since");
  const { stdout: resumed } = await mpm(env, ["resume", "--peek"]);
  assertStringIncludes(
    resumed,
    "2 files are set aside for a detour, in the checkpoint parked-fix: " +
      '"mpm return" restores them',
  );
  const { stdout: status } = await mpm(env, ["status"]);
  for (const text of [resumed, status]) {
    assertEquals(/lost|missing|is gone/i.test(text), false, text);
  }
  // A file that the checkpoint does not have is still lost.
  env.git("update-ref", "-d", "refs/mpm/checkpoints/parked-fix");
  const { stdout: lost } = await mpm(env, ["resume", "--peek"]);
  assertStringIncludes(lost, "Uncommitted Work Lost Since (2)");
});

Deno.test("three detours deep, each with its own parked work", async () => {
  using env = featureUnderWay();
  const trees = [treeOf(env)];
  for (const [at, name] of ["one", "two", "three"].entries()) {
    await branch(env, [name, "--stash", "--git-branch", `b/${name}`]);
    env.write("README.md", `of ${name}\n`);
    if (at === 1) env.git("add", "README.md");
    env.write(`${name}.txt`, `${name}\n`);
    trees.push(treeOf(env));
  }
  assertEquals(await stackLines(env), [
    "feature:paused",
    "  one:paused",
    "    two:paused",
    "      three:active *",
  ]);
  assertEquals(
    (await mpm(env, ["status"])).stdout.split("\n")[1],
    "Detour of: two ‹ one ‹ feature",
  );
  await comeBack(env, ["--discard"]);
  assertEquals(treeOf(env), trees[2]);
  await comeBack(env, ["--park"]);
  assertEquals(treeOf(env), trees[1]);
  await comeBack(env, ["--park"]);
  assertEquals(treeOf(env), trees[0]);
  assertEquals(await stackLines(env), [
    "feature:active *",
    "  one:complete",
    "    two:complete",
    "      three:cancelled",
  ]);
});

Deno.test("--dry-run of branch and return prints the same and changes nothing", async () => {
  using env = featureUnderWay();
  const before = treeOf(env);
  const args = ["hotfix", "Fix", "--stash", "--git-branch", "fix/login"];
  const plan = await branch(env, [...args, "--dry-run"]);
  assertEquals(treeOf(env), before);
  assertEquals(env.exists(".claude-mpm/state/work"), false);
  const done = await branch(env, args);
  assertEquals(
    [plan.to, plan.parked, plan.started_from],
    [done.to, done.parked, done.started_from],
  );
  const inside = treeOf(env);
  const back = await comeBack(env, ["--dry-run"]);
  assertEquals(treeOf(env), inside);
  assertEquals(await stackLines(env), ["feature:paused", "  hotfix:active *"]);
  assertEquals(back.restored, (await comeBack(env)).restored);
});

Deno.test("a detour from a template has its checklist", async () => {
  using env = TestEnv.repository();
  const { session, checklist } = await branch(env, [
    ...["hotfix", "--template", "bug-fix", "--var", "bug=#123"],
  ]);
  assertEquals(session.template, "bug-fix");
  assert(checklist.length > 3);
  const unknown = await mpm(env, ["branch", "x", "--template", "none"]);
  assertEquals(unknown.status, 3);
});

Deno.test("a refused branch changes nothing", async () => {
  using env = featureUnderWay();
  env.git("branch", "taken", "main");
  env.git("worktree", "add", "-q", join(env.root, "other"), "taken");
  const before = treeOf(env);
  const refs = env.git("for-each-ref");
  const refused: [string[], number, string][] = [
    [["1"], 2, 'Invalid session name "1"'],
    [["a".repeat(300)], 2, `Invalid session name "${"a".repeat(99)}…"`],
    [["a", "--stash", "--worktree"], 2, "cannot be combined with"],
    [["a", "--git-branch", "fix..it"], 2, "cannot name a git branch"],
    [["a", "--stash", "--git-branch", "taken"], 4, "another worktree"],
    [["a", "--stash", "--git-branch", "main/x"], 4, 'next to "main"'],
    [["a", "--git-branch", "main"], 4, "park them with --stash"],
    [["a", "--var", "x=y"], 2, "template"],
  ];
  for (const [args, status, words] of refused) {
    const done = await mpm(env, ["branch", ...args]);
    assertEquals(done.status, status, done.stderr);
    assertStringIncludes(done.stderr, words);
  }
  assertEquals(treeOf(env), before);
  assertEquals(env.git("for-each-ref"), refs);
  assertEquals(await stackLines(env), []);
});

Deno.test("a branch refuses a tree that is busy or cannot be parked", async () => {
  using env = featureUnderWay();
  const refuse = async (words: string) => {
    const before = treeOf(env);
    const done = await mpm(env, ["branch", "a", "--stash"]);
    assertEquals(done.status, 4, done.stdout);
    assertStringIncludes(done.stderr, words);
    assertEquals(treeOf(env), before);
    assertEquals(await stackLines(env), []);
  };
  env.write(".git/index.lock", "");
  await refuse("Another git command");
  env.remove(".git/index.lock");
  env.git("init", "-q", "nested");
  env.write("nested/file", "x\n");
  await refuse("its own repository");
  env.remove("nested");
  env.git("stash", "-q", "-u");
  env.git("switch", "-q", "-c", "other", "main");
  env.write("login.js", "theirs\n");
  env.commit("Theirs");
  env.git("switch", "-q", "-c", "ours", "main");
  env.write("login.js", "ours\n");
  env.commit("Ours");
  env.run("git", ["merge", "other"]);
  await refuse("A merge is in progress");
  await refuse("(git merge --abort)");
  env.git("merge", "--abort");
  env.git("bisect", "start");
  await refuse("(git bisect reset)");
  env.git("bisect", "reset");
  env.git("format-patch", "-1", "other", "--output=.git/theirs");
  env.run("git", ["am", "-q", ".git/theirs"]);
  await refuse("An am is in progress");
});

posixTest(
  "branch refuses to leave a git branch that it cannot name",
  async () => {
    using env = featureUnderWay();
    const odd = env.run("sh", [
      "-c",
      "git switch -q -c \"$(printf 'b\\377')\"",
    ]);
    assertEquals(odd.status, 0, odd.stderr);
    const done = await mpm(env, ["branch", "a", "--stash", "-b", "main"]);
    assertEquals(done.status, 4, done.stdout);
    assertStringIncludes(done.stderr, "is not UTF-8");
    await branch(env, ["a", "--stash"]);
    await comeBack(env);
  },
);

Deno.test("a branch refuses to write over ignored files", async () => {
  using env = featureUnderWay();
  env.git("stash", "-q", "-u");
  env.git("switch", "-q", "-c", "tracks", "main");
  env.write("debug.log", "tracked there\n");
  env.git("add", "-f", "debug.log");
  env.git("commit", "-qm", "Track the log");
  env.git("switch", "-q", "feature");
  env.write("debug.log", "precious\n");
  const done = await mpm(env, ["branch", "a", "--git-branch", "tracks"]);
  assertEquals(done.status, 4);
  assertStringIncludes(done.stderr, "debug.log");
  assertEquals(env.read("debug.log"), "precious\n");
});

Deno.test("a branch refuses before the first commit and outside git", async () => {
  using env = new TestEnv();
  const outside = await mpm(env, ["branch", "a", "--stash"]);
  assertEquals(outside.status, 4);
  assertStringIncludes(outside.stderr, "needs a git repository");
  await branch(env, ["a", "Plain"]);
  await branch(env, ["b", "Deeper"]);
  await comeBack(env, ["-s", "done"]);
  await comeBack(env);
  env.git("init", "-q");
  env.write("file", "x\n");
  const unborn = await mpm(env, ["branch", "b", "--git-branch", "c"]);
  assertEquals(unborn.status, 4);
  assertStringIncludes(unborn.stderr, "first commit");
  await branch(env, ["c"]);
  await comeBack(env);
  assertEquals(env.read("file"), "x\n");
});

Deno.test("uncommitted work that does not conflict comes along", async () => {
  using env = TestEnv.repository();
  env.git("branch", "other");
  env.write("notes.txt", "mine\n");
  const { carried, to } = await branch(env, ["a", "--git-branch", "other"]);
  assertEquals([carried, to.branch], [["notes.txt"], "other"]);
  const back = await comeBack(env, ["--carry"]);
  assertEquals(back.leftovers?.how, "carried");
  assertEquals(env.read("notes.txt"), "mine\n");
  assertEquals(env.git("branch", "--show-current"), "main");
});

Deno.test("a second detour of the same name is refused", async () => {
  using env = TestEnv.repository();
  await branch(env, ["a"]);
  const again = await mpm(env, ["branch", "a"]);
  assertEquals(again.status, 4);
  assertStringIncludes(again.stderr, '"mpm return" ends it');
  await comeBack(env);
  await branch(env, ["a"]);
});

Deno.test("undo reports why it does not undo a detour", async () => {
  using env = featureUnderWay();
  await branch(env, ["a", "--stash"]);
  const begun = await mpm(env, ["undo"]);
  assertEquals(begun.status, 4, begun.stdout);
  assertStringIncludes(begun.stderr, "mpm return");
  await comeBack(env);
  const over = await mpm(env, ["undo"]);
  assertEquals(over.status, 4, over.stdout);
  assertStringIncludes(over.stderr, "mpm branch");
});

Deno.test("a new branch starts from the fetched branch if that is ahead", async () => {
  using env = TestEnv.repository();
  const clone = { cwd: join(env.root, "clone") };
  env.git("clone", "-q", env.project, clone.cwd);
  env.write("merged.txt", "merged\n");
  const ahead = env.commit("Merged meanwhile");
  env.gitIn(clone.cwd, "fetch", "-q");
  const note = 'Your "main" is 1 commit behind "origin/main"';
  const plan = await branch(env, ["a", "-b", "fix/a", "--dry-run"], clone);
  assertStringIncludes(plan.warnings.join(), note);
  const begun = await branch(env, ["a", "-b", "fix/a"], clone);
  assertEquals(begun.to.head, ahead);
  assertEquals(begun.started_from, "origin/main");
  assertStringIncludes(begun.warnings.join(), note);
  await comeBack(env, [], clone);
  // No upstream and no HEAD of the remote: the branch of that name counts.
  env.gitIn(clone.cwd, "branch", "-q", "--unset-upstream", "main");
  env.gitIn(clone.cwd, "remote", "set-head", "origin", "--delete");
  env.gitIn(clone.cwd, "commit", "-q", "--allow-empty", "-m", "Own");
  const { started_from, warnings } = await branch(
    env,
    ["b", "-b", "fix/b", "--no-commit"],
    clone,
  );
  assertEquals(started_from, "main");
  assertStringIncludes(warnings.join(), "have diverged");
});
