import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { WorkSession } from "../../schemas/types.ts";
import {
  branch,
  comeBack,
  featureUnderWay,
  stackLines,
  treeOf,
} from "../helpers/detours.ts";
import { TestEnv } from "../helpers/env.ts";
import { crashing } from "../helpers/faults.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { prepared } from "../helpers/prepared.ts";
import { putWork } from "../helpers/works.ts";

const STASH = ["hotfix", "Fix", "--stash", "--git-branch", "fix"];

/** The tree before the detour below. */
let parent: ReturnType<typeof treeOf>;

/** A detour from `featureUnderWay`, which parked its changes. */
const built = prepared(async () => {
  const env = featureUnderWay();
  parent = treeOf(env);
  await branch(env, STASH);
  return env;
});

async function inDetour() {
  const env = await built();
  return { env, parent };
}

/**
 * Returns the output of `return`, which must change nothing: except where it
 * carries something, it has written nothing at all by then.
 */
async function refused(env: TestEnv, ...args: string[]): Promise<string> {
  const before = [treeOf(env), await stackLines(env), env.git("for-each-ref")];
  const done = await mpm(env, ["return", ...args], {
    wrap: (system) =>
      args.includes("--carry") ? system : crashing(system, 0).system,
  });
  assertEquals(done.status, 4, done.stdout);
  assertEquals(
    [treeOf(env), await stackLines(env), env.git("for-each-ref")],
    before,
  );
  return done.stderr;
}

Deno.test("a return refuses a dirty tree and says what to do", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  env.write("login.js", "half\n");
  env.write("idea.txt", "idea\n");
  const words = await refused(env);
  for (const said of ["idea.txt, login.js", "--park", "--carry", "Commit"]) {
    assertStringIncludes(words, said);
  }
  env.commit("Fix it");
  await comeBack(env);
  assertEquals(treeOf(env), parent);
});

Deno.test("--park keeps the detour's leftovers in a checkpoint", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  env.write("login.js", "half\n");
  env.git("add", "login.js");
  env.write("idea.txt", "idea\n");
  const child = treeOf(env);
  const { leftovers, parent: above } = await comeBack(env, ["--park"]);
  assertEquals(leftovers, {
    how: "parked",
    checkpoint: "hotfix-leftovers",
    paths: ["idea.txt", "login.js"],
  });
  assertEquals(treeOf(env), parent);
  const record = env.read(`.claude-mpm/state/work/${above!.id}.json`);
  assertEquals(
    (JSON.parse(record) as WorkSession).children[0]!.leftovers,
    "hotfix-leftovers",
  );
  env.git("stash", "-q", "-u");
  env.git("switch", "-q", "fix");
  await mpmJson(env, ["checkpoint", "restore", "hotfix-leftovers", "--yes"]);
  assertEquals(treeOf(env), child);
});

Deno.test("--carry takes the changes along, with staged ones staged", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  env.write("login.js", "carried\n");
  env.git("add", "login.js");
  env.write("README.md", "# Unstaged\n");
  env.write("idea.txt", "idea\n");
  const blob = env.git("rev-parse", ":login.js");
  const { leftovers } = await comeBack(env, ["--carry"]);
  assertEquals(leftovers?.how, "carried");
  const now = treeOf(env);
  assertEquals(now.branch, "refs/heads/feature");
  assertEquals(env.read("login.js"), "carried\n");
  assertEquals(env.read("README.md"), "# Unstaged\n");
  assertEquals(env.read("idea.txt"), "idea\n");
  assertEquals(
    now.index,
    parent.index.map((line) =>
      line.endsWith("\tlogin.js") ? `100644 ${blob} 0\tlogin.js` : line
    ),
  );
  // And everything of the parent is unchanged.
  env.git("restore", "--staged", "--worktree", "login.js", "README.md");
  env.remove("idea.txt");
  assertEquals(treeOf(env), parent);
});

Deno.test("--carry refuses a conflict before anything is changed", async () => {
  const { env } = await inDetour();
  using _env = env;
  env.write("both.txt", "of the detour\n");
  const words = await refused(env, "--carry");
  assertStringIncludes(words, "both.txt");
  assertStringIncludes(words, "--park");
});

