import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { System } from "../../src/system/system.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import {
  addWorktree,
  agentProject,
  commitIn,
  DEAD_PID,
  gone,
  LATER,
  pruneLater,
  reasons,
  WORKTREES,
} from "../helpers/worktrees.ts";

/** Everything below the worktrees, with contents, links as they are. */
function tree(folder: string, prefix = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    if (entry.isSymlink) found[name] = `-> ${Deno.readLinkSync(path)}`;
    else if (entry.isDirectory) {
      found[`${name}/`] = "";
      if (entry.name === ".git") continue;
      Object.assign(found, tree(path, `${name}/`));
    } else found[name] = Deno.readTextFileSync(path);
  }
  return found;
}

/** A worktree or directory that must stay, and its reason. */
interface Kept {
  readonly what: string;
  readonly reason: string | RegExp;
  make(env: TestEnv, path: string): void;
}

const dirty = "has uncommitted or untracked changes";

const KEPT_WORKTREES: readonly Kept[] = [
  {
    what: "W1: a detached HEAD with its own commits",
    reason: "detached HEAD has commits not merged into main branch",
    make(env, path) {
      env.gitIn(path, "checkout", "-q", "--detach");
      commitIn(env, path);
    },
  },
  {
    what: "W2: an ignored file that is not rebuildable",
    reason: "has ignored files: .env",
    make: (_, path) => Deno.writeTextFileSync(join(path, ".env"), "KEY=1\n"),
  },
  {
    what: "an ignored file among trash in a folder of sources",
    reason: "has ignored files: target/.env",
    make(env, path) {
      Deno.mkdirSync(join(path, "target"));
      commitIn(env, path, "target/main.rs");
      env.git("merge", "-q", "worktree-x");
      Deno.writeTextFileSync(join(path, "target/.env"), "KEY=1\n");
    },
  },
  {
    what: "a file that is named like trash",
    reason: "has ignored files: node_modules",
    make(env, path) {
      env.write(".git/info/exclude", "node_modules\n");
      Deno.writeTextFileSync(join(path, "node_modules"), "mine\n");
    },
  },
  {
    what: "W6: an assume-unchanged edit",
    reason: "has files marked assume-unchanged or skip-worktree: README.md",
    make(env, path) {
      env.gitIn(path, "update-index", "--assume-unchanged", "README.md");
      Deno.writeTextFileSync(join(path, "README.md"), "mine\n");
    },
  },
  {
    what: "W6: a skip-worktree edit",
    reason: "has files marked assume-unchanged or skip-worktree: README.md",
    make(env, path) {
      env.gitIn(path, "update-index", "--skip-worktree", "README.md");
      Deno.writeTextFileSync(join(path, "README.md"), "mine\n");
    },
  },
  {
    what: "uncommitted changes",
    reason: dirty,
    make: (_, path) => Deno.writeTextFileSync(join(path, "README.md"), "x\n"),
  },
  {
    what: "staged changes",
    reason: dirty,
    make(env, path) {
      Deno.writeTextFileSync(join(path, "new.txt"), "x\n");
      env.gitIn(path, "add", "new.txt");
      Deno.removeSync(join(path, "new.txt"));
    },
  },
  {
    what: "untracked files that status.showUntrackedFiles hides",
    reason: dirty,
    make(env, path) {
      env.git("config", "status.showUntrackedFiles", "no");
      Deno.writeTextFileSync(join(path, "new.txt"), "x\n");
    },
  },
  {
    what: "an untracked file that core.ignoreCase takes for a tracked one",
    reason: dirty,
    make(env, path) {
      env.git("config", "core.ignoreCase", "true");
      Deno.writeTextFileSync(join(path, "readme.MD"), "mine\n");
    },
  },
  {
    what: "a change that neither size nor modification time shows",
    reason: dirty,
    make(env, path) {
      env.git("config", "core.trustCTime", "false");
      env.git("config", "core.checkStat", "minimal");
      const file = join(path, "README.md");
      const early = new Date(Date.now() - 3600_000);
      Deno.utimeSync(file, early, early);
      env.gitIn(path, "update-index", "--refresh");
      // As editors do: a new file replaces the old one.
      Deno.writeTextFileSync(`${file}.new`, "# PROJECT\n");
      Deno.utimeSync(`${file}.new`, early, early);
      Deno.renameSync(`${file}.new`, file);
    },
  },
  {
    what: "results that a filter for notebooks removes from committed files",
    reason: "has content that a git filter hides: a.ipynb",
    make(env, path) {
      env.write(".git/info/attributes", "*.ipynb filter=strip\n");
      env.git("config", "filter.strip.clean", "grep -v output");
      for (const name of ["a.ipynb", "b.ipynb"]) {
        commitIn(env, path, name, "input\n");
      }
      env.git("merge", "-q", "worktree-x");
      const file = join(path, "a.ipynb");
      Deno.writeTextFileSync(file, "input\noutput\n");
      // Older than the index, so that git does not read it again.
      const early = new Date(Date.now() - 3600_000);
      Deno.utimeSync(file, early, early);
      env.gitIn(path, "add", "a.ipynb");
      assertEquals(env.gitIn(path, "status", "--porcelain"), "");
    },
  },
  {
    what: "commits that are not merged",
    reason: "branch has commits not merged into main branch",
    make: (env, path) => void commitIn(env, path),
  },
  {
    what: "commits that are pushed and not merged",
    reason: "branch has commits not merged into main branch",
    make(env, path) {
      env.git("clone", "-q", "--bare", ".", join(env.root, "origin.git"));
      env.git("remote", "add", "origin", join(env.root, "origin.git"));
      commitIn(env, path);
      env.gitIn(path, "push", "-q", "-u", "origin", "worktree-x");
    },
  },
  {
    what: "work that was committed and undone",
    reason: "branch has commits not merged into main branch",
    make(env, path) {
      commitIn(env, path);
      env.gitIn(path, "revert", "--no-edit", "HEAD");
      env.write("other.txt", "other\n");
      env.commit("Go on");
    },
  },
  {
    what: "a squash merge that left something out",
    reason: "branch has commits not merged into main branch",
    make(env, path) {
      commitIn(env, path, "one.txt");
      commitIn(env, path, "two.txt");
      env.write("one.txt", "work\n");
      env.commit("Half of it");
    },
  },
  {
    what: "a commit whose equal one differs in white space",
    reason: "branch has commits not merged into main branch",
    make(env, path) {
      commitIn(env, path, "a.py", "if a:\n    b()\n    c()\n");
      env.write("a.py", "if a:\n    b()\nc()\n");
      env.commit("Another one");
    },
  },
  {
    what: "another binary file than the one in the default branch",
    reason: "branch has commits not merged into main branch",
    make(env, path) {
      commitIn(env, path, "a.bin", "mine\0\n");
      commitIn(env, path, "a.bin", "mine, better\0\n");
      env.write("a.bin", "theirs\0\n");
      env.commit("Another one");
    },
  },
  {
    what: "a branch without any commit",
    reason: /^could not determine merge status; preserving conservatively/,
    make(env, path) {
      env.gitIn(path, "checkout", "-q", "--orphan", "fresh");
      env.gitIn(path, "rm", "-rfq", ".");
    },
  },
  {
    what: "a nested repository",
    reason: dirty,
    make(env, path) {
      env.gitIn(path, "init", "-q", "nested");
    },
  },
  {
    what: "an ignored nested repository",
    reason: "contains another repository: node_modules/mine",
    make: (env, path) =>
      void env.gitIn(path, "init", "-q", "node_modules/mine"),
  },
  {
    what: "an ignored bare repository",
    reason: "contains another repository: node_modules/mine.git",
    make(env, path) {
      env.gitIn(path, "init", "-q", "--bare", "node_modules/mine.git");
    },
  },
  {
    what: "a submodule that was set up",
    reason: "its git folder contains modules/",
    make(env, path) {
      env.git("clone", "-q", ".", join(env.root, "other"));
      env.gitIn(
        path,
        "submodule",
        "--quiet",
        "add",
        join(env.root, "other"),
        "sub",
      );
      env.gitIn(path, "commit", "-q", "-m", "Add a submodule");
      env.git("merge", "-q", "worktree-x");
    },
  },
  {
    what: "changes where a setting leads git elsewhere",
    reason: dirty,
    make(env, path) {
      env.git("config", "extensions.worktreeConfig", "true");
      env.gitIn(path, "config", "--worktree", "core.worktree", env.project);
      Deno.writeTextFileSync(join(path, "README.md"), "x\n");
    },
  },
  {
    what: "refs of this worktree alone",
    reason: "its git folder contains refs/bisect/good, refs/worktree/mine",
    make(env, path) {
      const head = env.gitIn(path, "rev-parse", "HEAD");
      for (const ref of ["refs/worktree/mine", "refs/bisect/good"]) {
        env.gitIn(path, "update-ref", ref, head);
      }
    },
  },
  {
    what: "hooks and notes in its git folder",
    reason: "its git folder contains NOTES, hooks/",
    make(env) {
      env.write(".git/worktrees/x/hooks/deep/pre-commit", "exit 1\n");
      env.write(".git/worktrees/x/NOTES", "mine\n");
    },
  },
  {
    what: "a setting of this worktree alone",
    reason: "its git folder contains the setting user.email",
    make(env, path) {
      env.git("config", "extensions.worktreeConfig", "true");
      env.git("config", "--worktree", "user.name", "Of all");
      env.gitIn(path, "config", "--worktree", "user.name", "Of all");
      env.gitIn(path, "config", "--worktree", "user.email", "me@example.org");
    },
  },
  {
    what: "settings that cannot be read",
    reason: /^its git folder cannot be read: .*bad config/,
    make(env) {
      env.write(".git/worktrees/x/config.worktree", "[broken\n");
    },
  },
  {
    what: "a merge in progress",
    reason: "a merge is in progress",
    make(env, path) {
      commitIn(env, path);
      env.git("merge", "-q", "worktree-x");
      env.write("more.txt", "more\n");
      env.commit("More");
      env.gitIn(path, "merge", "-q", "--no-ff", "--no-commit", "main");
    },
  },
  {
    what: "a lock by hand",
    reason: "worktree is locked: on a stick",
    make: (env, path) =>
      void env.git("worktree", "lock", "--reason", "on a stick", path),
  },
  {
    what: "a lock without a reason",
    reason: "worktree is locked",
    make: (env, path) => void env.git("worktree", "lock", path),
  },
  {
    what: "a lock by a reason that only looks like Claude Code's",
    reason: `worktree is locked: keep claude session x (pid ${DEAD_PID})`,
    make: (env, path) =>
      void env.git(
        ...["worktree", "lock", "--reason"],
        `keep claude session x (pid ${DEAD_PID})`,
        path,
      ),
  },
  {
    what: "a lock of a process that runs",
    reason: `worktree is locked: claude agent x (pid ${Deno.pid})`,
    make: (env, path) =>
      void env.git(
        ...["worktree", "lock", "--reason"],
        `claude agent x (pid ${Deno.pid})`,
        path,
      ),
  },
  {
    what: "a broken .git file",
    reason: "its .git file is broken",
    make: (_, path) => Deno.writeTextFileSync(join(path, ".git"), "rubbish\n"),
  },
  {
    what: "a .git file that leads nowhere",
    reason: "its .git file is broken",
    make: (_, path) =>
      Deno.writeTextFileSync(join(path, ".git"), "gitdir: /nowhere\n"),
  },
  {
    what: "a .git file that is a link",
    reason: "its .git file is broken",
    make(env, path) {
      Deno.renameSync(join(path, ".git"), join(env.root, "moved.git"));
      Deno.symlinkSync(join(env.root, "moved.git"), join(path, ".git"));
    },
  },
  {
    what: "an untracked link",
    reason: dirty,
    make: (_, path) => Deno.symlinkSync("README.md", join(path, "link")),
  },
  {
    what: "an ignored link that is not a trash",
    reason: "has ignored files: .env",
    make: (env, path) => Deno.symlinkSync(env.root, join(path, ".env")),
  },
  {
    what: "no .git at all",
    reason: "its .git file is missing",
    make: (_, path) => Deno.removeSync(join(path, ".git")),
  },
  {
    what: "a repository made over it",
    reason: "its .git is not the one git registered",
    make(env, path) {
      Deno.removeSync(join(path, ".git"));
      env.gitIn(path, "init", "-q");
    },
  },
  {
    what: "a broken index",
    reason: /^git status failed: /,
    make(env) {
      env.write(".git/worktrees/x/index", "rubbish\n");
    },
  },
];

