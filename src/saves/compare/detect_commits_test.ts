import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../../../tests/helpers/env.ts";
import type { Save } from "../save.ts";
import { changesSince, pauseIn, reportSince } from "./helpers_test.ts";

/** New, lost and rewritten commits by subject, newest first. */
async function commitsSince(env: TestEnv, save: Save) {
  const { commits } = await changesSince(env, save);
  const subjects = (list: { message: string }[]) =>
    list.map(({ message }) => message);
  return {
    new: subjects(commits.new),
    lost: subjects(commits.lost),
    rewritten: commits.rewritten.map(({ from, to, patch }) =>
      `${from.message} -> ${to.message}: ${patch}`
    ),
  };
}

/** Makes all commits within one second, by one author. */
function atOnce(env: TestEnv): void {
  env.extra.GIT_AUTHOR_DATE = "2026-01-01T00:00:00Z";
  env.extra.GIT_COMMITTER_DATE = "2026-01-01T00:00:00Z";
}

/** Commits `path` with `content`. */
function add(env: TestEnv, path: string, content: string, subject: string) {
  env.write(path, content);
  return env.commit(subject);
}

Deno.test("detectChanges() does not pair unrelated commits of the same second", async () => {
  using env = TestEnv.repository();
  atOnce(env);
  add(env, "a", "a", "Add a");
  const save = await pauseIn(env);
  env.git("reset", "-q", "--hard", "HEAD~1");
  add(env, "m", "m", "Add m");
  assertEquals(await commitsSince(env, save), {
    new: ["Add m"],
    lost: ["Add a"],
    rewritten: [],
  });
});

Deno.test("detectChanges() lists an amend of both message and content as lost and new", async () => {
  using env = TestEnv.repository();
  add(env, "a", "a", "Add a");
  const save = await pauseIn(env);
  env.write("a", "a, and more");
  env.git("commit", "-q", "-a", "--amend", "-m", "Add a and more");
  assertEquals(await commitsSince(env, save), {
    new: ["Add a and more"],
    lost: ["Add a"],
    rewritten: [],
  });
});

Deno.test("detectChanges() pairs by the patch, whatever the order and the subjects", async () => {
  using env = TestEnv.repository();
  atOnce(env);
  const first = add(env, "a", "a", "wip");
  const second = add(env, "b", "b", "wip");
  const save = await pauseIn(env);
  env.git("reset", "-q", "--hard", "HEAD~2");
  env.extra.GIT_COMMITTER_DATE = "2026-01-01T00:00:09Z";
  for (const commit of [second, first]) env.git("cherry-pick", commit);
  const { commits } = await changesSince(env, save);
  const twins = commits.rewritten.map(({ from, to }) => [from.sha, to.sha]);
  assertEquals(
    twins.sort(),
    [
      [first, env.git("rev-parse", "HEAD")],
      [second, env.git("rev-parse", "HEAD~1")],
    ].sort(),
  );
  assertEquals([commits.new, commits.lost], [[], []]);
});

Deno.test("detectChanges() lists every commit that is not shown as the twin of another", async () => {
  using env = TestEnv.repository();
  add(env, "a", "a", "A");
  const save = await pauseIn(env);
  env.git("reset", "-q", "--hard", "HEAD~1");
  add(env, "a", "a", "B again");
  env.git("revert", "--no-edit", "HEAD");
  add(env, "a", "a", "C third");
  assertEquals(
    await reportSince(env, save),
    `  New Commits (2):
    ID - B again (2h ago)
    ID - Revert "B again" (2h ago)

  Rewritten Commits (1):
    ID → ID - C third (2h ago)

  Working Directory:
    • No uncommitted changes
`,
  );
});

Deno.test("detectChanges() names the one twin of a patch that was there twice", async () => {
  using env = TestEnv.repository();
  add(env, "a", "a", "One");
  env.git("revert", "--no-edit", "HEAD");
  add(env, "a", "a", "Two");
  const save = await pauseIn(env);
  env.git("reset", "-q", "--hard", "HEAD~3");
  add(env, "a", "a", "Only");
  assertEquals(await commitsSince(env, save), {
    new: [],
    lost: ['Revert "One"'],
    rewritten: ["Two -> Only: same", "One -> Only: same"],
  });
});

Deno.test("detectChanges() shows the result of squashing one commit", async () => {
  using env = TestEnv.repository();
  env.git("switch", "-q", "-c", "feature");
  add(env, "a", "a", "Add a");
  const save = await pauseIn(env);
  env.git("switch", "-q", "main");
  env.git("merge", "-q", "--squash", "feature");
  env.commit("squashed-one");
  assertEquals(
    await reportSince(env, save),
    `  Branch:
    • Switched from feature to main

  No new commits

  Rewritten Commits (1):
    ID → ID - squashed-one (2h ago)

  Working Directory:
    • No uncommitted changes
`,
  );
});