Deno.test("--discard cancels the detour and loses nothing", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  env.write("login.js", "half\n");
  env.write("idea.txt", "idea\n");
  const child = treeOf(env);
  const done = await mpm(env, ["return", "--discard", "-s", "not needed"]);
  assertEquals(done.status, 0, done.stderr);
  assertStringIncludes(done.stdout, "git branch -D fix");
  assertEquals(treeOf(env), parent);
  assertEquals(await stackLines(env), [
    "feature:active *",
    "  hotfix:cancelled",
  ]);
  env.git("stash", "-q", "-u");
  env.git("switch", "-q", "fix");
  await mpmJson(env, ["checkpoint", "restore", "hotfix-discarded", "--yes"]);
  assertEquals(treeOf(env), child);
});

Deno.test("a parent's branch that moved gets its work merged onto it", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  env.write("login.js", "fixed\n");
  env.commit("Fix");
  // The detour is merged into the parent's branch, and that is amended.
  env.git("switch", "-q", "feature");
  env.git("merge", "-q", "--no-edit", "fix");
  env.git("commit", "-q", "--amend", "-m", "Merge the fix");
  env.git("switch", "-q", "fix");
  const back = await comeBack(env);
  assertEquals(back.restored?.merged, true);
  const now = treeOf(env);
  const others = (files: typeof now.files) => ({ ...files, "login.js": "" });
  assertEquals(others(now.files), others(parent.files));
  assertEquals(now.status, parent.status);
  assertEquals(env.read("login.js"), "fixed\n");
  assert(back.changes!.commits.new.length > 0);
});

Deno.test("a conflict with the moved branch refuses, --keep-parked continues", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  env.git("switch", "-q", "feature");
  env.write("feature.js", "another way\n");
  env.commit("Rewrite the feature");
  env.git("switch", "-q", "fix");
  for (const args of [[], ["--park"], ["--discard"]]) {
    if (args.length > 0) env.write("idea.txt", "idea\n");
    const words = await refused(env, ...args);
    assertStringIncludes(words, "feature.js");
    assertStringIncludes(words, "--keep-parked");
  }
  env.remove("idea.txt");
  const back = await comeBack(env, ["--keep-parked"]);
  assertEquals([back.kept, back.restored], ["parked-hotfix", null]);
  assertEquals(env.git("status", "--porcelain"), "");
  for (const command of ["stack", "status"]) {
    const { stdout } = await mpm(env, [command]);
    assertStringIncludes(stdout, '"mpm checkpoint restore parked-hotfix"');
  }
  env.git("reset", "-q", "--hard", "HEAD~");
  await mpmJson(env, ["checkpoint", "restore", "parked-hotfix", "--yes"]);
  assertEquals(treeOf(env), parent);
  await mpmJson(env, ["checkpoint", "rm", "parked-hotfix"]);
  assertEquals((await mpm(env, ["stack"])).stdout.includes("waits"), false);
});

Deno.test("a rebased parent gets its work merged", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  env.git("switch", "-q", "main");
  env.write("base.txt", "base\n");
  env.commit("Move the base");
  env.git("rebase", "-q", "main", "feature");
  env.git("switch", "-q", "fix");
  const back = await comeBack(env);
  assertEquals(back.restored?.merged, true);
  assertEquals(treeOf(env).status, parent.status);
  assertEquals(env.read("base.txt"), "base\n");
});

Deno.test("a stash on the branch itself is restored onto the new commits", async () => {
  using env = featureUnderWay();
  const parent = treeOf(env);
  await branch(env, ["quick", "--stash"]);
  env.write("quick.txt", "quick\n");
  env.commit("Quickly");
  const back = await comeBack(env);
  assertEquals([back.restored?.merged, back.to.branch], [true, "feature"]);
  assertEquals(treeOf(env).status, parent.status);
});

Deno.test("a deleted branch of the parent is made again, or another one is used", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  const head = env.git("rev-parse", "feature");
  env.git("branch", "-q", "-D", "feature");
  const words = await refused(env);
  assertStringIncludes(words, `git branch feature ${head}`);
  const unknown = await mpm(env, ["return", "--git-branch", "none"]);
  assertEquals(unknown.status, 3);
  env.git("branch", "renamed", head);
  const back = await comeBack(env, ["--git-branch", "renamed"]);
  assertEquals(back.to.branch, "renamed");
  assertEquals(
    { ...treeOf(env), branch: "" },
    { ...parent, branch: "" },
  );
});

Deno.test("a detached parent comes back detached", async () => {
  using env = featureUnderWay();
  env.git("checkout", "-q", "--detach");
  const parent = treeOf(env);
  await branch(env, STASH);
  env.write("login.js", "fixed\n");
  env.commit("Fix");
  await comeBack(env);
  assertEquals(treeOf(env), parent);
});