for (const { what, reason, make } of KEPT_WORKTREES) {
  posixTest(`a worktree stays: ${what}`, async () => {
    using env = agentProject();
    const path = addWorktree(env, "x");
    make(env, path);
    const before = tree(path);
    const refs = env.git("for-each-ref");
    const result = await pruneLater(env);
    assertEquals(gone(result), []);
    const said = reasons(result).x!;
    if (typeof reason === "string") assertEquals(said, reason);
    else assert(reason.test(said), said);
    assertEquals(tree(path), before);
    assertEquals(env.git("for-each-ref"), refs);
  });
}

const KEPT_DIRECTORIES: readonly Kept[] = [
  {
    what: "W3: a plain directory with files that git ignores",
    reason: "is not a git worktree and contains files",
    make(_, path) {
      Deno.mkdirSync(path);
      Deno.writeTextFileSync(join(path, "notes.txt"), "mine\n");
    },
  },
  {
    what: "a directory that holds only a directory",
    reason: "is not a git worktree and contains files",
    make: (_, path) => Deno.mkdirSync(join(path, "empty"), { recursive: true }),
  },
  {
    what: "W4: its own repository on a branch of the same name",
    reason: "is its own repository",
    make(env, path) {
      env.git("init", "-q", path);
      commitIn(env, path);
    },
  },
  {
    what: "W4: its own repository on a detached HEAD",
    reason: "is its own repository",
    make(env, path) {
      env.git("init", "-q", path);
      commitIn(env, path);
      env.gitIn(path, "checkout", "-q", "--detach");
    },
  },
  {
    what: "an orphan whose .git leads nowhere",
    reason: "its .git file is broken",
    make(env, path) {
      env.git("worktree", "add", "-q", "-b", "worktree-x", path);
      Deno.removeSync(join(env.project, ".git/worktrees/x"), {
        recursive: true,
      });
    },
  },
  {
    what: "a copy of a worktree",
    reason: "its .git file belongs to another worktree",
    make(env, path) {
      const other = join(env.root, "elsewhere");
      env.git("worktree", "add", "-q", "-b", "other", other);
      env.run("cp", ["-r", other, path]);
    },
  },
  {
    what: "a worktree of another project",
    reason: "is its own repository",
    make(env, path) {
      const other = join(env.root, "other");
      env.git("clone", "-q", ".", other);
      env.gitIn(other, "worktree", "add", "-q", "-b", "x", path);
    },
  },
  {
    what: "W5: a link to the folder itself",
    reason: "path resolves outside .claude/worktrees/ — containment guard",
    make: (_, path) => Deno.symlinkSync(".", path),
  },
  {
    what: "a link to a folder elsewhere",
    reason: "path resolves outside .claude/worktrees/ — containment guard",
    make(env, path) {
      Deno.mkdirSync(join(env.root, "elsewhere"));
      Deno.symlinkSync(join(env.root, "elsewhere"), path);
    },
  },
  {
    what: "a link to an empty directory beside it",
    reason: "is a symbolic link, or reached through one",
    make(_, path) {
      Deno.mkdirSync(join(path, "../group/empty"), { recursive: true });
      Deno.symlinkSync("group/empty", path);
    },
  },
  {
    what: "a dangling link",
    reason: "path resolves outside .claude/worktrees/ — containment guard",
    make: (_, path) => Deno.symlinkSync("nowhere", path),
  },
];

