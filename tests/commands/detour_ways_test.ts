import { createHash } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { stackLines, treeOf } from "../helpers/detours.ts";
import { isUnderWay } from "../helpers/intents.ts";
import { TestEnv } from "../helpers/env.ts";
import { crashing } from "../helpers/faults.ts";
import { mpm } from "../helpers/mpm.ts";
import { type Obstacle, OBSTACLES } from "../helpers/obstacles.ts";
import { FolderCopy } from "../helpers/folder_copy.ts";

const BRANCHES = [
  [],
  ["--stash"],
  ["--git-branch", "other"],
  ["--stash", "--git-branch", "other"],
];

const RETURNS = [
  [],
  ["--park"],
  ["--carry"],
  ["--discard"],
  ["--keep-parked"],
  ["--keep-parked", "--park"],
  ["--keep-parked", "--discard"],
];

/**
 * `feature`, with files that differ from those of `other` or are missing there.
 */
function project(): TestEnv {
  const env = TestEnv.repository();
  const config = join(env.home, ".config/mpm/config.toml");
  Deno.mkdirSync(dirname(config), { recursive: true });
  Deno.writeTextFileSync(
    config,
    "[checkpoint]\nmax_file_mb = 1\nmax_total_mb = 2\n",
  );
  env.write(".git/info/exclude", "/build\n/out\n/notes\n");
  for (const path of ["a", "b", "c", "d", "e", "f", "skip"]) {
    env.write(path, `${path}\n`);
  }
  env.commit("Files");
  env.git("branch", "other");
  env.git("switch", "-q", "-c", "feature");
  env.write(".gitignore", "*.big\n");
  env.write("d", "of the feature\n");
  for (const path of ["build/x", "out", "vendor"]) env.write(path, `${path}\n`);
  env.git("add", "-f", "build/x", "out", "vendor");
  env.commit("Feature");
  return env;
}

/** The id that git has for the content of each file on disk and in the index. */
function contents(env: TestEnv, folders: readonly string[]): Set<string> {
  const found = new Set<string>();
  const walk = (path: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      const below = join(path, name);
      const own = path === env.project &&
        [".git", ".claude-mpm"].includes(name);
      if (own || name === "manifest.json") continue;
      if (isDirectory) walk(below);
      else {
        const bytes = Deno.readFileSync(below);
        const hash = createHash("sha1").update(`blob ${bytes.length}\0`);
        found.add(hash.update(bytes).digest("hex"));
      }
    }
  };
  for (const folder of folders) {
    if (env.exists(folder)) walk(join(env.project, folder));
  }
  for (const line of env.git("ls-files", "--stage").split("\n")) {
    if (!line.startsWith("160000")) found.add(line.split(" ")[1]!);
  }
  // It represents a file that must be added.
  found.delete("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  return found;
}

/** Returns the contents of the checkpoints, of files and of the index. */
function parked(env: TestEnv): string[] {
  return env.git("for-each-ref", "--format=%(objectname)", "refs/mpm")
    .split("\n").filter((commit) => commit !== "").flatMap((commit) =>
      env.git("ls-tree", "-r", commit).split("\n")
        .filter((line) => /^\d+ blob .*\t(worktree|index)\//.test(line))
        .map((line) => line.split(/[ \t]/)[2]!)
    );
}

/** A command that refuses does so before it writes anything. */
async function refusesAtOnce(
  env: TestEnv,
  begun: FolderCopy,
  args: readonly string[],
): Promise<void> {
  begun.restore();
  const { status, stderr } = await mpm(env, args, {
    wrap: (system) => crashing(system, 0).system,
  });
  assertEquals(status, 4, `${args.join(" ")}: ${stderr}`);
}

/** Ends the detour in every form there is, each from the same state. */
async function checkReturns(env: TestEnv, where: string): Promise<void> {
  const begun = new FolderCopy(env.root);
  const before = treeOf(env);
  const had = new Set([...contents(env, [""]), ...parked(env)]);
  const refusals: string[] = [];
  for (const form of RETURNS) {
    const at = `${where}; return ${form.join(" ")}`;
    const args = ["return", "--no-changes", ...form];
    const done = await mpm(env, args);
    assertEquals(isUnderWay(env), false, at);
    if (done.status === 0) {
      const reached = env.git("rev-list", "--objects", "--all").split("\n");
      const has = new Set([
        ...contents(env, ["", ".claude-mpm/trash"]),
        ...reached.map((line) => line.split(" ")[0]!),
      ]);
      const lost = [...had].filter((id) => !has.has(id));
      assertEquals(lost, [], `${at}\n${done.stdout}`);
      assert((await stackLines(env))[0]!.endsWith(":active *"), at);
    } else {
      assertEquals(done.status, 4, `${at}: ${done.stderr}`);
      assertEquals(treeOf(env), before, `${at}: ${done.stderr}`);
      refusals.push(`${form.join(" ")}: ${done.stderr}`);
      if (!form.includes("--carry")) await refusesAtOnce(env, begun, args);
    }
    begun.restore();
  }
  const open = ["--park", "--keep-parked --discard", "--keep-parked --park"];
  const stuck = refusals.filter((text) =>
    open.some((form) => text.startsWith(`${form}:`))
  );
  assertEquals(stuck, [], where);
}

async function checkAll(obstacles: readonly Obstacle[]): Promise<void> {
  using env = project();
  // Only its lock has no place yet.
  await mpm(env, ["init"]);
  for (const { when, make } of obstacles) if (when === "before") make(env);
  const begun = new FolderCopy(env.root);
  const before = treeOf(env);
  for (const form of BRANCHES) {
    const names = obstacles.map(({ name }) => name).join(" and ");
    const where = `${names}: branch ${form.join(" ")}`;
    const args = ["branch", "fix", "--no-commit", ...form];
    const done = await mpm(env, args);
    assertEquals(isUnderWay(env), false, where);
    if (done.status === 0) {
      for (const { when, make } of obstacles) if (when === "within") make(env);
      await checkReturns(env, where);
    } else {
      assertEquals(done.status, 4, `${where}: ${done.stderr}`);
      assertEquals(treeOf(env), before, `${where}: ${done.stderr}`);
      await refusesAtOnce(env, begun, args);
    }
    begun.restore();
  }
}

Deno.test("in every state some return works, and no return loses anything", async () => {
  await checkAll(OBSTACLES);
});

Deno.test({
  name: "the same is true for each obstacle alone, and with its neighbours",
  ignore: !Deno.env.has("MPM_SOAK"),
  async fn() {
    for (const [at, one] of OBSTACLES.entries()) {
      await checkAll([one]);
      const others = [...OBSTACLES, ...OBSTACLES].slice(at + 1, at + 3);
      for (const other of others) await checkAll([one, other]);
    }
  },
});
