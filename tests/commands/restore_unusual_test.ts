import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import type { PauseResult, RestoreResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { stateOf } from "../helpers/worktree_state.ts";

const PAUSE = ["pause", "--no-commit", "Working"];

async function contentsOf(env: TestEnv, cwd = env.project) {
  const { contents } = await mpmJson<PauseResult>(env, PAUSE, { cwd });
  return contents!;
}

function treeOf(env: TestEnv, commit: string | null): string[] {
  return env.git("ls-tree", "-r", "--name-only", "-z", commit!).split("\0")
    .filter((name) => name !== "" && name !== "record.json");
}

Deno.test("submodules and nested repositories are left out by name", async () => {
  using env = TestEnv.repository();
  using other = TestEnv.repository();
  env.git("submodule", "--quiet", "add", other.project, "sub");
  env.commit("Add a submodule");
  env.write("sub/README.md", "changed within\n");
  env.write("nested/file", "1\n");
  env.gitIn(join(env.project, "nested"), "init", "-q");
  env.write("plain", "1\n");
  const { left_out, commit } = await contentsOf(env);
  assertEquals(left_out.map(({ path }) => path), ["nested/", "sub/"]);
  assertEquals(treeOf(env, commit), ["worktree/plain"]);
});

Deno.test("a merge in progress keeps files with their conflicts", async () => {
  using env = TestEnv.repository();
  env.git("checkout", "-q", "-b", "side");
  env.write("README.md", "side\n");
  env.commit("Side");
  env.git("checkout", "-q", "main");
  env.write("README.md", "main\n");
  env.commit("Main");
  env.run("git", ["merge", "-q", "side"]);
  const text = env.read("README.md");
  assertStringIncludes(text, "<<<<<<<");
  const { session_id: id } = await mpmJson<PauseResult>(env, PAUSE);
  env.git("merge", "--abort");
  const { written } = await mpmJson<RestoreResult>(env, [
    ...["restore", id, "README.md", "--yes"],
  ]);
  assertEquals(written, ["README.md"]);
  assertEquals(env.read("README.md"), text);
  assertEquals(env.git("status", "--short"), " M README.md");
});

Deno.test("a linked worktree has its own contents", async () => {
  using env = TestEnv.repository();
  const linked = join(env.root, "linked");
  env.git("worktree", "add", "-q", linked);
  Deno.writeTextFileSync(join(linked, "there"), "1\n");
  env.write("here", "1\n");
  await contentsOf(env, linked);
  await contentsOf(env);
  Deno.removeSync(join(linked, "there"));
  const yes = ["restore", "--yes"];
  assertEquals((await mpmJson<RestoreResult>(env, yes)).written, []);
  const done = await mpmJson<RestoreResult>(env, yes, { cwd: linked });
  assertEquals(done.written, ["there"]);
});

Deno.test("sparse checkouts, pointers and renames come back as they were", async () => {
  using env = TestEnv.repository();
  env.write("in/file", "1\n");
  env.write("out/file", "1\n");
  env.write("old", "a text that is renamed\n".repeat(9));
  env.commit("Start");
  env.git("sparse-checkout", "set", "in");
  env.git("mv", "in/file", "in/renamed");
  env.write(".gitattributes", "*.bin filter=lfs\n");
  env.write("large.bin", "version https://git-lfs.github.com/spec/v1\n");
  const before = stateOf(env);
  const { commit } = await contentsOf(env);
  assertEquals(treeOf(env, commit), [
    ...["index/in/renamed", "worktree/.gitattributes", "worktree/in/renamed"],
    "worktree/large.bin",
  ]);
  env.git("reset", "-q", "--hard");
  env.git("clean", "-qfd");
  await mpmJson(env, ["restore", "--all", "--yes"]);
  const { files, index } = stateOf(env);
  assertEquals([files, index], [before.files, before.index]);
});

posixTest(
  "names that are not UTF-8 are kept, and --to writes them",
  async () => {
    using env = TestEnv.repository();
    env.run("sh", ["-c", "printf odd > \"$(printf 'n\\377')\""]);
    const { files, commit } = await contentsOf(env);
    assertEquals(files, 1);
    assertEquals(env.git("ls-tree", "-r", commit!).includes("\\377"), true);
    env.run("sh", ["-c", "rm n*"]);
    const to = join(env.root, "out");
    await mpmJson(env, ["restore", "--all", "--to", to]);
    assertEquals(env.run("sh", ["-c", `cat ${to}/n*`]).stdout, "odd");
  },
);

Deno.test("a file where a folder was stays, and nothing is restored", async () => {
  using env = TestEnv.repository();
  env.write("folder/new", "1\n");
  await mpmJson(env, PAUSE);
  env.remove("folder");
  env.write("folder", "made since\n");
  env.write(".git/info/exclude", "folder\n");
  const { status, stdout } = await mpm(env, ["restore", "--yes"]);
  assertEquals([status, env.read("folder")], [4, "made since\n"]);
  assertMatch(stdout, /^Nothing was restored: [^]*folder\/new \(/);
});

posixTest(
  "a read-only repository is reported, and the save is made",
  async () => {
    using env = TestEnv.repository();
    env.write("new", "1\n");
    env.write(".git/refs/mpm", "in the way of the refs\n");
    const { session_id: id, contents } = await mpmJson<PauseResult>(env, PAUSE);
    assertEquals(contents!.kept, false);
    assert(contents!.reason !== null);
    assert(env.exists(`.claude-mpm/sessions/${id}.json`));
    const { stdout } = await mpm(env, PAUSE);
    assertStringIncludes(stdout, "contents are not kept: ");
    const { status, stderr } = await mpm(env, ["restore"]);
    assertEquals(status, 3);
    assertStringIncludes(stderr, "No save of this worktree has file contents");
  },
);

Deno.test("contents are added to a save without them if nothing changed", async () => {
  using env = TestEnv.repository();
  env.write("same", "1\n");
  env.write("other", "1\n");
  env.extra.MPM_CONFIG_PAUSE_CONTENTS = "false";
  const { session_id: id } = await mpmJson<PauseResult>(env, PAUSE);
  delete env.extra.MPM_CONFIG_PAUSE_CONTENTS;
  env.write("other", "changed since\n");
  env.write("made", "since\n");
  const keep = ["saves", "keep", id];
  assertEquals((await mpm(env, [...keep, "--dry-run"])).status, 0);
  assertEquals(env.git("for-each-ref", "refs/mpm"), "");
  const { stdout } = await mpm(env, keep);
  assertStringIncludes(stdout, `Kept 1 uncommitted file (2 B) with ${id}`);
  assertStringIncludes(stdout, "other (it changed since the save)");
  const ref = `refs/mpm/contents/${id}`;
  assertEquals(treeOf(env, ref), ["worktree/same"]);
  assertEquals((await mpm(env, keep)).status, 4);
});
