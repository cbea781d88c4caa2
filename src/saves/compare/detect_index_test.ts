import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../../../tests/helpers/env.ts";
import type { Save } from "../save.ts";
import { changesSince, pauseIn, reportSince } from "./helpers_test.ts";

/** Files that are staged as `staged` and then edited. */
function withStaged(...names: string[]): TestEnv {
  const env = TestEnv.repository();
  for (const name of names) env.write(name, "committed\n");
  env.commit("Add files");
  for (const name of names) env.write(name, "staged\n");
  env.git("add", "-A");
  for (const name of names) env.write(name, "edited\n");
  return env;
}

async function changesOf(env: TestEnv, save: Save): Promise<string[]> {
  const { working_directory: found } = await changesSince(env, save);
  return found.paths.map(({ path, now, change }) =>
    `${path} ${now ?? "-"} ${change}`
  );
}

Deno.test("detectChanges() distinguishes a discarded unstaged edit from one that continued", async () => {
  using env = withStaged("a", "b", "c", "d");
  env.write("new", "staged\n");
  env.git("add", "new");
  env.write("new", "edited\n");
  const save = await pauseIn(env);
  env.git("restore", "a", "new");
  env.write("b", "edited further\n");
  env.git("add", "b");
  env.git("restore", "--source=HEAD", "--staged", "--worktree", "c");
  assertEquals(
    await reportSince(env, save),
    `  No new commits

  Working Directory:
    • 4 uncommitted files (1 unchanged since the pause)
    • a back to the staged version, without the unstaged edit
    • b edited further
    • c reverted
    • new back to the staged version, without the unstaged edit
`,
  );
});

Deno.test("detectChanges() distinguishes staged and committed changes from unstaged ones", async () => {
  using env = withStaged("a", "b");
  const save = await pauseIn(env);
  env.git("restore", "--staged", "b");
  env.git("commit", "-q", "-m", "Commit what is staged");
  assertEquals(await changesOf(env, save), [
    "a  M committed",
    "b  M unstaged",
  ]);
  assertEquals(
    (await reportSince(env, save)).split("\n").filter((line) =>
      line.includes("• a ")
    ),
    ["    • a staged changes were committed"],
  );
});

Deno.test("detectChanges() treats staged content as committed only if a commit has it", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "staged\n");
  env.git("add", "README.md");
  const save = await pauseIn(env);
  env.write("README.md", "another\n");
  env.commit("Another");
  env.write("README.md", "staged\n");
  assertEquals(await changesOf(env, save), ["README.md  M unstaged"]);
});

Deno.test("detectChanges() sees a staged mode with the same content", async () => {
  using env = withStaged("a");
  env.write("a", "staged\n");
  Deno.chmodSync(join(env.project, "a"), 0o755);
  const save = await pauseIn(env);
  env.git("add", "a");
  assertEquals(await changesOf(env, save), ["a M  staged"]);
});

Deno.test("detectChanges() reports a staged rename that was undone as reverted", async () => {
  using env = TestEnv.repository();
  env.write("f3", "enough\nlines\nto be found\n");
  env.commit("Add f3");
  env.git("mv", "f3", "g3");
  const save = await pauseIn(env);
  env.git("reset", "-q");
  assertEquals(await changesOf(env, save), [
    "g3 ?? unstaged",
    "f3  D same",
  ]);
  env.git("add", "-A");
  env.git("reset", "-q", "--hard");
  assertEquals(
    await reportSince(env, save),
    `  No new commits

  Working Directory:
    • No uncommitted changes
    • f3 → g3 reverted
`,
  );
  env.git("rm", "-q", "f3");
  assertEquals((await changesSince(env, save)).missing, ["g3"]);
});