for (const { what, reason, make } of KEPT_DIRECTORIES) {
  posixTest(`an orphaned directory stays: ${what}`, async () => {
    using env = agentProject();
    const locked = addWorktree(env, "locked");
    env.git("worktree", "lock", locked);
    Deno.writeTextFileSync(join(locked, "unsaved.txt"), "unsaved\n");
    make(env, join(env.project, WORKTREES, "x"));
    const before = tree(join(env.project, ".claude"));
    const result = await pruneLater(env);
    assertEquals(gone(result), []);
    assertEquals(reasons(result).x, reason);
    assertEquals(tree(join(env.project, ".claude")), before);
  });
}

posixTest(
  "W7: never the worktree the caller is in, however it reports it",
  async () => {
    using env = agentProject();
    const path = addWorktree(env, "x");
    Deno.mkdirSync(join(path, "node_modules"));
    const own = { x: "is the worktree in which this command runs" };
    for (const cwd of [path, join(path, "node_modules")]) {
      assertEquals(reasons(await pruneLater(env, { cwd })), own);
    }
    const elsewhere = ["worktrees", "list", "-C", env.project];
    const { worktrees } = await mpmJson<{ worktrees: { reason: string }[] }>(
      env,
      elsewhere,
      { cwd: path, now: LATER },
    );
    assertEquals(worktrees.map(({ reason }) => reason), [own.x]);
    const pause = ["pause", "From within"];
    await mpmJson(env, pause, { cwd: path, now: LATER });
    assertEquals(reasons(await pruneLater(env, { cwd: path })), own);
    env.extra.CLAUDE_PROJECT_DIR = path;
    assertEquals(reasons(await pruneLater(env)), own);
    delete env.extra.CLAUDE_PROJECT_DIR;
    // The save is in the main worktree, so it is not lost with this one.
    assertEquals(gone(await pruneLater(env)), ["x"]);
    const { sessions } = await mpmJson<{ sessions: unknown[] }>(env, [
      "saves",
      "list",
    ]);
    assertEquals(sessions.length, 1);
  },
);

