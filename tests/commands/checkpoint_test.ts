import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import type {
  CheckpointDiffResult,
  CheckpointListResult,
  CheckpointRestoreResult,
  CheckpointSaveResult,
  CheckpointShowResult,
} from "../../schemas/types.ts";
import type { System } from "../../src/system/system.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { filesOf, indexOf, stateOf } from "../helpers/worktree_state.ts";

const at = (time: string) => () => new Date(`2026-11-20T${time}Z`);

function save(env: TestEnv, ...args: string[]) {
  return mpmJson<CheckpointSaveResult>(env, ["checkpoint", "save", ...args]);
}

function restore(env: TestEnv, ...args: string[]) {
  return mpmJson<CheckpointRestoreResult>(env, [
    "checkpoint",
    "restore",
    ...args,
    "--yes",
  ]);
}

/** A repository with a bit of everything. */
function busy(stash = false): TestEnv {
  const env = TestEnv.repository();
  if (stash) {
    env.write("README.md", "stashed\n");
    env.git("stash", "push", "-q");
  }
  env.write("staged", "1\n");
  env.write("gone", "1\n");
  env.write("old name", "a file with enough text to be known again\n");
  env.write("crlf", "a\r\nb\r\n");
  env.write("run", "#!/bin/sh\n");
  Deno.chmodSync(join(env.project, "run"), 0o755);
  env.write("src/deep/a", "a\n");
  env.write(".gitignore", "*.log\n");
  env.commit("More");
  env.write("staged", "2\n");
  env.git("add", "staged");
  env.write("staged", "3\n");
  env.git("rm", "-q", "gone");
  env.git("mv", "old name", "new name");
  env.write("empty", "");
  env.write('odd "\\\n é', "x");
  env.write("meant", "later\n");
  env.git("add", "-N", "meant");
  env.write("a.log", "ignored\n");
  Deno.symlinkSync("nowhere", join(env.project, "link"));
  Deno.chmodSync(join(env.project, "src/deep/a"), 0o755);
  return env;
}

/**
 * Bytes and times of everything in git's folder that a save must not change.
 */
function gitFolder(env: TestEnv): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (below: string) => {
    for (
      const { name, isDirectory } of Deno.readDirSync(
        join(env.project, ".git", below),
      )
    ) {
      const path = below === "" ? name : `${below}/${name}`;
      if (path === "objects" || path === "refs/mpm") continue;
      if (isDirectory) walk(path);
      else {
        const full = join(env.project, ".git", path);
        const { mtime, ino } = Deno.statSync(full);
        found[path] = `${ino} ${mtime?.getTime()} ${[
          ...Deno.readFileSync(full),
        ]}`;
      }
    }
  };
  walk("");
  return found;
}

function times(env: TestEnv): Record<string, string> {
  return Object.fromEntries(
    Object.keys(filesOf(env.project)).map((path) => {
      const { mtime, ctime, ino } = Deno.lstatSync(join(env.project, path));
      return [path, `${ino} ${mtime?.getTime()} ${ctime?.getTime()}`];
    }),
  );
}

posixTest(
  "a save does not change files, index, HEAD, refs, stashes, reflogs or hooks",
  async () => {
    using env = busy(true);
    for (
      const hook of ["post-index-change", "reference-transaction", "pre-commit"]
    ) {
      env.write(`.git/hooks/${hook}`, `#!/bin/sh\ntouch "${env.root}/ran"\n`);
      Deno.chmodSync(join(env.project, ".git/hooks", hook), 0o755);
    }
    env.git("config", "core.logAllRefUpdates", "always");
    if (env.exists("../ran")) Deno.removeSync(join(env.root, "ran"));
    const before = [gitFolder(env), times(env), stateOf(env)];
    const result = await save(env, "one");
    assertEquals([gitFolder(env), times(env), stateOf(env)], before);
    assertEquals(env.exists("../ran"), false);
    assert(result.saved);
    assertEquals(env.git("stash", "list").split("\n").length, 1);
  },
);

posixTest(
  "everything is restored: staged, deleted, renamed, links, modes, unusual names",
  async () => {
    using env = busy();
    const before = stateOf(env);
    await save(env, "one");
    env.git("reset", "-q", "--hard");
    env.git("clean", "-qfd");
    env.write("since", "new\n");
    const result = await restore(env, "one");
    assertEquals(result.kept, ["since"]);
    assertEquals(result.index_restored, true);
    env.remove("since");
    assertEquals(stateOf(env), before);
    assertEquals(env.read("a.log"), "ignored\n");
  },
);

