import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { listIndexBytes, parseIndex } from "./index_file.ts";
import { Git } from "./run/git.ts";
import { encodeText } from "./text.ts";
import { TestEnv } from "../../tests/helpers/env.ts";

const LIST = ["ls-files", "-z", "--stage", "-v"];

type Hash = "sha1" | "sha256";

/** The index of the project, from its bytes and from git. */
async function both(env: TestEnv, hash: Hash = "sha1") {
  const bytes = Deno.readFileSync(join(env.project, ".git/index"));
  const git = new Git(env.system(), env.project);
  return {
    bytes,
    read: listIndexBytes(bytes, hash),
    asked: parseIndex(await git.read(LIST)),
  };
}

/**
 * Adds entries to the index in the format of `git update-index --index-info`.
 */
async function stage(env: TestEnv, lines: readonly string[]): Promise<void> {
  const stdin = encodeText(lines.map((line) => `${line}\0`).join(""));
  const args = ["update-index", "--add", "-z", "--index-info"];
  await new Git(env.system(), env.project).read(args, { stdin });
}

/** One path of each kind that must be distinguished. */
async function fill(env: TestEnv): Promise<void> {
  const empty = env.git("hash-object", "-w", "-t", "blob", "/dev/null");
  const commit = env.git("rev-parse", "HEAD");
  await stage(env, [
    `100644 ${empty} 0\tplain`,
    `100755 ${empty} 0\trun.sh`,
    `120000 ${empty} 0\tlink`,
    `160000 ${commit} 0\tsub`,
    `100644 ${empty} 0\tdeep/.gitattributes`,
    `100644 ${empty} 0\todd é\n"name"`,
    `100644 ${empty} 0\t${"long/".repeat(1000)}path`,
    ...[1, 2, 3].map((number) => `100644 ${empty} ${number}\tboth`),
    `100644 ${empty} 0\tassumed`,
    `100644 ${empty} 0\tskipped`,
    `100644 ${empty} 0\t.claude-mpm/sessions/save.json`,
  ]);
  env.write("meant", "");
  env.git("add", "--intent-to-add", "meant");
  env.git("update-index", "--assume-unchanged", "assumed");
  env.git("update-index", "--skip-worktree", "skipped", "sub");
}

for (const hash of ["sha1", "sha256"] as const) {
  Deno.test(`reading the bytes of an index of ${hash} agrees with git`, async () => {
    using env = new TestEnv();
    env.git("init", "-q", `--object-format=${hash}`);
    env.write("README.md", "four");
    env.commit("Start");
    await fill(env);
    const { read, asked } = await both(env, hash);
    const { sizes } = read!;
    assertEquals([sizes.get("README.md"), sizes.get("meant")], [4, 0]);
    assertEquals({ ...read, sizes: asked.sizes }, { ...asked });
    assertEquals(read?.skipWorktree, ["skipped", "sub"]);
    assertEquals([read?.files.size, read?.hasAttributes], [10, true]);
  });
}

Deno.test("git handles an index with another format, or a damaged one", async () => {
  using env = TestEnv.repository();
  await fill(env);
  const { bytes } = await both(env);
  const whole = { ...listIndexBytes(bytes, "sha1")! };
  let cut = 0;
  for (let length = 0; length < bytes.length; length++) {
    const read = listIndexBytes(bytes.subarray(0, length), "sha1");
    // Only extensions are missing if it ends between two of them.
    if (read) assertEquals({ ...read }, whole, `${length} bytes`);
    else cut++;
  }
  assert(cut > bytes.length - 5);
  env.git("update-index", "--split-index");
  assertEquals((await both(env)).read, undefined);
  env.git("update-index", "--no-split-index", "--index-version", "4");
  const { read, asked } = await both(env);
  assertEquals(read, undefined);
  assert(asked.files.size > 0);
});
