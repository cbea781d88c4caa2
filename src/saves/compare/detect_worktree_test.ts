import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { placeOf } from "./place.ts";
import { locate } from "../../git/workspace.ts";
import type { Save } from "../save.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { changesSince, pauseIn, reportSince, STORE } from "./helpers_test.ts";

/** A linked worktree on `feature`, and a save made in it. */
async function withLinked(): Promise<
  { env: TestEnv; path: string; save: Save }
> {
  const env = TestEnv.repository();
  const path = join(env.root, "it's linked");
  env.git("worktree", "add", "-q", "-b", "feature", path);
  return { env, path, save: await pauseIn(env, path) };
}

/** Runs the command that the report suggests; returns the branch afterwards. */
async function restored(
  env: TestEnv,
  save: Save,
  path: string,
): Promise<string> {
  const { worktree } = await changesSince(env, save);
  const done = env.run("sh", ["-c", worktree!.restore!]);
  assertEquals([done.status, done.stderr.match(/^(fatal|error).*/m)], [
    0,
    null,
  ]);
  assertEquals((await changesSince(env, save, path)).worktree, null);
  return env.gitIn(path, "branch", "--show-current");
}

Deno.test("detectChanges() shows how to recreate a removed worktree", async () => {
  const { env, path } = await withLinked();
  using _ = env;
  Deno.writeTextFileSync(join(path, "README.md"), "changed\n");
  const save = await pauseIn(env, path);
  assertEquals(
    (await reportSince(env, save)).split("\n").slice(0, 2),
    ["  Worktree:", "    • The save was made in $ROOT/it's linked"],
  );
  env.git("worktree", "remove", "--force", path);
  const command =
    `git worktree prune && git worktree add '${env.root}/it'\\''s linked' feature`;
  const { worktree } = await changesSince(env, save);
  assertEquals(worktree, { path, gone: true, restore: command });
  assertEquals(
    await reportSince(env, save),
    `  ⚠️  Worktree:
    • $ROOT/it's linked no longer exists
    • To create it again: ${command.replace(env.root, "$ROOT")}

  Branch:
    • The save was made on feature; this worktree is on main
    • feature: its commits are all in main

  No new commits

  Working Directory:
    • No uncommitted changes

  Notes:
    • 1 uncommitted file in the save belonged to a worktree that no longer exists; nothing was compared
`,
  );
  assertEquals(env.run("sh", ["-c", command]).status, 0);
  assertEquals((await changesSince(env, save, path)).worktree, null);
});

Deno.test("detectChanges() suggests a command that works after a plain removal of the folder", async () => {
  const { env, path, save } = await withLinked();
  using _ = env;
  Deno.removeSync(path, { recursive: true });
  assertEquals(await restored(env, save, path), "feature");
});

Deno.test("detectChanges() treats an empty folder as a removed worktree", async () => {
  const { env, path, save } = await withLinked();
  using _ = env;
  Deno.removeSync(path, { recursive: true });
  Deno.mkdirSync(path);
  assertEquals((await changesSince(env, save)).worktree?.gone, true);
  assertEquals(await restored(env, save, path), "feature");
});

Deno.test("detectChanges() suggests a detached worktree where the branch is checked out elsewhere", async () => {
  const { env, path, save } = await withLinked();
  using _ = env;
  Deno.removeSync(path, { recursive: true });
  env.git("worktree", "prune");
  env.git("switch", "-q", "feature");
  assertEquals(await restored(env, save, path), "");
  assertEquals(env.gitIn(path, "rev-parse", "HEAD"), save.mpm!.head);
});

Deno.test("detectChanges() suggests a command that unlocks a place git keeps", async () => {
  const { env, path, save } = await withLinked();
  using _ = env;
  env.git("worktree", "lock", path);
  Deno.removeSync(path, { recursive: true });
  assertEquals(await restored(env, save, path), "feature");
});

Deno.test("detectChanges() also suggests recreating a deleted branch", async () => {
  const { env, path, save } = await withLinked();
  using _ = env;
  env.git("worktree", "remove", path);
  env.git("branch", "-q", "-D", "feature");
  assertEquals(await restored(env, save, path), "feature");
  env.git("worktree", "remove", path);
  env.git("branch", "-q", "-D", "feature");
  save.mpm!.head = "1234567890".repeat(4);
  save.git_context.recent_commits = [];
  assertEquals((await changesSince(env, save)).worktree?.restore, null);
});

Deno.test("placeOf() ignores case on Windows", async () => {
  using env = TestEnv.repository();
  const save = await pauseIn(env);
  save.mpm!.worktree = "c:\\work\\PROJECT";
  const system = env.system();
  const found = await locate(system, env.project);
  const workspace = { ...found, worktree: "C:/Work/Project" };
  const place = (platform: typeof system.platform) =>
    placeOf({ ...system, platform }, workspace, { save, store: STORE }).place;
  assertEquals([place("windows"), place("linux")], ["here", "gone"]);
});