posixTest("a conflict is restored with all its stages", async () => {
  using env = TestEnv.repository();
  env.git("checkout", "-q", "-b", "other");
  env.write("README.md", "other\n");
  env.commit("Other");
  env.git("checkout", "-q", "main");
  env.write("README.md", "ours\n");
  env.commit("Ours");
  env.run("git", ["merge", "other"]);
  const before = stateOf(env);
  assertEquals(env.git("ls-files", "-u").split("\n").length, 3);
  await save(env, "conflict");
  env.git("reset", "-q", "--hard");
  env.git("gc", "-q", "--prune=now");
  await restore(env, "conflict");
  assertEquals(stateOf(env), before);
});

/**
 * Both sides rename a file, and replace a file that the other side changed by a
 * link.
 */
function renameBothWays(env: TestEnv): void {
  env.write("old", "a file\nof a few\nlines\n");
  env.write("kind", "a file\n");
  env.commit("Both");
  env.git("checkout", "-q", "-b", "other");
  env.git("mv", "old", "theirs");
  env.remove("kind");
  Deno.symlinkSync("README.md", join(env.project, "kind"));
  env.git("add", "-A");
  env.git("commit", "-q", "-m", "Other");
  env.git("checkout", "-q", "main");
  env.git("mv", "old", "ours");
  env.write("kind", "another\n");
  env.commit("Ours");
}

posixTest(
  "the state before a merge is restored from its conflicts, and undo restores them",
  async () => {
    using env = TestEnv.repository();
    renameBothWays(env);
    const clean = stateOf(env);
    await save(env, "clean");
    env.run("git", ["merge", "other"]);
    assertStringIncludes(env.git("status", "--short"), "AU ours");
    const conflict = stateOf(env);
    await save(env, "conflict");
    await restore(env, "clean", "--exact");
    assertEquals(stateOf(env), clean);
    await restore(env, "conflict", "--exact");
    assertEquals(stateOf(env), conflict);
    assertEquals((await mpm(env, ["undo"])).status, 0);
    assertEquals(stateOf(env), clean);
  },
);

posixTest(
  "a conflict is restored onto the commit that resolved it, and undone",
  async () => {
    using env = TestEnv.repository();
    renameBothWays(env);
    env.run("git", ["merge", "other"]);
    const { files, index } = stateOf(env);
    await save(env, "conflict");
    env.git("add", "-A");
    env.git("commit", "-q", "-m", "Settled");
    env.write("ours", "more\n");
    const settled = stateOf(env);
    await restore(env, "conflict", "--exact");
    const { head: _, branch: __, ...there } = stateOf(env);
    assertEquals(there, { files, index });
    const undone = await mpm(env, ["undo"]);
    assertEquals(undone.status, 0, undone.stderr);
    assertEquals(stateOf(env), settled);
  },
);

posixTest(
  "bytes that attributes and settings convert are restored unchanged",
  async () => {
    using env = TestEnv.repository();
    env.git("config", "filter.case.clean", "tr a-z A-Z");
    env.git("config", "filter.case.smudge", "tr A-Z a-z");
    env.git("config", "filter.case.required", "true");
    env.write(
      ".gitattributes",
      "*.case filter=case\n*.id ident\n*.txt text eol=crlf\n*.utf16 working-tree-encoding=UTF-16LE\n",
    );
    env.write("x.case", "lower\n");
    env.write("y.id", "$Id$\n");
    env.write("z.txt", "one\r\ntwo\r\n");
    env.write("w.utf16", new Uint8Array([0x61, 0, 0x0a, 0]));
    env.commit("Filtered");
    env.remove("y.id");
    env.git("checkout", "-q", "--", "y.id");
    assertStringIncludes(env.read("y.id"), "$Id: ");
    env.write("mixed.txt", "a\nb\r\n");
    const before = stateOf(env);
    await save(env, "raw");
    await save(env, "raw again", "-m", "from what is known");
    for (const path of ["x.case", "y.id", "z.txt", "w.utf16", "mixed.txt"]) {
      env
        .write(path, "changed\n");
    }
    const { written } = await restore(env, "raw again");
    assertEquals(written, ["mixed.txt", "w.utf16", "x.case", "y.id", "z.txt"]);
    assertEquals(stateOf(env), before);
    assertEquals(env.git("status", "--short"), "?? mixed.txt");
  },
);

