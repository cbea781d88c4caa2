import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { branch, comeBack, treeOf } from "../helpers/detours.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";

Deno.test("ignored files instead of others are never written over", async () => {
  using env = TestEnv.repository();
  env.write("build", "tracked\n");
  env.write("out/x", "tracked\n");
  env.commit("Files");
  env.git("switch", "-q", "-c", "folders");
  env.remove("build");
  env.write("build/x", "tracked there\n");
  env.commit("A folder");
  env.git("switch", "-q", "-c", "without");
  env.remove("build");
  env.commit("Neither");
  env.write(".git/info/exclude", "*.o\n/out\n/build\n");
  const refuse = async (path: string, ...args: string[]) => {
    const before = treeOf(env);
    for (const dry of [[], ["--dry-run"]]) {
      const done = await mpm(env, ["branch", "a", ...args, ...dry]);
      assertEquals(done.status, 4, done.stdout);
      assertStringIncludes(done.stderr, `: ${path}`);
    }
    assertEquals(treeOf(env), before);
  };
  env.write("build", "precious\n");
  await refuse("build", "--git-branch", "folders");
  env.remove("build");
  env.git("switch", "-q", "main");
  env.remove("build");
  env.write("build/x.o", "precious\n");
  await refuse("build", "--stash");
  env.remove("build");
  env.git("switch", "-q", "without");
  env.write("build/x.o", "precious\n");
  await refuse("build", "--git-branch", "main");
  env.remove("out");
  env.write("out", "precious\n");
  await refuse("out", "--stash");
});

Deno.test("a folder instead of a file, and the reverse, are parked", async () => {
  using env = TestEnv.repository();
  env.write("one", "file\n");
  env.write("two/x", "in a folder\n");
  env.commit("Both");
  env.git("switch", "-q", "-c", "other");
  for (const path of ["one", "two"]) env.remove(path);
  env.write("one/y", "in a folder\n");
  env.write("two", "file\n");
  env.commit("The other way round");
  env.git("switch", "-q", "main");
  const clean = treeOf(env);
  for (const path of ["one", "two"]) env.remove(path);
  env.write("one/deep/er", "untracked\n");
  env.write("two", "untracked\n");
  const parent = treeOf(env);
  await branch(env, ["a", "--stash"]);
  assertEquals(treeOf(env), clean);
  // Neither switch fails because the path is a folder on the other branch.
  await branch(env, ["b", "--git-branch", "other"]);
  assertEquals(env.read("one/y"), "in a folder\n");
  await comeBack(env);
  await comeBack(env);
  assertEquals(treeOf(env), parent);
});

Deno.test("a file marked as intent-to-add comes back with that mark", async () => {
  using env = TestEnv.repository();
  env.write("a", "tracked\n");
  env.commit("A file");
  env.git("rm", "-q", "--cached", "a");
  env.git("add", "--intent-to-add", "a");
  const parent = treeOf(env);
  const { parked } = await branch(env, ["fix", "--stash"]);
  assertEquals(parked?.paths, ["a"]);
  assertEquals(env.git("status", "--porcelain"), "");
  await comeBack(env);
  assertEquals(treeOf(env), parent);
});

Deno.test("files that a parked rule had ignored are reported and stay", async () => {
  using env = TestEnv.repository();
  env.write(".gitignore", ".env\n");
  env.write(".env", "precious\n");
  const parent = treeOf(env);
  const { warnings } = await branch(env, ["fix", "--stash"]);
  assertStringIncludes(warnings.join(), ".gitignore is parked: .env. ");
  assertEquals(env.read(".env"), "precious\n");
  await comeBack(env, ["--carry"]);
  assertEquals(treeOf(env), parent);
});

Deno.test("the working folder at the start or end of a detour stays", async () => {
  using env = TestEnv.repository();
  env.git("switch", "-q", "-c", "feature");
  env.write("there/file.txt", "one\n");
  env.commit("There");
  const there = { cwd: join(env.project, "there") };
  env.write("there/file.txt", "two\n");
  const before = treeOf(env);
  await branch(env, ["fix", "--stash", "--git-branch", "main"], there);
  assertEquals([...Deno.readDirSync(there.cwd)], []);
  await comeBack(env, [], there);
  assertEquals(treeOf(env), before);

  const here = { cwd: join(env.project, "here") };
  env.write("here/staged.txt", "staged\n");
  env.git("add", "here/staged.txt");
  const staged = treeOf(env);
  await branch(env, ["more", "--stash"], here);
  assertEquals([...Deno.readDirSync(here.cwd)], []);
  env.write("here/of-the-detour.txt", "kept\n");
  await comeBack(env, ["--park", "--no-changes"], here);
  assertEquals(treeOf(env), staged);
});