Deno.test("a worktree made or used within the hour stays", async () => {
  using env = agentProject();
  addWorktree(env, "x");
  const young = await mpmJson<{ preserved: never[] }>(env, [
    "worktrees",
    "prune",
  ]);
  assertEquals(reasons(young), { x: "was in use less than 1 hour ago" });
  const day = await pruneLater(env, {
    now: () => new Date(Date.now() + 20 * 3600 * 1000),
  });
  assertEquals(gone(day), ["x"]);
});

Deno.test("a file written a moment ago in trash keeps the worktree", async () => {
  using env = agentProject();
  const path = addWorktree(env, "x");
  const trash = join(path, "node_modules");
  Deno.mkdirSync(trash);
  Deno.writeTextFileSync(join(trash, "a"), "a");
  Deno.utimeSync(join(trash, "a"), LATER(), LATER());
  assertEquals(reasons(await pruneLater(env)), {
    x: "was in use less than 1 hour ago",
  });
});

posixTest("a missing directory and a linked parent are reported", async () => {
  using env = agentProject();
  const missing = addWorktree(env, "missing");
  Deno.removeSync(missing, { recursive: true });
  const inner = addWorktree(env, "group/inner");
  Deno.renameSync(join(inner, ".."), join(env.root, "moved"));
  Deno.symlinkSync(join(env.root, "moved"), join(inner, ".."));
  assertEquals(reasons(await pruneLater(env)), {
    "group/inner":
      "path resolves outside .claude/worktrees/ — containment guard",
    missing: "the directory is missing; git worktree prune removes its entry",
  });
  assertStringIncludes(env.git("worktree", "list"), missing.slice(-7));
  assert(Deno.lstatSync(join(env.root, "moved/inner/README.md")).isFile);
});