posixTest("flags of the index are restored", async () => {
  using env = busy();
  env.git("update-index", "--assume-unchanged", "crlf");
  env.git("update-index", "--skip-worktree", "run");
  env.write("crlf", "hidden edit\n");
  env.remove("run");
  const before = stateOf(env);
  await save(env, "flags");
  env.git("update-index", "--no-assume-unchanged", "crlf");
  env.git("update-index", "--no-skip-worktree", "run");
  env.git("reset", "-q", "--hard");
  env.git("clean", "-qfd");
  await restore(env, "flags");
  assertEquals(stateOf(env), before);
});

posixTest(
  "nested repositories, changed submodules and pipes are named and not changed",
  async () => {
    using env = TestEnv.repository();
    const library = join(env.root, "library");
    Deno.mkdirSync(library);
    env.gitIn(library, "init", "-q");
    Deno.writeTextFileSync(join(library, "f"), "1\n");
    env.gitIn(library, "add", "-A");
    env.gitIn(library, "commit", "-q", "-m", "x");
    env.git("submodule", "--quiet", "add", library, "lib");
    env.commit("Submodule");
    env.write("lib/f", "changed\n");
    env.write("nested/f", "1\n");
    env.gitIn(join(env.project, "nested"), "init", "-q");
    env.git("config", "core.untrackedCache", "false");
    env.run("mkfifo", ["pipe"]);
    const { left_out: leftOut } = await save(env, "one");
    assertEquals(
      leftOut.map(({ path }) => path).filter((path) => path !== "pipe"),
      ["lib/", "nested/"],
    );
    env.write("lib/f", "changed again\n");
    env.write("nested/f", "2\n");
    env.write("README.md", "x\n");
    await restore(env, "one", "--exact");
    assertEquals([
      env.read("lib/f"),
      env.read("nested/f"),
      env.read("README.md"),
    ], ["changed again\n", "2\n", "# Project\n"]);
    assert(env.exists("pipe"));
  },
);

/** The message of git about a folder or a file that belongs to another user. */
const CLOSED = [
  "README.md: Permission denied",
  "warning: could not open directory 'data/': Permission denied",
  "data/tracked: Permission denied",
  "warning: could not open directory '.claude-mpm/x/': Permission denied",
].join("\n");

function closed(system: System): System {
  return {
    ...system,
    run: async (program, options) => {
      const done = await system.run(program, options);
      return options.args.includes("status")
        ? { ...done, stderr: new TextEncoder().encode(`${CLOSED}\n`) }
        : done;
    },
  };
}

Deno.test("files that git cannot read are named and not changed", async () => {
  using env = TestEnv.repository();
  const { left_out: leftOut } = await mpmJson<CheckpointSaveResult>(
    env,
    ["checkpoint", "save", "one"],
    { wrap: closed },
  );
  assertEquals(leftOut.map(({ path }) => path), ["README.md", "data/"]);
  env.write("README.md", "theirs\n");
  env.write("data/base", "theirs\n");
  const restored = await mpm(env, ["checkpoint", "restore", "one", "--yes"]);
  assertEquals(restored.status, 4, restored.stdout);
  assertEquals(env.read("README.md"), "theirs\n");
});

posixTest(
  "names that are not UTF-8 are kept, and written by --to",
  async () => {
    using env = TestEnv.repository();
    env.run("sh", ["-c", "printf x > \"$(printf 'a\\377b')\""]);
    const { files, left_out: leftOut } = await save(env, "odd");
    assertEquals([files, leftOut], [1, []]);
    env.run("sh", ["-c", "rm a*"]);
    const left = await mpm(env, ["checkpoint", "restore", "odd", "--yes"]);
    assertEquals([left.status, left.stdout.replaceAll(/\\x../g, "?")], [
      4,
      `Nothing was restored: mpm left the files that differ from odd alone
Left alone: 1 path
  a?b (its name is not UTF-8; use --to to write it)
`,
    ]);
    await restore(env, "odd", "--to", join(env.root, "copy"));
    assertEquals(env.run("sh", ["-c", "cat ../copy/a*"]).stdout, "x");
  },
);

