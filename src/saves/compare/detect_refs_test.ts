import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { changesSince, pauseIn, reportSince } from "./helpers_test.ts";

const REST = `
  No new commits

  Working Directory:
    • No uncommitted changes
`;

/** A clone of a shared repository, and another clone to push from. */
function withRemote(): TestEnv {
  const env = TestEnv.repository();
  env.git("clone", "-q", "--bare", ".", "../remote.git");
  env.git("remote", "add", "origin", "../remote.git");
  env.git("fetch", "-q");
  env.git("branch", "-q", "-u", "origin/main");
  env.git("clone", "-q", "../remote.git", "../other");
  return env;
}

/** Someone else commits and pushes. */
function pushFromElsewhere(env: TestEnv): void {
  const other = join(env.root, "other");
  env.gitIn(other, "commit", "-q", "--allow-empty", "-m", "From elsewhere");
  env.gitIn(other, "push", "-q");
}

Deno.test("detectChanges() reports a switch to another branch", async () => {
  using env = TestEnv.repository();
  env.git("switch", "-q", "-c", "feature");
  env.commit("Work on it");
  const save = await pauseIn(env);
  env.git("switch", "-q", "main");
  assertEquals(
    await reportSince(env, save),
    `  Branch:
    • Switched from feature to main

  No new commits

  ⚠️  Commits No Longer in HEAD (1):
    ID - Work on it (2h ago)

  Working Directory:
    • No uncommitted changes
`,
  );
});

Deno.test("detectChanges() reports that the branch was merged into the current one", async () => {
  using env = TestEnv.repository();
  env.git("switch", "-q", "-c", "feature");
  env.commit("Work on it");
  const save = await pauseIn(env);
  env.git("switch", "-q", "main");
  env.git("merge", "-q", "--no-ff", "feature", "-m", "Merge feature");
  assertEquals(
    await reportSince(env, save),
    `  Branch:
    • Switched from feature to main
    • feature: its commits are all in main

  New Commits (1):
    ID - Merge feature (2h ago)

  Working Directory:
    • No uncommitted changes
`,
  );
  env.git("branch", "-q", "-d", "feature");
  const { branch } = await changesSince(env, save);
  assertEquals(branch, {
    then: "feature",
    now: "main",
    change: "switched",
    recorded: "deleted",
    renamed_to: null,
    merged: true,
    remote: null,
  });
});

Deno.test("detectChanges() reports a deleted branch with its lost commits", async () => {
  using env = TestEnv.repository();
  env.git("switch", "-q", "-c", "feature");
  env.commit("Work on it");
  const save = await pauseIn(env);
  env.git("switch", "-q", "main");
  env.git("branch", "-q", "-D", "feature");
  assertEquals(
    (await reportSince(env, save)).split("\n").slice(0, 3),
    [
      "  Branch:",
      "    • Switched from feature to main",
      "    • feature was deleted; its commits are not all in main",
    ],
  );
});

Deno.test("detectChanges() follows a branch through its renames", async () => {
  using env = TestEnv.repository();
  env.git("switch", "-q", "-c", "one");
  const save = await pauseIn(env);
  env.git("branch", "-m", "two");
  env.git("branch", "-m", "three");
  assertEquals(
    await reportSince(env, save),
    `  Branch:\n    • one was renamed to three\n${REST}`,
  );
  env.git("switch", "-q", "main");
  const { branch } = await changesSince(env, save);
  assertEquals(
    [branch.change, branch.recorded, branch.renamed_to],
    ["switched", "renamed", "three"],
  );
});

Deno.test("detectChanges() does not report a rename from before the pause as new", async () => {
  using env = TestEnv.repository();
  env.git("branch", "old");
  env.git("branch", "-m", "old", "kept");
  env.git("switch", "-q", "-c", "old");
  const save = await pauseIn(env);
  save.paused_at = "2026-01-02T00:00:00Z";
  env.git("switch", "-q", "main");
  env.git("branch", "-q", "-D", "old");
  assertEquals((await changesSince(env, save)).branch.recorded, "deleted");
});

Deno.test("detectChanges() reports a HEAD that was detached, and one that was attached", async () => {
  using env = TestEnv.repository();
  const attached = await pauseIn(env);
  env.git("switch", "-q", "--detach");
  const detached = await pauseIn(env);
  assertEquals(
    (await reportSince(env, attached)).split("\n")[1],
    "    • Switched from main to a detached HEAD",
  );
  assertEquals((await changesSince(env, detached)).branch.change, "same");
  env.git("switch", "-q", "main");
  assertEquals((await changesSince(env, detached)).branch.change, "attached");
});

Deno.test("detectChanges() reports pushed commits", async () => {
  using env = withRemote();
  env.commit("Mine");
  const save = await pauseIn(env);
  env.git("push", "-q");
  assertEquals(
    await reportSince(env, save),
    `  No new commits

  Upstream:
    • origin/main: pushed; 0 ahead, 0 behind (at the pause 1 ahead, 0 behind)

  Working Directory:
    • No uncommitted changes
`,
  );
});