Deno.test("commits on a detached HEAD are kept and reported", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  env.git("checkout", "-q", "--detach");
  env.write("login.js", "fixed\n");
  const commit = env.commit("Fix, detached");
  const back = await comeBack(env);
  assertStringIncludes(
    back.warnings.join(),
    `git branch <name> ${commit.slice(0, 12)}`,
  );
  assertEquals(treeOf(env), parent);
  const refs = env.git(
    "for-each-ref",
    "--format=%(objectname)",
    "refs/mpm/detours",
  );
  assertEquals(refs, commit);
});

Deno.test("commits on a parent's detached HEAD are kept until the return", async () => {
  using env = featureUnderWay();
  env.git("checkout", "-q", "--detach");
  const refs = () =>
    env.git("for-each-ref", "--format=%(objectname)", "refs/mpm/detours");
  env.git("commit", "-q", "--allow-empty", "-m", "On no branch");
  const parent = treeOf(env);
  await branch(env, [...STASH, "--no-commit"]);
  assertEquals(refs(), parent.branch);
  await comeBack(env);
  assertEquals([treeOf(env), refs()], [parent, ""]);
  await branch(env, ["again", "--stash", "--git-branch", "fix", "--no-commit"]);
  const args = ["--git-branch", "feature", "--keep-parked"];
  const { warnings } = await comeBack(env, args);
  assertStringIncludes(warnings.join(), parent.branch.slice(0, 12));
  assertEquals(refs(), parent.branch);
});

Deno.test("a switch by hand during the detour is not an obstacle", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  env.git("switch", "-q", "main");
  await comeBack(env);
  assertEquals(treeOf(env), parent);
  await branch(env, ["again", "--stash", "--git-branch", "fix"]);
  env.git("switch", "-q", "feature");
  await comeBack(env);
  assertEquals(treeOf(env), parent);
});

/** Puts each object into its own file, so that one can be lost. */
function unpack(env: TestEnv): void {
  const each = "for pack in .git/objects/pack/*.pack; do " +
    'test -f "$pack" && mv "$pack" .git/away && ' +
    "git unpack-objects -q < .git/away; done; " +
    "rm -f .git/away .git/objects/pack/*";
  env.git("-c", `alias.each=!${each}`, "each");
}

Deno.test("lost or damaged parked work is reported, with a way out", async () => {
  const { env } = await inDetour();
  using _env = env;
  const commit = env.git("rev-parse", "refs/mpm/checkpoints/parked-hotfix");
  const blob = env.git("rev-parse", `${commit}:worktree/feature.js`);
  const object = (id: string) =>
    join(".git/objects", id.slice(0, 2), id.slice(2));
  unpack(env);
  env.remove(object(blob));
  assertStringIncludes(await refused(env), "is damaged");
  env.git("update-ref", "-d", "refs/mpm/checkpoints/parked-hotfix");
  const words = await refused(env);
  assertStringIncludes(words, "is gone");
  assertStringIncludes(words, "--keep-parked");
  const { kept, warnings } = await comeBack(env, ["--keep-parked"]);
  assertEquals(kept, null);
  assertStringIncludes(warnings.join(), '"parked-hotfix" with the parked work');
  assertEquals(env.git("branch", "--show-current"), "feature");
});

Deno.test("a parent that ended elsewhere stays ended; its work is back", async () => {
  const { env, parent } = await inDetour();
  using _env = env;
  const folder = join(env.project, ".claude-mpm/state/work");
  for (const { name } of Deno.readDirSync(folder)) {
    const record = JSON.parse(Deno.readTextFileSync(join(folder, name)));
    if (record.parent !== null) continue;
    putWork(env, { ...record, state: "archived" });
  }
  await comeBack(env);
  assertEquals(treeOf(env), parent);
  assertEquals(await stackLines(env), [
    "feature:archived",
    "  hotfix:complete",
  ]);
});

Deno.test("return where there is nothing to return from", async () => {
  using env = TestEnv.repository();
  assertEquals((await mpm(env, ["return"])).status, 3);
  await mpmJson(env, ["start", "main-work"]);
  const done = await mpm(env, ["return"]);
  assertEquals(done.status, 4);
  assertStringIncludes(done.stderr, "mpm complete");
  await branch(env, ["a"]);
  const both = await mpm(env, ["return", "--park", "--carry"]);
  assertEquals(both.status, 2);
});