Deno.test("detectChanges() does not match empty commits with each other", async () => {
  using env = TestEnv.repository();
  env.commit("Empty");
  env.commit("Kept");
  const save = await pauseIn(env);
  env.git("reset", "-q", "--hard", "HEAD~2");
  env.commit("Another");
  env.git("cherry-pick", "--allow-empty", save.mpm!.head!);
  assertEquals(await commitsSince(env, save), {
    new: ["Another"],
    lost: ["Empty"],
    rewritten: ["Kept -> Kept: same"],
  });
});

Deno.test("detectChanges() reports that no commit removed or changed files that a switch or a reset removed", async () => {
  using env = TestEnv.repository();
  add(env, "f", "one\n", "Add f");
  env.git("switch", "-q", "-c", "feat");
  env.write("f", "two\n");
  add(env, "g", "g\n", "Add g, change f");
  env.write("f", "three\n");
  env.write("g", "edited\n");
  const save = await pauseIn(env);
  env.git("stash", "-q");
  env.git("switch", "-q", "main");
  const rest = `
  Modified Files (2):
    M  f
    D  g

  Working Directory:
    • No uncommitted changes
    • f reverted
    • g not in HEAD
`;
  const after = async () => {
    const report = await reportSince(env, save);
    return report.slice(report.indexOf("\n  Modified")).split("\n  Stash")[0];
  };
  assertEquals(await after(), rest);
  env.git("switch", "-q", "feat");
  env.git("reset", "-q", "--hard", "HEAD~1");
  assertEquals(await after(), rest);
  add(env, "other", "x", "Another");
  assertEquals(
    await after(),
    rest.replace("(2)", "(3)").replace(
      "g\n\n",
      "g\n    A  other\n\n",
    ),
  );
  add(env, "f", "four\n", "Change f");
  add(env, "g", "g\n", "Add g");
  env.git("rm", "-q", "g");
  env.commit("Remove g");
  const { working_directory: found, conflicts } = await changesSince(env, save);
  assertEquals(
    found.paths.map(({ path, change }) => `${path} ${change}`),
    ["f superseded", "g removed"],
  );
  assertEquals(conflicts.map(({ path }) => path), ["f", "g"]);
});

Deno.test("detectChanges() looks for removals among more paths than a command line holds", async () => {
  using env = TestEnv.repository();
  const names = Array.from(
    { length: 90 },
    (_, at) => `${at}`.padStart(240, "x"),
  );
  for (const name of names) env.write(name, "x");
  const save = await pauseIn(env);
  env.commit("Add them");
  for (const name of names) env.remove(name);
  env.commit("Remove them");
  const system = env.system();
  let longest = 0;
  const run: typeof system.run = (program, options) => {
    longest = Math.max(longest, options.args.join(" ").length);
    return system.run(program, options);
  };
  env.system = () => ({ ...system, run });
  const { working_directory: found } = await changesSince(env, save);
  assertEquals(
    found.paths.map(({ change }) => change),
    names.map(() => "removed"),
  );
  assertEquals(longest < 16_000, true);
});

Deno.test("detectChanges() does not report a branch without commits as deleted", async () => {
  using env = new TestEnv();
  env.git("init", "-q");
  const save = await pauseIn(env);
  env.git("switch", "-q", "--orphan", "zz");
  const report = `  Branch:
    • Switched from main to zz

`;
  assertEquals(
    (await reportSince(env, save)).slice(0, report.length),
    report,
  );
  env.commit("Start zz");
  const { branch } = await changesSince(env, save);
  assertEquals([branch.recorded, branch.merged], [null, null]);
});

Deno.test("detectChanges() does not describe a branch's commits if there is no commit now", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "edited\n");
  const save = await pauseIn(env);
  env.git("stash", "-q");
  env.git("switch", "-q", "--orphan", "zz");
  env.git("branch", "-q", "-D", "main");
  assertEquals(
    (await reportSince(env, save)).split("\n\n  Stash")[0],
    `  Branch:
    • Switched from main to zz
    • No local branch main here

  No new commits

  Working Directory:
    • No uncommitted changes
    • README.md not in HEAD`,
  );
});

Deno.test("detectChanges() counts a commit made in the very second of the pause", async () => {
  using env = TestEnv.repository();
  const save = await pauseIn(env);
  save.paused_at = "2026-01-01T00:00:30.500Z";
  Deno.removeSync(join(env.project, ".git"), { recursive: true });
  env.extra.GIT_COMMITTER_DATE = "2026-01-01T00:00:30Z";
  env.git("init", "-q");
  env.commit("Another root");
  const { compared_by, commits } = await changesSince(env, save);
  assertEquals([compared_by, commits.new.map(({ message }) => message)], [
    "time",
    ["Another root"],
  ]);
});