posixTest(
  "a restore and its undo lose nothing, and can be repeated",
  async () => {
    using env = busy();
    await save(env, "one");
    env.write("staged", "work after\n");
    env.write("other", "made since\n");
    env.git("add", "other");
    const after = stateOf(env);
    const { safety, trashed } = await restore(env, "one", "--exact");
    assertEquals(trashed, ["other"]);
    assert(safety?.startsWith("safety-"));
    const restored = stateOf(env);
    assertEquals((await mpm(env, ["undo"])).status, 0);
    assertEquals(stateOf(env), after);
    assertEquals((await mpm(env, ["undo", "3"])).status, 0);
    assertEquals(stateOf(env), restored);
    const nothing = await mpm(env, ["undo"]);
    assertEquals(nothing.status, 0, nothing.stderr);
    assertEquals(stateOf(env), after);
    const { operations } = await mpmJson<
      { operations: { number: number; undone: boolean }[] }
    >(env, ["log"]);
    assertEquals(operations.map(({ number, undone }) => [number, undone]), [
      [5, false],
      [4, false],
      [3, true],
      [2, true],
      [1, false],
    ]);
  },
);

posixTest(
  "some paths are restored, in worktree and index, and no others",
  async () => {
    using env = busy();
    env.write("src/deep/b", "b\n");
    env.git("add", "src");
    const before = { files: filesOf(env.project), index: indexOf(env) };
    await save(env, "one");
    env.git("reset", "-q", "--hard");
    env.write("staged", "mine\n");
    const { written } = await mpmJson<CheckpointRestoreResult>(env, [
      "checkpoint",
      "restore",
      "one",
      "deep",
      "--yes",
    ], { cwd: join(env.project, "src") });
    assertEquals(written, ["src/deep/a", "src/deep/b"]);
    assertEquals(env.read("staged"), "mine\n");
    const now = filesOf(env.project);
    for (const path of written) assertEquals(now[path], before.files[path]);
    assertEquals(
      env.git("status", "--short", "src"),
      "M  src/deep/a\nA  src/deep/b",
    );
    const unknown = await mpm(env, [
      "checkpoint",
      "restore",
      "one",
      "nonsense",
      "--yes",
    ]);
    assertEquals(unknown.status, 3);
    assertStringIncludes(
      unknown.stderr,
      '"nonsense" is not in the checkpoint "one"',
    );
    env.write("staged", "mine\n");
    const none = await mpm(env, ["checkpoint", "restore", "one", "", "--yes"]);
    assertEquals([none.status, env.read("staged")], [2, "mine\n"]);
    assertStringIncludes(none.stderr, 'Invalid path ""');
  },
);

posixTest(
  "a preview writes nothing, and without a terminal --yes is needed",
  async () => {
    using env = busy();
    await save(env, "one");
    env.write("staged", "later\n");
    const before = stateOf(env);
    const objects = env.git("count-objects", "-v");
    const preview = await mpmJson<CheckpointRestoreResult>(env, [
      "checkpoint",
      "restore",
      "one",
      "--dry-run",
    ]);
    assertEquals([preview.dry_run, preview.written], [true, ["staged"]]);
    const refused = await mpm(env, ["checkpoint", "restore", "one"]);
    assertEquals(refused.status, 4);
    assertStringIncludes(refused.stderr, "--yes");
    const declined = await mpm(env, ["checkpoint", "restore", "one"], {
      typed: ["n"],
    });
    assertEquals(declined.status, 4);
    assertStringIncludes(declined.stderr, "Write: 1 path\n  staged");
    assertEquals(stateOf(env), before);
    assertEquals(env.git("count-objects", "-v"), objects);
    const agreed = await mpm(env, ["checkpoint", "restore", "one"], {
      typed: ["y"],
    });
    assertEquals(agreed.status, 0);
    assertEquals(env.read("staged"), "3\n");
  },
);

posixTest(
  "files that changed in the meantime, ignored files and links in the way are not lost",
  async () => {
    using env = TestEnv.repository();
    env.write("dir/file", "checkpoint\n");
    env.write("name", "checkpoint\n");
    await save(env, "one");
    env.remove("dir");
    Deno.mkdirSync(join(env.root, "outside"));
    Deno.symlinkSync(join(env.root, "outside"), join(env.project, "dir"));
    env.remove("name");
    env.write(".gitignore", "/name/\n");
    env.write("name/secret", "ignored\n");
    const result = await restore(env, "one");
    assertEquals(result.moved_aside, ["name"]);
    assertEquals([...Deno.readDirSync(join(env.root, "outside"))], []);
    assertEquals([env.read("dir/file"), env.read("name")], [
      "checkpoint\n",
      "checkpoint\n",
    ]);
    assertEquals(
      Deno.readTextFileSync(join(result.trash!, "files/name/secret")),
      "ignored\n",
    );
    assertEquals((await mpm(env, ["undo"])).status, 0);
    assertEquals(env.read("name/secret"), "ignored\n");
    assertEquals(
      Deno.readLinkSync(join(env.project, "dir")),
      join(env.root, "outside"),
    );
  },
);

