import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type {
  CheckpointRestoreResult,
  CheckpointSaveResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { filesOf } from "../helpers/worktree_state.ts";

const restore = (env: TestEnv, ...args: string[]) =>
  mpmJson<CheckpointRestoreResult>(env, [
    "checkpoint",
    "restore",
    ...args,
    "--yes",
  ]);

async function undo(env: TestEnv, ...number: string[]): Promise<void> {
  const { status, stderr } = await mpm(env, ["undo", ...number]);
  assertEquals(status, 0, stderr);
}

posixTest(
  "an undo restores ignored files that a restore replaced",
  async () => {
    using env = TestEnv.repository();
    const paths = ["other", "same", "gone", "dir/file", "large"];
    for (const path of paths) env.write(path, "checkpoint\n");
    await mpm(env, ["checkpoint", "save", "one"]);
    env.write(
      ".git/info/exclude",
      ["/.claude-mpm", ...paths, "dir", ""].join("\n"),
    );
    env.write("other", "precious\n");
    Deno.chmodSync(join(env.project, "other"), 0o600);
    env.remove("gone");
    env.remove("dir");
    env.write("dir", "in the way\n");
    env.write("large", "x".repeat(1024 * 1024 + 1));
    const before = filesOf(env.project);
    const done = await restore(env, "one");
    assertEquals([done.written, done.removed, done.moved_aside], [
      ["dir/file", "gone", "large", "other"],
      ["dir"],
      [],
    ]);
    const after = filesOf(env.project);
    assertEquals(paths.map((path) => env.read(path)), [
      ...paths.map(() => "checkpoint\n"),
    ]);
    await undo(env);
    assertEquals(filesOf(env.project), before);
    assertEquals(
      Deno.lstatSync(join(env.project, "other")).mode! & 0o777,
      0o600,
    );
    await undo(env, "3");
    assertEquals(filesOf(env.project), after);
    await undo(env, "4");
    assertEquals(filesOf(env.project), before);
  },
);

posixTest(
  "for some paths, only ignored files at those paths go into the safety checkpoint",
  async () => {
    using env = TestEnv.repository();
    env.write("one", "checkpoint\n");
    env.write("two", "checkpoint\n");
    await mpm(env, ["checkpoint", "save", "it"]);
    env.write(".git/info/exclude", "one\ntwo\n");
    env.write("one", "precious\n");
    env.write("two", "secret\n");
    const { safety } = await restore(env, "it", "one");
    assertEquals(
      env.git(
        "ls-tree",
        "--name-only",
        `refs/mpm/checkpoints/${safety}:worktree`,
      ),
      "README.md\none",
    );
    assertEquals(env.read("two"), "secret\n");
    await undo(env);
    assertEquals(env.read("one"), "precious\n");
  },
);

posixTest(
  "an undo restores the permissions of unchanged files",
  async () => {
    using env = TestEnv.repository();
    const bits = { "one": 0o444, "two": 0o600, "run": 0o700 };
    for (const path of Object.keys(bits)) env.write(path, "checkpoint\n");
    await mpm(env, ["checkpoint", "save", "it"]);
    for (const [path, mode] of Object.entries(bits)) {
      env.write(path, "later\n");
      Deno.chmodSync(join(env.project, path), mode);
    }
    env.commit("Later");
    await restore(env, "it");
    await undo(env);
    assertEquals(
      Object.keys(bits).map((path) => [
        path,
        Deno.lstatSync(join(env.project, path)).mode! & 0o777,
        env.read(path),
      ]),
      Object.entries(bits).map(([path, mode]) => [path, mode, "later\n"]),
    );
  },
);

posixTest("no file is read through a link that replaces a folder", async () => {
  using env = TestEnv.repository();
  env.write("dir/file", "1\n");
  env.write("other/file", "2\n");
  env.write("loop/file", "3\n");
  env.commit("Folders");
  env.remove("dir");
  Deno.symlinkSync("other", join(env.project, "dir"));
  env.remove("loop");
  Deno.symlinkSync("loop", join(env.project, "loop"));
  const saved = filesOf(env.project);
  const { size } = await mpmJson<CheckpointSaveResult>(env, [
    "checkpoint",
    "save",
    "links",
  ]);
  assertEquals(size, "other".length + "loop".length);
  assertEquals((await restore(env, "links")).safety, null);
  env.remove("dir");
  env.remove("loop");
  env.git("reset", "-q", "--hard");
  await restore(env, "links", "--exact");
  assertEquals(filesOf(env.project), saved);
});

posixTest(
  "a repository where a file was is not changed, and reported",
  async () => {
    using env = TestEnv.repository();
    env.write("file", "1\n");
    env.commit("File");
    await mpm(env, ["checkpoint", "save", "one"]);
    env.remove("file");
    env.write("file/work", "2\n");
    const inner = join(env.project, "file");
    env.gitIn(inner, "init", "-q");
    env.gitIn(inner, "add", "-A");
    env.gitIn(inner, "commit", "-q", "-m", "Inner");
    const { left_out: leftOut } = await mpmJson<CheckpointSaveResult>(env, [
      "checkpoint",
      "save",
      "two",
    ]);
    assertEquals(leftOut, [
      { path: "file/", reason: "it is its own repository" },
    ]);
    const { status, stdout } = await mpm(env, [
      "checkpoint",
      "restore",
      "one",
      "--yes",
    ]);
    assertEquals([status, stdout], [
      4,
      `Nothing was restored: mpm left the files that differ from one alone
Left alone: 1 path
  file (not in a checkpoint: it is its own repository)
`,
    ]);
    assertEquals(env.read("file/work"), "2\n");
  },
);