for (const link of [".claude", WORKTREES]) {
  posixTest(`no worktree is checked if ${link} is a link`, async () => {
    using env = agentProject();
    addWorktree(env, "x");
    Deno.renameSync(join(env.project, link), join(env.root, "moved"));
    Deno.symlinkSync(join(env.root, "moved"), join(env.project, link));
    const result = await pruneLater(env);
    assertEquals([result.removed, result.preserved], [[], []]);
    assertEquals(
      result.skipped,
      `"${join(env.project, link)}" is a symbolic link`,
    );
  });
}

posixTest(
  "a worktree outside .claude/worktrees does not concern mpm",
  async () => {
    using env = agentProject();
    addWorktree(env, "x");
    const beside = join(env.project, ".claude/worktrees-of-mine");
    env.git("worktree", "add", "-q", "-b", "mine", beside);
    const result = await pruneLater(env);
    assertEquals([gone(result), reasons(result)], [["x"], {}]);
    assert(Deno.lstatSync(join(beside, "README.md")).isFile);
  },
);

/** A machine on which `path` is on its own disk. */
const mounted = (path: string) => (system: System): System => ({
  ...system,
  files: {
    ...system.files,
    lstat(file) {
      const info = system.files.lstat(file);
      return info && file === path ? { ...info, disk: -1 } : info;
    },
  },
});

