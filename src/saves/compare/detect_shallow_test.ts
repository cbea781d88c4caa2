import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { changesSince, pauseIn, reportSince } from "./helpers_test.ts";

/** A project with some commits, and a clone of it that has the last two. */
function withShallow(): { env: TestEnv; clone: string } {
  const env = TestEnv.repository();
  for (const name of ["one", "two", "three"]) {
    env.write(name, `${name}\n`);
    env.commit(`Add ${name}`);
  }
  env.git("clone", "-q", "--depth=2", `file://${env.project}`, "../clone");
  return { env, clone: join(env.root, "clone") };
}

function gainThree(env: TestEnv): void {
  for (const name of ["four", "five", "six"]) {
    env.write(name, `${name}\n`);
    env.commit(`Add ${name}`);
  }
}

const SHALLOW =
  "The history is shallow and begins after the pause: mpm cannot be certain " +
  "which commits are new or lost";

Deno.test("detectChanges() calls nothing lost or rewritten before the cut of a shallow history", async () => {
  const { env, clone } = withShallow();
  using _ = env;
  const save = await pauseIn(env, clone);
  gainThree(env);
  env.gitIn(clone, "fetch", "-q", "--depth=1");
  const fetched = await changesSince(env, save, clone);
  assertEquals([fetched.relation, fetched.upstream.change], ["same", "moved"]);
  assertEquals(
    await reportSince(env, save, clone),
    `  No new commits

  Upstream:
    • origin/main: moved

  Working Directory:
    • No uncommitted changes

  Notes:
    • The history is shallow: mpm cannot tell how the upstream moved
`,
  );
  env.gitIn(clone, "reset", "-q", "--hard", "origin/main");
  assertEquals((await changesSince(env, save, clone)).relation, "unknown");
  assertEquals(
    await reportSince(env, save, clone),
    `  New Commits (1):
    ID - Add six (2h ago)

  Upstream:
    • origin/main: moved

  Modified Files (3):
    A  five
    A  four
    A  six

  Working Directory:
    • No uncommitted changes

  Notes:
    • ${SHALLOW}
`,
  );
});

Deno.test("detectChanges() distinguishes ahead, behind and diverged after the cut of a shallow history", async () => {
  const { env, clone } = withShallow();
  using _ = env;
  const save = await pauseIn(env, clone);
  gainThree(env);
  env.gitIn(clone, "pull", "-q");
  const ahead = await changesSince(env, save, clone);
  assertEquals(
    [ahead.relation, ahead.commits.new.length, ahead.upstream.change],
    ["ahead", 3, "pulled"],
  );
  assertEquals([ahead.shallow, ahead.notes], [true, []]);
  env.gitIn(clone, "reset", "-q", "--hard", save.mpm!.head + "~1");
  const behind = await changesSince(env, save, clone);
  assertEquals([behind.relation, behind.commits.lost.length], ["behind", 1]);
  env.gitIn(clone, "commit", "-q", "--allow-empty", "-m", "Instead");
  const diverged = await changesSince(env, save, clone);
  assertEquals(
    [
      diverged.relation,
      diverged.commits.new.length,
      diverged.commits.lost.length,
      diverged.upstream.change,
      diverged.notes.length,
    ],
    ["diverged", 1, 1, "moved", 1],
  );
});

Deno.test("detectChanges() does not claim that no commit before the cut removed a file", async () => {
  const { env, clone } = withShallow();
  using _ = env;
  Deno.writeTextFileSync(join(clone, "mine"), "x");
  Deno.writeTextFileSync(join(clone, "one"), "edited\n");
  const save = await pauseIn(env, clone);
  env.remove("one");
  gainThree(env);
  env.gitIn(clone, "fetch", "-q", "--depth=1");
  env.gitIn(clone, "reset", "-q", "--hard", "origin/main");
  Deno.removeSync(join(clone, "mine"));
  const { working_directory: found, missing } = await changesSince(
    env,
    save,
    clone,
  );
  assertEquals(found.paths.map(({ path, change }) => `${path} ${change}`), [
    "one not-in-head",
    "mine unknown",
  ]);
  assertEquals(missing, []);
});

Deno.test("detectChanges() does not call a branch unmerged that a shallow history cuts off", async () => {
  const { env, clone } = withShallow();
  using _ = env;
  const save = await pauseIn(env, clone);
  gainThree(env);
  env.gitIn(clone, "fetch", "-q", "--depth=1");
  env.gitIn(clone, "switch", "-q", "-c", "other", "origin/main");
  const { branch } = await changesSince(env, save, clone);
  assertEquals([branch.recorded, branch.merged], ["exists", null]);
  env.gitIn(clone, "branch", "-q", "-D", "main");
  const gone = await changesSince(env, save, clone);
  assertEquals([gone.branch.recorded, gone.branch.merged], ["deleted", null]);
});

Deno.test("detectChanges() works in a partial clone, without fetching what it lacks", async () => {
  using env = TestEnv.repository();
  env.write("old", "enough\nlines\nto be found\n");
  env.commit("Add old");
  env.write("old", "enough\nlines\nto be found again\n");
  env.git("mv", "old", "new");
  env.commit("Rename and edit");
  env.git("config", "uploadpack.allowFilter", "true");
  env.git(
    "clone",
    "-q",
    "--filter=blob:none",
    `file://${env.project}`,
    "../part",
  );
  const part = join(env.root, "part");
  const save = await pauseIn(env, part);
  save.mpm!.head = env.git("rev-parse", "HEAD~1");
  const { relation, files } = await changesSince(env, save, part);
  assertEquals([relation, files], ["ahead", [
    { status: "A", path: "new" },
    { status: "D", path: "old" },
  ]]);
});