Deno.test("ignored files are restored next to the others of an obstructing folder", async () => {
  using env = TestEnv.repository();
  env.write(".gitignore", "*.log\n");
  env.write("name", "a file\n");
  env.commit("File");
  await save(env, "one");
  env.remove("name");
  env.write("name/work", "work\n");
  env.write("name/a.log", "ignored\n");
  env.write("name/deep/b.log", "ignored\n");
  const before = filesOf(env.project);
  await restore(env, "one");
  assertEquals(env.read("name"), "a file\n");
  const undone = await mpm(env, ["undo"]);
  assertEquals(undone.status, 0, undone.stderr);
  assertEquals(filesOf(env.project), before);
  assertStringIncludes(undone.stdout, "restore name from the trash");
});

posixTest(
  "HEAD does not move, and the answer shows how to move it",
  async () => {
    using env = TestEnv.repository();
    env.write("work", "1\n");
    await save(env, "one");
    env.git("checkout", "-q", "-b", "feature");
    env.write("README.md", "feature\n");
    env.commit("Feature");
    const { notes } = await restore(env, "one");
    assertEquals(notes.length, 1);
    assertStringIncludes(notes[0]!, "git checkout main");
    assertEquals(env.git("branch", "--show-current"), "feature");
    assertEquals(env.read("README.md"), "# Project\n");
  },
);

posixTest("saves of mpm itself are not part of a checkpoint", async () => {
  using env = TestEnv.repository();
  await save(env, "one");
  assertEquals((await mpm(env, ["pause", "work"])).status, 0);
  env.write("README.md", "x\n");
  await restore(env, "one");
  assertEquals(env.git("status", "--short"), "");
  assertEquals((await mpm(env, ["resume"])).status, 0);
});

Deno.test("checkpoints work before the first commit", async () => {
  using env = new TestEnv();
  env.git("init", "-q");
  env.write("staged", "1\n");
  env.git("add", "staged");
  env.write("staged", "2\n");
  env.write("new", "1\n");
  const before = stateOf(env);
  await save(env, "first");
  env.git("rm", "-q", "-f", "--cached", "staged");
  env.remove("new");
  env.write("staged", "lost\n");
  await restore(env, "first");
  assertEquals(stateOf(env), before);
});

Deno.test("checkpoints work outside git, with the rules of .gitignore", async () => {
  using env = new TestEnv();
  env.write(".gitignore", "*.tmp\n");
  env.write("a/b", "1\n");
  env.write("x.tmp", "ignored\n");
  const before = filesOf(env.project);
  await save(env, "first");
  env.write("a/b", "2\n");
  env.write("new", "since\n");
  const inner = { cwd: join(env.project, "a") };
  const result = await mpmJson<CheckpointRestoreResult>(env, [
    "checkpoint",
    "restore",
    "first",
    "--exact",
    "--yes",
  ], inner);
  assertEquals([result.written, result.trashed], [["a/b"], ["new"]]);
  assertEquals(filesOf(env.project), before);
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals(env.read("new"), "since\n");
  assertEquals(env.exists(".git"), false);
});

Deno.test("checkpoints from before a project was in git are in its repository", async () => {
  using env = new TestEnv();
  env.write("a", "1\n");
  env.write("b", "1\n");
  await save(env, "before");
  env.write("a", "2\n");
  env.remove("b");
  env.git("init", "-q");
  env.commit("Begin");
  const again = await mpm(env, ["checkpoint", "save", "before"]);
  assertEquals(again.status, 4, again.stdout);
  const { checkpoints } = await mpmJson<CheckpointListResult>(env, [
    "checkpoint",
    "list",
  ]);
  assertEquals(
    checkpoints.map(({ name, origin }) => [name, origin]),
    [["before", "own"]],
  );
  const index = indexOf(env);
  const { written, index_restored: indexRestored } = await restore(
    env,
    "before",
  );
  assertEquals([written, indexRestored], [["a", "b"], false]);
  assertEquals(indexOf(env), index);
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals([env.read("a"), env.exists("b")], ["2\n", false]);
});

