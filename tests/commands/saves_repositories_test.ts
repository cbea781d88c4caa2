import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  PauseResult,
  RestoreResult,
  ResumeReport,
} from "../../schemas/types.ts";
import { knowsInit, TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { say } from "../helpers/say.ts";

/** The kinds of repositories; each returns a folder to work in. */
const KINDS: Record<string, (env: TestEnv) => string> = {
  "a SHA-256 repository": (env) => begun(env, "--object-format=sha256"),
  "a repository with reftable": (env) => begun(env, "--ref-format=reftable"),
  "a repository without a commit"(env) {
    env.git("init", "-q");
    return env.project;
  },
  "a SHA-256 repository without a commit"(env) {
    env.git("init", "-q", "--object-format=sha256");
    return env.project;
  },
  "a shallow clone"(env) {
    begun(env);
    env.commit("Two");
    return cloned(env, "--depth=1");
  },
  "a partial clone"(env) {
    begun(env);
    env.git("config", "uploadpack.allowFilter", "true");
    return cloned(env, "--filter=blob:none");
  },
  "a clone that borrows objects"(env) {
    begun(env);
    return cloned(env, "--shared");
  },
  "a linked worktree"(env) {
    begun(env);
    const linked = join(env.root, "linked");
    env.git("worktree", "add", "-q", linked);
    return linked;
  },
  "a worktree of a bare repository"(env) {
    begun(env);
    const [bare, linked] = [join(env.root, "bare"), join(env.root, "linked")];
    env.git("clone", "-q", "--bare", env.project, bare);
    env.gitIn(bare, "worktree", "add", "-q", linked);
    return linked;
  },
};

function begun(env: TestEnv, ...options: string[]): string {
  env.git("init", "-q", ...options);
  env.write("staged", "1\n");
  env.commit("One");
  return env.project;
}

function cloned(env: TestEnv, option: string): string {
  const clone = join(env.root, "clone");
  env.git("clone", "-q", option, `file://${env.project}`, clone);
  return clone;
}

for (const [kind, make] of Object.entries(KINDS)) {
  const ignore = kind.endsWith("reftable") &&
    !knowsInit("--ref-format=reftable");
  if (ignore) say(`Not run: this git does not know ${kind}`);
  Deno.test({
    name: `in ${kind} a save and its contents are lost and come back`,
    ignore,
    fn: () => loseAndRestore(make),
  });
}

async function loseAndRestore(make: (env: TestEnv) => string): Promise<void> {
  using env = new TestEnv();
  const cwd = make(env);
  const git = (...args: string[]) => env.gitIn(cwd, ...args);
  const write = (name: string, text: string) =>
    Deno.writeTextFileSync(join(cwd, name), text);
  let day = 20;
  const options = { cwd, now: () => new Date(Date.UTC(2026, 10, day, 12)) };
  write("staged", "2\n");
  git("add", "staged");
  write("staged", "3\n");
  write("new", "1\n");
  const ids: string[] = [];
  for (; day < 22; day++) {
    const made = await mpmJson<PauseResult>(env, ["pause", "x"], options);
    assertEquals([made.commit.made, made.commit.reason], [true, null]);
    assertEquals([made.contents?.kept, made.contents?.reason], [true, null]);
    ids.push(made.session_id);
  }
  const id = ids[1]!;
  assertEquals(git("rev-list", "--count", "--glob=refs/mpm/saves"), "2");
  const before = git("status", "--short");
  git("rm", "-qf", "staged");
  git("read-tree", "--empty");
  if (env.run("git", ["rev-parse", "HEAD"], { cwd }).status === 0) {
    git("reset", "-q", "--hard");
  }
  git("clean", "-qfdx");
  await mpm(env, ["saves", "recover", "--all"], options);
  const report = await mpmJson<ResumeReport>(env, ["resume", id], options);
  assertEquals(report.origin, "own");
  assertEquals(report.changes!.contents!.lost.map(({ path }) => path).sort(), [
    ...["new", "staged"],
  ]);
  const lost = git("status", "--short");
  const restore = ["restore", id, "--yes"];
  const { written } = await mpmJson<RestoreResult>(env, restore, options);
  assertEquals(written, ["new", "staged"]);
  assertEquals(git("status", "--short"), before);
  assertEquals(git("show", ":staged"), "2");
  await mpmJson(env, ["undo"], options);
  assertEquals(git("status", "--short"), lost);
  await mpmJson(env, ["saves", "rm", ids[0]!], options);
  assertStringIncludes(
    git("log", "-1", "--format=%s", "--glob=refs/mpm/saves"),
    "session: remove",
  );
  assertEquals(git("fsck"), "");
}
