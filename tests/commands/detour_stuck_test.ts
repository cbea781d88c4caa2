import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { branch, comeBack, treeOf } from "../helpers/detours.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/**
 * A checkpoint accepts files of at most one MB, so that a "large" file is
 * small.
 */
function limited(): TestEnv {
  const env = TestEnv.repository();
  const config = join(env.home, ".config/mpm/config.toml");
  Deno.mkdirSync(dirname(config), { recursive: true });
  Deno.writeTextFileSync(config, "[checkpoint]\nmax_file_mb = 1\n");
  return env;
}

const LARGE = new Uint8Array(1024 * 1024 + 1).fill(7);

/** The paths of the files in mpm's trash, without the folder of each removal. */
function trashed(env: TestEnv): string[] {
  const found: string[] = [];
  const top = ".claude-mpm/trash";
  const walk = (path: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      const below = join(path, name);
      if (isDirectory) walk(below);
      else if (name !== "manifest.json") {
        found.push(below.split("/files/")[1] ?? below);
      }
    }
  };
  if (env.exists(top)) walk(join(env.project, top));
  return found.filter((path) => !path.includes(".git/")).sort();
}

Deno.test("a large file that only one of two branches ignores does not prevent a return", async () => {
  using env = limited();
  env.git("switch", "-q", "-c", "feature");
  env.write(".gitignore", "*.bin\n");
  env.commit("Ignore");
  env.write("large.bin", LARGE);
  env.write("README.md", "# Under way\n");
  const feature = treeOf(env);
  const begun = await branch(env, ["there", "--stash", "--git-branch", "main"]);
  const bare = 'Git does not ignore these files on "main": large.bin';
  assertStringIncludes(begun.warnings.join(), bare);
  const { warnings } = await comeBack(env);
  assertStringIncludes(warnings.join(), '"large.bin" stays');
  assertEquals(treeOf(env), feature);
  assertEquals(env.git("for-each-ref", "refs/mpm/checkpoints/parked*"), "");

  env.git("stash", "-q");
  env.git("switch", "-q", "main");
  env.remove("large.bin");
  const main = treeOf(env);
  await branch(env, ["back", "--git-branch", "feature"]);
  env.write("large.bin", LARGE);
  await comeBack(env, ["--keep-parked"]);
  assertEquals({ ...treeOf(env), files: {}, status: [] }, {
    ...main,
    files: {},
    status: [],
  });
  assertEquals(env.git("status", "--short"), "?? large.bin");
});

Deno.test("a large file whose ignore rule is parked stays where it is", async () => {
  using env = limited();
  env.write(".gitignore", "*.bin\n");
  env.write("large.bin", LARGE);
  const before = treeOf(env);
  const { warnings } = await branch(env, ["fix", "--stash"]);
  assertStringIncludes(warnings.join(), ".gitignore is parked: large.bin");
  await comeBack(env);
  assertEquals(treeOf(env), before);
});

Deno.test("a tracked file that grew too large goes to the trash with --park", async () => {
  using env = limited();
  env.git("switch", "-q", "-c", "feature");
  await branch(env, ["fix", "--git-branch", "main"]);
  env.write("README.md", LARGE);
  env.write("other.txt", "other\n");
  const inside = treeOf(env);
  const carried = await mpm(env, ["return", "--carry"]);
  assertEquals(carried.status, 4, carried.stdout);
  assertStringIncludes(carried.stderr, "--park");
  assertEquals(treeOf(env), inside);
  const { warnings } = await comeBack(env, ["--park"]);
  assertStringIncludes(warnings.join(), '"README.md"');
  assertEquals(trashed(env), ["README.md"]);
  assertEquals(env.git("status", "--porcelain"), "");
});

Deno.test("files that git is configured to skip are parked with their staged changes", async () => {
  using env = TestEnv.repository();
  env.write("skip.txt", "1\n");
  env.write("assume.txt", "1\n");
  env.commit("Files");
  const hide = () => {
    for (
      const [path, flag] of [["skip", "skip-worktree"], [
        "assume",
        "assume-unchanged",
      ]]
    ) {
      env.write(`${path}.txt`, "2\n");
      env.git("add", `${path}.txt`);
      env.git("update-index", `--${flag}`, `${path}.txt`);
      env.write(`${path}.txt`, "3\n");
    }
  };
  hide();
  const before = treeOf(env);
  const flags = env.git("ls-files", "-v", "*.txt");
  await branch(env, ["fix", "--stash", "--git-branch", "other"]);
  assertEquals(env.read("skip.txt") + env.read("assume.txt"), "1\n1\n");
  hide();
  await comeBack(env, ["--park"]);
  assertEquals(treeOf(env), before);
  assertEquals(env.git("ls-files", "-v", "*.txt"), flags);
});