Deno.test("a restore from before a project was in git is undone in its repository", async () => {
  using env = new TestEnv();
  env.write("a", "1\n");
  await save(env, "before");
  env.write("a", "2\n");
  await restore(env, "before");
  env.git("init", "-q");
  const undone = await mpm(env, ["undo"]);
  assertEquals([undone.status, undone.stderr], [0, ""]);
  assertEquals(env.read("a"), "2\n");
});

Deno.test("git gc, clone, push and stash are not affected", async () => {
  using env = busy();
  const before = stateOf(env);
  await save(env, "one");
  const remote = join(env.root, "remote");
  env.git("init", "-q", "--bare", remote);
  env.git("push", "-q", "--all", remote);
  env.git("clone", "-q", env.project, join(env.root, "clone"));
  for (const folder of [remote, join(env.root, "clone")]) {
    assertEquals(env.gitIn(folder, "for-each-ref", "refs/mpm"), "");
  }
  assertEquals(env.git("stash", "list"), "");
  env.git("reset", "-q", "--hard");
  env.git("clean", "-qfd");
  env.git("reflog", "expire", "--expire=now", "--all");
  env.git("gc", "-q", "--prune=now");
  await restore(env, "one");
  assertEquals(stateOf(env), before);
  env.git("fsck", "--strict");
});

Deno.test("the same state is not written twice, and a name is taken once", async () => {
  using env = TestEnv.repository();
  env.write("a", "1\n");
  const first = await save(env, "one");
  const again = await save(env, "one");
  assertEquals([again.saved, again.commit], [false, first.commit]);
  assertEquals((await save(env, "two")).saved, true);
  env.write("a", "2\n");
  const taken = await mpm(env, ["checkpoint", "save", "one"]);
  assertEquals(taken.status, 4);
  assertStringIncludes(taken.stderr, "mpm checkpoint rm one");
  for (
    const name of [
      "../x",
      "a..b",
      "-x",
      "12",
      "latest",
      "a/b",
      "a\u001b[31m",
      "x".repeat(101),
      ".",
    ]
  ) {
    const { status } = await mpm(env, ["checkpoint", "save", "--", name]);
    assertEquals(status, 2, name);
  }
});

Deno.test("automatic checkpoints wait, are named by their time, and only the last stay", async () => {
  using env = TestEnv.repository();
  Deno.mkdirSync(join(env.home, ".config/mpm"), { recursive: true });
  Deno.writeTextFileSync(
    join(env.home, ".config/mpm/config.toml"),
    "[checkpoint]\nauto_minutes = 10\nkeep_auto = 2\n",
  );
  const auto = async (time: string) => {
    env.write("a", time);
    const options = { now: at(time) };
    return await mpmJson<CheckpointSaveResult>(env, [
      "checkpoint",
      "save",
      "--auto",
    ], options);
  };
  await mpmJson(env, ["checkpoint", "save", "named"], { now: at("10:00:00") });
  assertEquals((await auto("10:09:59")).saved, false);
  assertEquals((await auto("10:10:00")).name, "auto-2026-11-20-1010");
  assertEquals(
    (await auto("10:15:00")).reason,
    'Not due: "auto-2026-11-20-1010" is 5 of 10 minutes old',
  );
  await auto("10:30:00");
  assertEquals((await auto("11:00:00")).pruned, ["auto-2026-11-20-1010"]);
  const { checkpoints } = await mpmJson<CheckpointListResult>(env, [
    "checkpoint",
    "list",
  ]);
  assertEquals(checkpoints.map(({ name }) => name), [
    "auto-2026-11-20-1100",
    "auto-2026-11-20-1030",
    "named",
  ]);
});