Deno.test("detectChanges() reports pulled commits", async () => {
  using env = withRemote();
  const save = await pauseIn(env);
  pushFromElsewhere(env);
  env.git("pull", "-q");
  assertEquals(
    await reportSince(env, save),
    `  New Commits (1):
    ID - From elsewhere (2h ago)

  Upstream:
    • origin/main: pulled

  Working Directory:
    • No uncommitted changes
`,
  );
});

Deno.test("detectChanges() distinguishes fetched from diverged", async () => {
  using env = withRemote();
  const save = await pauseIn(env);
  pushFromElsewhere(env);
  env.git("fetch", "-q");
  assertEquals(
    (await changesSince(env, save)).upstream.change,
    "fetched",
  );
  env.commit("Mine");
  assertEquals(
    await reportSince(env, save),
    `  New Commits (1):
    ID - Mine (2h ago)

  ⚠️  Upstream:
    • origin/main: diverged: both sides have new commits; 1 ahead, 1 behind (at the pause 0 ahead, 0 behind)

  Working Directory:
    • No uncommitted changes
`,
  );
});

Deno.test("detectChanges() reports an upstream that was rewritten or is gone", async () => {
  using env = withRemote();
  env.commit("Mine");
  env.git("push", "-q");
  const save = await pauseIn(env);
  const other = join(env.root, "other");
  env.gitIn(other, "commit", "-q", "--allow-empty", "-m", "Instead");
  env.gitIn(other, "push", "-q", "--force");
  env.git("fetch", "-q");
  assertEquals((await changesSince(env, save)).upstream.change, "rewritten");
  env.gitIn(join(env.root, "remote.git"), "branch", "-m", "main", "trunk");
  env.git("fetch", "-q", "--prune");
  assertEquals(
    await reportSince(env, save),
    `  No new commits

  ⚠️  Upstream:
    • origin/main: gone

  Working Directory:
    • No uncommitted changes
`,
  );
});

Deno.test("detectChanges() reports an upstream that was set, changed and removed", async () => {
  using env = withRemote();
  const change = async (save: Awaited<ReturnType<typeof pauseIn>>) =>
    (await changesSince(env, save)).upstream.change;
  const before = await pauseIn(env);
  env.git("branch", "-q", "--unset-upstream");
  const without = await pauseIn(env);
  assertEquals(await change(before), "removed");
  env.git("push", "-q", "-u", "origin", "main:feature");
  assertEquals(await change(without), "set");
  assertEquals(await change(before), "changed");
  env.git("switch", "-q", "-c", "local");
  assertEquals(
    (await reportSince(env, before)).split("\n").slice(6, 8),
    ["  Upstream:", "    • None (at the pause: origin/main)"],
  );
});

Deno.test("detectChanges() does not count the commit of the save as ahead", async () => {
  using env = withRemote();
  const save = await pauseIn(env);
  env.write(".claude-mpm/sessions/session-20260101-000000.json", "{}");
  env.commit("session: pause at 2026-01-01\n\nSession ID: session-1");
  assertEquals(
    await reportSince(env, save),
    REST.trimStart().replace("No", "  No"),
  );
});

Deno.test("detectChanges() reports stashes made and dropped", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "one\n");
  env.git("stash", "push", "-q", "-m", "the first");
  const save = await pauseIn(env);
  env.git("stash", "drop", "-q");
  env.write("README.md", "two\n");
  env.git("stash", "push", "-q", "-m", "the second");
  assertEquals(
    await reportSince(env, save),
    `${REST.trimStart().replace("No", "  No")}
  Stash (2 changes):
    • Added: On main: the second
    • Removed: On main: the first
`,
  );
});

Deno.test("detectChanges() reports an operation that began and one that ended", async () => {
  using env = TestEnv.repository();
  env.git("switch", "-q", "-c", "feature");
  env.write("README.md", "theirs\n");
  env.commit("Theirs");
  env.git("switch", "-q", "main");
  env.write("README.md", "ours\n");
  env.commit("Ours");
  const before = await pauseIn(env);
  env.run("git", ["merge", "-q", "feature"]);
  const during = await pauseIn(env);
  assertEquals(
    await reportSince(env, before),
    `  No new commits

  ⚠️  Potential Conflicts (1):
    • README.md has unmerged changes

  Working Directory:
    • 1 uncommitted file
    • README.md in conflict

  ⚠️  Operation:
    • A new merge is in progress
`,
  );
  env.git("merge", "--abort");
  assertEquals(
    await reportSince(env, during),
    `  No new commits

  Working Directory:
    • No uncommitted changes
    • README.md reverted

  Operation:
    • The merge in progress at the pause has ended
`,
  );
});