Deno.test("a repository in the tree stays during a return", async () => {
  using env = TestEnv.repository();
  await branch(env, ["fix", "--git-branch", "fix"]);
  env.git("init", "-q", "vendor");
  env.write("vendor/file", "precious\n");
  env.write("idea.txt", "idea\n");
  const { warnings } = await comeBack(env, ["--park"]);
  assertStringIncludes(warnings.join(), '"vendor/" stays');
  assertEquals(env.read("vendor/file"), "precious\n");
  assertEquals(env.exists("idea.txt"), false);
});

Deno.test("an obstacle to a return that is in no checkpoint goes to the trash", async () => {
  using env = TestEnv.repository();
  env.write(".git/info/exclude", "/build\n/notes.txt\n/out\n");
  env.write("build/x", "tracked\n");
  env.write("vendor", "tracked\n");
  env.write("out", "tracked\n");
  env.git("add", "-f", "build/x", "vendor", "out");
  env.commit("Files");
  env.git("switch", "-q", "-c", "feature");
  env.write("notes.txt", "parked\n");
  env.git("add", "-f", "notes.txt");
  const before = treeOf(env);
  env.git("branch", "bare", "HEAD~");
  await branch(env, ["fix", "--stash", "--git-branch", "bare"]);
  env.write("build", "an ignored file\n");
  env.write("out/deep/er", "an ignored folder\n");
  env.write("notes.txt", "an ignored one\n");
  env.git("init", "-q", "vendor");
  env.write("vendor/file", "precious\n");
  const inside = treeOf(env);
  const dry = await comeBack(env, ["--dry-run"]);
  assertStringIncludes(dry.warnings.join(), '"build"');
  assertEquals(treeOf(env), inside);
  const { warnings } = await comeBack(env);
  const said = warnings.join("\n");
  for (const path of ["build", "out", "vendor"]) {
    assertStringIncludes(said, `"${path}"`);
  }
  assertStringIncludes(said, ".claude-mpm/trash/");
  assertStringIncludes(
    said,
    "Replaced files that git does not list: notes.txt",
  );
  assertEquals(trashed(env), ["build", "out/deep/er", "vendor/file"]);
  const safety = /checkpoint "(safety-[^"]+)"/.exec(said)?.[1];
  assert(safety, said);
  await mpm(env, ["checkpoint", "restore", safety, "--to", "../safe"]);
  assertEquals(env.read("../safe/notes.txt"), "an ignored one\n");
  assertEquals(treeOf(env), before);
});

Deno.test("a detour that began with a clean tree must leave one", async () => {
  using env = TestEnv.repository();
  await branch(env, ["fix", "--stash"]);
  env.write("idea.txt", "idea\n");
  const refused = await mpm(env, ["return"]);
  assertEquals(refused.status, 4, refused.stdout);
  assertStringIncludes(refused.stderr, "uncommitted changes: idea.txt");
  const { leftovers } = await comeBack(env, ["--carry"]);
  assertEquals(leftovers?.paths, ["idea.txt"]);
  assertEquals(env.read("idea.txt"), "idea\n");
});

posixTest("a name that is not UTF-8 does not prevent a return", async () => {
  using env = TestEnv.repository();
  env.git("switch", "-q", "-c", "feature");
  const write = (name: string, text: string) =>
    env.run("sh", ["-c", `printf '${text}' > "$(printf '${name}')"`]);
  write("tracked\\377", "tracked");
  env.commit("An odd name");
  await branch(env, ["fix", "--git-branch", "other"]);
  write("new\\377", "new");
  env.write("idea.txt", "idea\n");
  const { warnings } = await comeBack(env, ["--park"]);
  assertStringIncludes(warnings.join(), "stays where it is: its name is not");
  assertEquals(env.git("status", "--porcelain"), '?? "new\\377"');
  assertEquals(env.git("branch", "--show-current"), "feature");
});

Deno.test("a return with filtered files names the git command to use instead", async () => {
  using env = TestEnv.repository();
  await branch(env, ["fix", "--git-branch", "other"]);
  env.write(".gitattributes", "*.psd filter=lfs\n");
  env.write("a.psd", "picture\n");
  env.commit("A picture");
  env.git("config", "filter.lfs.smudge", "cat");
  const refused = await mpm(env, ["return"]);
  assertEquals(refused.status, 4, refused.stdout);
  assertStringIncludes(refused.stderr, "git switch main; then run mpm return");
  env.git("switch", "-q", "main");
  await comeBack(env);
});

Deno.test("a worktree of a detour stays if it has files that do not fit into a checkpoint", async () => {
  using env = limited();
  await branch(env, ["look", "--worktree"]);
  const there = { cwd: join(env.project, ".claude/worktrees/look") };
  env.gitIn(there.cwd, "init", "-q", "vendor");
  Deno.writeFileSync(join(there.cwd, "README.md"), LARGE);
  Deno.writeTextFileSync(join(there.cwd, "idea.txt"), "idea\n");
  const done = await comeBack(env, ["--park"], there);
  assertEquals(done.leftovers?.paths, ["README.md", "idea.txt"]);
  assertEquals(done.worktree?.removed, false);
  assertStringIncludes(done.warnings.join(), '"vendor/" stays');
  assertEquals(trashed(env), ["README.md"]);
});