Deno.test("list, show, load and diff report the content of a checkpoint", async () => {
  using env = TestEnv.repository();
  env.write("gone", "1\n");
  env.commit("More");
  env.write(".claude/context.md", "# Payments\nWebhooks next\n");
  env.write("README.md", "changed\n");
  env.remove("gone");
  const noon = { now: at("12:00:00") };
  await mpmJson(env, [
    "checkpoint",
    "save",
    "Feature",
    "Development",
    "-m",
    "Login <private>pw</private> works",
  ], noon);
  const list = await mpm(env, ["checkpoint", "list"], { now: at("14:00:00") });
  assertEquals(
    list.stdout,
    "0  2 hours ago  Feature Development  main  33 B  Login [redacted:private] works\n",
  );
  const show = await mpmJson<CheckpointShowResult>(env, [
    "checkpoint",
    "show",
    "feature",
  ]);
  const { timestamp, branch, files, context, todos, notes } = show;
  assertEquals({ timestamp, branch, files, context, todos, notes }, {
    timestamp: "2026-11-20T12:00:00.000Z",
    branch: "main",
    files: [
      {
        path: ".claude/context.md",
        hash: env.git("hash-object", ".claude/context.md"),
        status: "added",
      },
      {
        path: "README.md",
        hash: env.git("hash-object", "README.md"),
        status: "modified",
      },
      { path: "gone", hash: "", status: "deleted" },
    ],
    context: "# Payments\nWebhooks next\n",
    todos: [],
    notes: "Login [redacted:private] works",
  });
  const shown = (await mpm(env, ["checkpoint", "show", "0"])).stdout;
  for (
    const title of [
      "# Checkpoint: Feature Development",
      "## Git State\nBranch: main",
      "## Working Files\n.claude/context.md",
      "## Context\n# Payments",
      "## Environment\nPWD: $ROOT/project",
    ]
  ) {
    assertStringIncludes(shown, title);
  }
  const loaded = (await mpm(env, ["checkpoint", "load", "latest"])).stdout;
  assert(loaded.startsWith("Resume from checkpoint: Feature Development\n"));
  for (
    const line of [
      "- README.md (modified)",
      "- gone (deleted)",
      "cd $ROOT/project\ngit checkout main\nmpm checkpoint restore 'Feature Development'",
    ]
  ) {
    assertStringIncludes(loaded, line);
  }
  env.write("README.md", "again\n");
  env.write("new", "\u001b[31m\n");
  const diff = await mpmJson<CheckpointDiffResult>(env, [
    "checkpoint",
    "diff",
    "0",
  ]);
  assertEquals(diff.files, [{ path: "README.md", status: "modified" }, {
    path: "new",
    status: "added",
  }]);
  const patch = (await mpm(env, ["checkpoint", "diff", "0", "--patch"])).stdout;
  assertStringIncludes(patch, "-changed\n+again\n");
  assertStringIncludes(patch, "+\\x1b[31m");
  await save(env, "two");
  const between = await mpmJson<CheckpointDiffResult>(env, [
    "checkpoint",
    "diff",
    "two",
    "Feature Development",
  ]);
  assertEquals(between.files, [{ path: "README.md", status: "modified" }, {
    path: "new",
    status: "deleted",
  }]);
});

Deno.test("a removed checkpoint comes back, and either record or ref is enough", async () => {
  using env = TestEnv.repository();
  env.write("a", "1\n");
  const { id } = await save(env, "one");
  assertEquals((await mpm(env, ["checkpoint", "rm", "one"])).status, 0);
  assertEquals((await mpm(env, ["checkpoint", "show", "one"])).status, 3);
  env.git("gc", "-q", "--prune=now");
  assertEquals((await mpm(env, ["undo"])).status, 0);
  env.remove(`.claude-mpm/checkpoints/${id}.json`);
  assertEquals((await mpm(env, ["checkpoint", "show", "one"])).status, 0);
  await save(env, "two");
  env.git("update-ref", "-d", "refs/mpm/checkpoints/two");
  const { checkpoints } = await mpmJson<CheckpointListResult>(env, [
    "checkpoint",
    "list",
  ]);
  assertEquals(checkpoints.map(({ name }) => name).sort(), ["one", "two"]);
  assertEquals(
    env.git("for-each-ref", "--format=%(refname)", "refs/mpm/checkpoints")
      .split("\n").length,
    2,
  );
});

Deno.test("a checkpoint of another worktree is restored here, with a note", async () => {
  using env = TestEnv.repository();
  const other = join(env.root, "other");
  env.git("worktree", "add", "-q", other);
  Deno.writeTextFileSync(join(other, "made"), "there\n");
  await mpmJson(env, ["checkpoint", "save", "there"], { cwd: other });
  const { notes } = await restore(env, "there");
  assertEquals(env.read("made"), "there\n");
  assertStringIncludes(notes.join("\n"), other);
  Deno.removeSync(join(other, "made"));
  const there = await mpmJson<CheckpointRestoreResult>(env, [
    "checkpoint",
    "restore",
    "there",
    "--yes",
  ], { cwd: other });
  assertEquals(there.written, ["made"]);
  assertEquals(env.gitIn(other, "status", "--short"), "?? made");
});

