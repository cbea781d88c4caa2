import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { changesSince, pauseIn, reportSince } from "./helpers_test.ts";

function chmod(env: TestEnv, path: string, mode: number): void {
  Deno.chmodSync(join(env.project, path), mode);
}

/** Edited files, one of them executable, and an untracked one. */
function withModes(): TestEnv {
  const env = TestEnv.repository();
  for (const name of ["f1", "f2", "f3"]) env.write(name, `${name}\n`);
  env.commit("Add files");
  for (const name of ["f1", "f2"]) env.write(name, "edited\n");
  for (const name of ["f2", "f3"]) chmod(env, name, 0o755);
  env.write("n", "new\n");
  return env;
}

Deno.test("readState() records the mode of tracked and untracked files and of links", async () => {
  using env = withModes();
  Deno.symlinkSync("n", join(env.project, "link"));
  env.git("rm", "-q", "--cached", "README.md");
  const { mpm } = await pauseIn(env);
  assertEquals(
    mpm!.files.map(({ status, path, mode }) => [status, path, mode]),
    [
      ["D ", "README.md", undefined],
      [" M", "f1", "100644"],
      [" M", "f2", "100755"],
      [" M", "f3", "100755"],
      ["??", "README.md", "100644"],
      ["??", "link", "120000"],
      ["??", "n", "100644"],
    ],
  );
});

Deno.test("detectChanges() reports a mode that changed", async () => {
  using env = withModes();
  const save = await pauseIn(env);
  assertEquals(
    await reportSince(env, save),
    `  No new commits

  Working Directory:
    • 4 uncommitted files (unchanged since the pause)
`,
  );
  chmod(env, "f1", 0o755);
  chmod(env, "n", 0o755);
  chmod(env, "f2", 0o644);
  chmod(env, "f3", 0o644);
  assertEquals(
    await reportSince(env, save),
    `  No new commits

  Working Directory:
    • 3 uncommitted files
    • f1 mode changed
    • f2 mode changed
    • f3 reverted
    • n mode changed
`,
  );
  env.write("f1", "edited further\n");
  const { working_directory: found } = await changesSince(env, save);
  assertEquals(
    found.paths.map(({ change, mode_only }) => [change, mode_only]),
    [
      ["edited-further", undefined],
      ["edited-further", true],
      ["reverted", undefined],
      ["edited-further", true],
    ],
  );
});

Deno.test("detectChanges() treats content as committed only with its mode", async () => {
  using env = withModes();
  const save = await pauseIn(env);
  chmod(env, "f2", 0o644);
  env.commit("Commit without the mode");
  const { working_directory: found } = await changesSince(env, save);
  assertEquals(found.paths.map(({ path, change }) => `${path} ${change}`), [
    "f1 committed",
    "f2 superseded",
    "f3 committed",
    "n committed",
  ]);
});

Deno.test("detectChanges() does not use modes that git is configured to ignore", async () => {
  using env = TestEnv.repository();
  env.git("config", "core.fileMode", "false");
  for (const name of ["f1", "f2", "f3"]) env.write(name, "one\n");
  env.commit("Add files");
  for (const name of ["f1", "f2", "n1", "n2", "n3"]) env.write(name, "two\n");
  chmod(env, "n3", 0o755);
  const save = await pauseIn(env);
  for (const name of ["f1", "f2", "f3", "n1"]) chmod(env, name, 0o755);
  env.git("add", "f2", "n3");
  env.git("commit", "-q", "-m", "Commit some", "f2");
  assertEquals(
    await reportSince(env, save),
    `  New Commits (1):
    ID - Commit some (2h ago)

  Modified Files (1):
    M  f2

  Working Directory:
    • 4 uncommitted files (3 unchanged since the pause)
    • f2 committed
    • n3 staged
`,
  );
});