Deno.test("a return ends no detour if git does not answer", async () => {
  const { env } = await inDetour();
  using _env = env;
  const { PATH } = env.extra;
  env.extra.PATH = join(env.root, "tmp");
  const none = await mpm(env, ["return"]);
  assertEquals(none.status, 4, none.stdout);
  assertStringIncludes(none.stderr, "git is not installed");
  assertStringIncludes(none.stderr, "--keep-parked");
  const flag = await mpm(env, ["return", "--park", "--keep-parked"]);
  assertEquals(flag.status, 4, flag.stdout);
  assertStringIncludes(flag.stderr, '"--park" needs a git repository');
  await comeBack(env, ["--keep-parked", "--no-changes"]);
  if (PATH === undefined) delete env.extra.PATH;
  else env.extra.PATH = PATH;
  const { stdout, stderr } = await mpm(env, ["stack"]);
  assertStringIncludes(stdout + stderr, "mpm checkpoint restore parked-hotfix");
});

Deno.test("a return outside git does not mention git", async () => {
  using env = new TestEnv();
  await branch(env, ["look"]);
  assertEquals((await mpm(env, ["return", "--carry"])).status, 4);
  const done = await mpm(env, ["return"]);
  assertEquals(done.status, 0, done.stderr);
  assertEquals(done.stdout.includes("Git branch"), false);
});

Deno.test("everything is right after a return from a branch with a committed pause", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "Before"]);
  await branch(env, ["look", "--git-branch", "look"]);
  await mpmJson(env, ["pause", "Within"]);
  await comeBack(env);
  const { stdout } = await mpm(env, ["doctor"]);
  assertStringIncludes(stdout, "ok       saves          3 saves, all intact");
});

Deno.test("a return refuses before the first commit, with its own message", async () => {
  using env = new TestEnv();
  env.git("init", "-q", "-b", "main");
  await branch(env, ["look"]);
  env.write("idea.txt", "idea\n");
  for (const flag of ["--park", "--discard"]) {
    assertStringIncludes(await refused(env, flag), '"main" has no commit yet');
  }
  await comeBack(env);

  const { env: other } = await inDetour();
  using _other = other;
  other.git("checkout", "-q", "--orphan", "fresh");
  other.git("rm", "-rq", "--cached", ".");
  other.git("clean", "-dfq", "-e", ".claude-mpm");
  assertStringIncludes(await refused(other), '"fresh" has no commit yet');
  other.git("switch", "-q", "fix");
  await comeBack(other);
});

Deno.test("--discard names what was uncommitted before, and no branch of others", async () => {
  using env = featureUnderWay();
  await branch(env, ["look"]);
  env.write("idea.txt", "idea\n");
  const done = await mpm(env, ["return", "--discard"]);
  assertEquals(done.status, 0, done.stderr);
  assertEquals(done.stdout.includes("branch -D"), false);
  assertStringIncludes(
    done.stdout,
    "Files that were uncommitted before the detour",
  );
  assertStringIncludes(
    done.stdout,
    "To restore them: mpm checkpoint restore look-discarded",
  );
});

Deno.test("a pause within a detour saves the stack, a clone rebuilds it", async () => {
  const { env } = await inDetour();
  using _env = env;
  const saved = join(env.root, "save.json");
  await mpmJson(env, ["pause", "Within", "--no-commit", "--export", saved]);
  const url = `file://${env.project}`;
  env.git("clone", "-q", url, join(env.root, "clone"));
  const there = { cwd: join(env.root, "clone") };
  await mpmJson(env, ["saves", "import", saved], there);
  // Imported saves count as someone else's until the user trusts them.
  await mpmJson(env, ["saves", "trust", "latest"], there);
  await mpmJson(env, ["resume", "latest"], there);
  assertEquals(await stackLines(env, there), [
    "feature:paused",
    "  hotfix:active *",
  ]);
  // The clone has no checkpoint, and reports it.
  for (const command of ["stack", "status"]) {
    const answer = await mpm(env, [command], there);
    assertStringIncludes(answer.stdout, "is not in this copy of the project");
    assertEquals((await mpm(env, [command])).stdout.includes("copy"), false);
  }
  env.gitIn(there.cwd, "branch", "feature", "origin/feature");
  const done = await mpm(env, ["return"], there);
  assertEquals(done.status, 4, done.stdout);
  assertStringIncludes(done.stderr, "is gone");
  await comeBack(env, ["--keep-parked"], there);
  assertEquals(env.gitIn(there.cwd, "branch", "--show-current"), "feature");
});