Deno.test("files that are too large are refused by name, and mpm waits for another git command", async () => {
  using env = TestEnv.repository();
  const config = join(env.home, ".config/mpm/config.toml");
  Deno.mkdirSync(dirname(config), { recursive: true });
  Deno.writeTextFileSync(config, "[checkpoint]\nmax_file_mb = 2\n");
  env.write("large", new Uint8Array(3 * 1024 * 1024));
  const { status, stderr } = await mpm(env, ["checkpoint", "save", "big"]);
  assertEquals(status, 4);
  assertStringIncludes(stderr, "large (3.1 MB)");
  Deno.removeSync(config);
  await save(env, "big");
  env.remove("large");
  env.write(".git/index.lock", "");
  const held = await mpm(env, ["checkpoint", "restore", "big", "--yes"]);
  assertEquals(held.status, 4);
  assertStringIncludes(held.stderr, "Another git command is running");
  assertEquals(env.exists("large"), false);
  env.remove(".git/index.lock");
  await restore(env, "big");
  assertEquals(Deno.statSync(join(env.project, "large")).size, 3 * 1024 * 1024);
});

Deno.test("if HEAD has moved on its branch, a return goes to the commit", async () => {
  using env = TestEnv.repository();
  env.write("file", "1\n");
  await save(env, "then");
  const head = env.git("rev-parse", "HEAD");
  env.git("commit", "-q", "--allow-empty", "-m", "Later");
  const { notes } = await restore(env, "then");
  assertStringIncludes(
    notes.join("\n"),
    `To go there: git checkout --detach ${head}`,
  );
});

Deno.test("a file that git would convert is clean again after a restore", async () => {
  using env = TestEnv.repository();
  env.git("config", "core.autocrlf", "true");
  env.write("page.txt", "1\n2\n");
  env.write("kept.txt", "1\n2\n");
  env.commit("Pages");
  env.git("update-index", "--assume-unchanged", "kept.txt");
  await save(env, "then");
  const before = stateOf(env);
  // As after a switch there and back: with other line ends.
  for (const path of ["page.txt", "kept.txt"]) env.remove(path);
  env.git("update-index", "--no-assume-unchanged", "kept.txt");
  env.git("checkout", "--", ".");
  await restore(env, "then");
  assertEquals(env.read("page.txt"), "1\n2\n");
  assertEquals(env.git("status", "--porcelain"), "");
  assertEquals(stateOf(env), before);
});

Deno.test("git need not read restored files again", async () => {
  using env = TestEnv.repository();
  await save(env, "clean");
  env.write("README.md", "changed\n");
  await restore(env, "clean");
  // This command only compares files with their entries in the index.
  assertEquals(env.git("diff-files"), "");
});

Deno.test("--to writes into a new or empty folder and nowhere else", async () => {
  using env = busy();
  await save(env, "one");
  const copy = join(env.root, "copy");
  await restore(env, "one", "--to", copy);
  const { "a.log": _ignored, ...expected } = filesOf(env.project);
  assertEquals(filesOf(copy), expected);
  for (const folder of [copy, ".git/x", ".claude-mpm/x", "README.md"]) {
    const { status } = await mpm(env, [
      "checkpoint",
      "restore",
      "one",
      "--to",
      folder,
    ]);
    assertEquals(status, 4, folder);
  }
});

Deno.test("a checkpoint holds the session, and load shows the work in progress", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, [
    ...["start", "login", "--template", "bug-fix", "--var", "bug=#7"],
  ]);
  await mpmJson(env, ["check", "1"]);
  await mpmJson(env, ["checkpoint", "save", "one"]);
  const { stdout } = await mpm(env, ["checkpoint", "load", "one"]);
  const lines = stdout.split("\n");
  assert(lines.includes("Working on: login: Bug Fix: #7"), stdout);
  const next = lines.indexOf("## Next Steps");
  assertEquals(
    lines[next + 1],
    "1. Reproduce: Find the fewest steps that reproduce it",
  );
  // Making a checkpoint does not change the session.
  const { session } = await mpmJson<{ session: { state: string } }>(env, [
    "status",
  ]);
  assertEquals(session.state, "working");
});