posixTest("a worktree on another disk stays", async () => {
  using env = agentProject();
  const wrap = mounted(addWorktree(env, "x"));
  const result = await pruneLater(env, { wrap });
  assertEquals(reasons(result), { x: "is on another disk" });
});

posixTest("a worktree with a mounted disk stays", async () => {
  using env = agentProject();
  const path = join(addWorktree(env, "x"), "node_modules/cache");
  Deno.mkdirSync(path, { recursive: true });
  const result = await pruneLater(env, { wrap: mounted(path) });
  assertStringIncludes(reasons(result).x!, "another disk");
});

posixTest("no filter in settings is run", async () => {
  using env = agentProject();
  const path = addWorktree(env, "x");
  const own = addWorktree(env, "own");
  env.write(".git/info/attributes", "* filter=spy\n");
  const ran = join(env.root, "ran");
  env.git("config", "extensions.worktreeConfig", "true");
  env.gitIn(own, "config", "--worktree", "filter.spy.clean", `tee ${ran}`);
  env.git("config", "filter.more.clean", `tee ${ran}`);
  env.write(".git/info/attributes", "* filter=spy\nREADME.md filter=more\n");
  for (const folder of [path, own]) {
    for (const name of ["README.md", ".gitignore"]) {
      const now = new Date();
      Deno.utimeSync(join(folder, name), now, now);
    }
  }
  await pruneLater(env);
  assertEquals(
    Deno.readDirSync(env.root).some(({ name }) => name === "ran"),
    false,
  );
});

Deno.test({
  name: "files whose names are not UTF-8 stay, and are reported",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using env = agentProject();
    const touch = (folder: string) => {
      const script = `mkdir -p "$1" && touch "$1/$(printf 'a\\377')"`;
      const args = ["-c", script, "sh", folder];
      assert(new Deno.Command("sh", { args }).outputSync().success);
    };
    touch(join(addWorktree(env, "x"), "node_modules"));
    touch(join(env.project, WORKTREES, "plain"));
    const tracked = addWorktree(env, "tracked");
    touch(tracked);
    env.gitIn(tracked, "add", ".");
    env.gitIn(tracked, "commit", "-q", "-m", "An old name");
    env.git("merge", "-q", "worktree-tracked");
    const result = await pruneLater(env);
    assertEquals(gone(result), []);
    const why = (path: string) =>
      "some of it cannot be read: the name of " +
      `"${join(env.project, WORKTREES, path)}" is not UTF-8`;
    assertEquals(reasons(result), {
      plain: "is not a git worktree and contains files",
      tracked: why("tracked/a\udcff"),
      x: why("x/node_modules/a\udcff"),
    });
  },
});
