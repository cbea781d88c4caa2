import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  CheckpointRestoreResult,
  CheckpointSaveResult,
  CheckpointShowResult,
  PauseResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

Deno.test("a lost object of the repository is named by its path", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "kept\n");
  env.write("src/lost", "lost\n");
  const save = ["checkpoint", "save", "--auto"];
  const { name } = await mpmJson<CheckpointSaveResult>(env, save);
  const { files } = await mpmJson<CheckpointShowResult>(env, [
    ...["checkpoint", "show", name!],
  ]);
  const { hash } = files.find(({ path }) => path === "src/lost")!;
  env.remove(`.git/objects/${hash!.slice(0, 2)}/${hash!.slice(2)}`);
  env.write("README.md", "later\n");
  env.remove("src/lost");

  const restore = ["checkpoint", "restore", name!, "--yes"];
  const whole = await mpm(env, restore);
  assertEquals(whole.status, 5);
  assertStringIncludes(
    whole.stderr,
    "has lost the checkpoint's content of \"src",
  );
  assertEquals(env.read("README.md"), "later\n");
  const { written } = await mpmJson<CheckpointRestoreResult>(env, [
    ...restore,
    "README.md",
  ]);
  assertEquals([written, env.read("README.md")], [["README.md"], "kept\n"]);
});

Deno.test("the lock of a git that was killed is named, and what to do", async () => {
  using env = TestEnv.repository();
  env.write("new", "1\n");
  const lock = ".git/refs/mpm/checkpoints/one.lock";
  env.write(lock, "");
  const { status, stderr } = await mpm(env, ["checkpoint", "save", "one"]);
  assertEquals(status, 6);
  assertStringIncludes(
    stderr,
    `If no git command is running, remove "$ROOT/project/${lock}"`,
  );
  env.remove(lock);
  const again = await mpm(env, ["checkpoint", "save", "one"]);
  assertEquals([again.status, again.stderr], [0, ""]);
});

Deno.test("a restore reports the files that its checkpoint lacks", async () => {
  using env = TestEnv.repository();
  env.write("nested/file", "1\n");
  env.gitIn(join(env.project, "nested"), "init", "-q");
  await mpm(env, ["checkpoint", "save", "one"]);
  const { stdout } = await mpm(env, ["checkpoint", "restore", "one", "--yes"]);
  assertStringIncludes(stdout, "no difference from one\n");
  assertStringIncludes(
    stdout,
    "The checkpoint does not contain nested/: it is its own repository",
  );
});

/**
 * Makes a file whose path below the project is `length` long. No program can
 * name it, so the lower half of the folders is created separately and moved
 * there.
 */
function makeDeep(env: TestEnv, length: number): void {
  const half = `${"d".repeat(199)}/`.repeat(Math.floor(length / 400));
  const name = "f".repeat(length - 2 * half.length);
  for (const top of ["upper", "lower"]) {
    Deno.mkdirSync(join(env.root, top, half), { recursive: true });
  }
  Deno.writeTextFileSync(join(env.root, "lower", half, name), "deep\n");
  const [folder] = half.split("/");
  Deno.renameSync(
    join(env.root, "lower", folder!),
    join(env.root, "upper", half, folder!),
  );
  Deno.renameSync(
    join(env.root, "upper", folder!),
    join(env.project, folder!),
  );
}

for (
  const { length, where } of [
    // Git names a file by its path below the project, mpm by the whole path.
    { length: 4090, where: "for mpm" },
    { length: 6100, where: "for git" },
  ]
) {
  posixTest(
    `a path that is too long ${where} is reported as left out`,
    async () => {
      using env = TestEnv.repository();
      env.write("a", "1\n");
      makeDeep(env, length);
      const saved = await mpmJson<CheckpointSaveResult>(env, [
        ...["checkpoint", "save", "one"],
      ]);
      assertEquals(
        saved.left_out.map(({ path, reason }) => [path[0], reason]),
        [["d", "its path is too long"]],
      );
      const { contents } = await mpmJson<PauseResult>(env, ["pause", "Deep"]);
      assertEquals(
        contents!.left_out.map(({ path, reason }) => [path[0], reason]),
        [["d", "its path is too long"]],
      );
      // Such a path can only be removed from inside.
      env.run("sh", ["-c", "rm -rf d*"]);
    },
  );
}
