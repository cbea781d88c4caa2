import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { PauseResult } from "../../schemas/types.ts";
import type { System } from "../../src/system/system.ts";
import type { TestEnv } from "../helpers/env.ts";
import { binary, mpm, mpmJson } from "../helpers/mpm.ts";
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

const branches = (env: TestEnv) =>
  env.git("for-each-ref", "--format=%(refname:short)", "refs/heads")
    .split("\n");

/** A worktree that can be removed, and the reported reason. */
interface Gone {
  readonly what: string;
  readonly reason: string;
  make(env: TestEnv, path: string): void;
}

const GONE: readonly Gone[] = [
  { what: "one without commits", reason: "merged into main", make() {} },
  {
    what: "a merged branch",
    reason: "merged into main",
    make(env, path) {
      commitIn(env, path);
      env.git("merge", "-q", "--no-ff", "-m", "Merge", "worktree-x");
    },
  },
  {
    what: "a detached HEAD that is merged",
    reason: "merged into main",
    make: (env, path) => void env.gitIn(path, "checkout", "-q", "--detach"),
  },
  {
    what: "a rebase-merged branch",
    reason: "every commit has an equal one in main",
    make(env, path) {
      commitIn(env, path, "one.txt");
      commitIn(env, path, "two.txt");
      env.write("other.txt", "other\n");
      env.commit("Meanwhile");
      env.git("cherry-pick", "main..worktree-x");
    },
  },
  {
    what: "a squash-merged branch",
    reason: "squash-merged into main",
    make(env, path) {
      commitIn(env, path, "one.txt");
      commitIn(env, path, "two.txt");
      env.git("merge", "-q", "--squash", "worktree-x");
      env.commit("Squashed");
      env.write("one.txt", "edited since\n");
      env.commit("Go on");
    },
  },
  {
    what: "a squash merge onto other edits of the same file",
    reason: "squash-merged into main",
    make(env, path) {
      const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`);
      const write = (edits: Record<number, string>) =>
        lines.map((line, at) => edits[at] ?? line).join("\n") + "\n";
      env.write("long.txt", write({}));
      env.commit("A long file");
      env.gitIn(path, "merge", "-q", "main");
      commitIn(env, path, "long.txt", write({ 30: "mine" }));
      commitIn(env, path, "long.txt", write({ 30: "mine", 32: "too" }));
      env.write("long.txt", `first\n${write({ 2: "theirs" })}`);
      env.commit("Meanwhile");
      env.git("merge", "-q", "--squash", "worktree-x");
      env.commit("Squashed");
    },
  },
  {
    what: "a branch whose whole tree is in the default one",
    reason: "squash-merged into main",
    make(env, path) {
      commitIn(env, path, "one.txt", "draft\n");
      commitIn(env, path, "one.txt", "one\n");
      commitIn(env, path, "two.txt", "two\n");
      env.write("one.txt", "one\n");
      env.commit("The first half");
      env.write("two.txt", "two\n");
      env.commit("The second half");
    },
  },
  {
    what: "a branch merged at the remote alone",
    reason: "merged into main",
    make(env, path) {
      const origin = join(env.root, "origin.git");
      env.git("clone", "-q", "--bare", ".", origin);
      env.git("remote", "add", "origin", origin);
      commitIn(env, path);
      env.gitIn(path, "push", "-q", "origin", "worktree-x:main");
      env.git("fetch", "-q", "origin");
      env.git("remote", "set-head", "origin", "main");
    },
  },
  {
    what: "trash that can be rebuilt",
    reason: "merged into main",
    make(_, path) {
      for (const folder of ["node_modules/a", "src/node_modules"]) {
        Deno.mkdirSync(join(path, folder), { recursive: true });
        Deno.writeTextFileSync(join(path, folder, "a.js"), "x".repeat(5000));
      }
    },
  },
  {
    what: "a sparse checkout",
    reason: "merged into main",
    make: (env, path) =>
      void env.gitIn(path, "sparse-checkout", "set", "--no-cone", "/README.md"),
  },
  {
    what: "a lock of a process that is gone",
    reason: "merged into main",
    make(env, path) {
      const reason = `claude session x (pid ${DEAD_PID} start 252784)`;
      env.git("worktree", "lock", "--reason", reason, path);
    },
  },
  {
    what: "an older lock of a process that is gone",
    reason: "merged into main",
    make(env, path) {
      const reason = `claude agent agent-1 (pid ${DEAD_PID})`;
      env.git("worktree", "lock", "--reason", reason, path);
    },
  },
];

for (const { what, reason, make } of GONE) {
  const onLinux = what.includes("lock") && Deno.build.os !== "linux";
  Deno.test({
    name: `a worktree goes: ${what}`,
    ignore: onLinux,
    async fn() {
      using env = agentProject();
      const path = addWorktree(env, "x");
      make(env, path);
      const head = env.gitIn(path, "rev-parse", "HEAD");
      const { removed, preserved } = await pruneLater(env);
      assertEquals(preserved, []);
      assertEquals(removed.map((one) => one.reason), [reason]);
      assertEquals(env.exists(join(WORKTREES, "x")), false);
      assertEquals(env.git("worktree", "list").split("\n").length, 1);
      assertEquals(env.git("rev-parse", `${removed[0]!.rescue}/head`), head);
      const detached = what.includes("detached");
      assertEquals(removed[0]!.branch_deleted, !detached);
      assertEquals(
        branches(env),
        detached ? ["main", "worktree-x"] : ["main"],
      );
    },
  });
}

posixTest("links in a worktree are removed without their targets", async () => {
  using env = agentProject();
  const path = addWorktree(env, "x");
  Deno.mkdirSync(join(env.root, "outside"));
  Deno.writeTextFileSync(join(env.root, "outside/mine.txt"), "mine\n");
  env.write(".gitignore", `${env.read(".gitignore")}dist\n`);
  Deno.symlinkSync("../../../../outside", join(path, "tracked"));
  env.commit("Ignore more");
  env.gitIn(path, "add", "tracked");
  env.gitIn(path, "commit", "-q", "-m", "Add a link");
  env.git("merge", "-q", "--no-edit", "worktree-x");
  env.gitIn(path, "merge", "-q", "main");
  Deno.symlinkSync(join(env.root, "outside"), join(path, "dist"));
  Deno.mkdirSync(join(path, "node_modules"));
  Deno.symlinkSync(join(env.root, "outside"), join(path, "node_modules/a"));
  assertEquals(gone(await pruneLater(env)), ["x"]);
  assertEquals(
    Deno.readTextFileSync(join(env.root, "outside/mine.txt")),
    "mine\n",
  );
});

posixTest(
  "a reused process id is detected by the start time",
  async () => {
    if (Deno.build.os !== "linux") return;
    using env = agentProject();
    const stat = Deno.readTextFileSync(`/proc/${Deno.pid}/stat`);
    const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const lock = (name: string, start: string | undefined) =>
      env.git(
        ...["worktree", "lock", "--reason"],
        `claude session x (pid ${Deno.pid} start ${start})`,
        addWorktree(env, name),
      );
    lock("alive", start);
    lock("recycled", "1");
    const held = await pruneLater(env, {
      wrap: (system) => ({ ...system, platform: "darwin" }),
    });
    assertEquals(gone(held), []);
    const blind = await pruneLater(env, {
      wrap: (system) => ({
        ...system,
        run: (program, options) =>
          system.run(program === "sh" ? "no-such-shell" : program, options),
      }),
    });
    assertEquals(gone(blind), []);
    const { stdout } = env.run(binary(), [
      ...["worktrees", "prune", "--min-age", "0", "--json"],
    ]);
    const result = JSON.parse(stdout);
    assertEquals(gone(result), ["recycled"]);
    assertStringIncludes(reasons(result).alive!, "worktree is locked: claude");
  },
);

posixTest(
  "the default branch is the remote's, whatever branch is checked out",
  async () => {
    using env = agentProject();
    env.git("checkout", "-q", "-b", "feature");
    const path = addWorktree(env, "x");
    commitIn(env, path);
    env.git("merge", "-q", "worktree-x");
    assertEquals(gone(await pruneLater(env)), []);
    env.git("branch", "-m", "main", "trunk");
    const origin = join(env.root, "origin.git");
    env.git("clone", "-q", "--bare", ".", origin);
    env.gitIn(origin, "symbolic-ref", "HEAD", "refs/heads/trunk");
    env.git("remote", "add", "origin", origin);
    env.git("fetch", "-q", "origin");
    env.git("remote", "set-head", "origin", "--auto");
    assertEquals(gone(await pruneLater(env)), []);
    env.git("checkout", "-q", "trunk");
    env.git("merge", "-q", "worktree-x");
    assertEquals(gone(await pruneLater(env)), ["x"]);
  },
);

Deno.test("branches that outlive a worktree stay", async () => {
  using env = agentProject();
  env.git("checkout", "-q", "-b", "feature");
  env.git("worktree", "add", "-q", join(WORKTREES, "main"), "main");
  addWorktree(env, "develop", "-b", "develop");
  addWorktree(env, "moved", "-b", "moved");
  addWorktree(env, "named", "-b", "named");
  env.git("symbolic-ref", "refs/heads/alias", "refs/heads/named");
  const { removed } = await pruneLater(env);
  assertEquals(removed.map((one) => [one.name, one.branch_deleted]), [
    ["develop", false],
    ["main", false],
    ["moved", true],
    ["named", false],
  ]);
  assertEquals(branches(env), ["alias", "develop", "feature", "main", "named"]);
});

Deno.test("empty orphans and worktrees that were moved by hand are removed", async () => {
  using env = agentProject();
  env.write(`${WORKTREES}/file.txt`, "a file is not a directory\n");
  Deno.mkdirSync(join(env.project, WORKTREES, "empty"));
  const path = addWorktree(env, "before");
  commitIn(env, path);
  Deno.renameSync(path, join(env.project, WORKTREES, "moved"));
  assertEquals(reasons(await pruneLater(env)), {
    before: "the directory is missing; git worktree prune removes its entry",
    moved: "branch has commits not merged into main branch",
  });
  env.git("merge", "-q", "worktree-before");
  const { removed } = await pruneLater(env);
  assertEquals(removed.map((one) => [one.name, one.kind]), [
    ["moved", "orphan"],
  ]);
  assertEquals(env.git("worktree", "list").split("\n").length, 1);
  assert(env.exists(`${WORKTREES}/file.txt`));
});

/** Does something just before git is asked to remove a worktree. */
function meddling(
  meddle: () => void,
  when: (args: readonly string[]) => boolean,
) {
  return (system: System): System => ({
    ...system,
    run(program, options) {
      if (when(options.args)) meddle();
      return system.run(program, options);
    },
  });
}

const rescuing = (args: readonly string[]) => args.includes("fast-import");

const MEDDLING: readonly {
  what: string;
  meddle(env: TestEnv, path: string): void;
  when: (args: readonly string[]) => boolean;
  reason: RegExp;
}[] = [
  {
    what: "a new ignored file",
    meddle: (_, path) => Deno.writeTextFileSync(join(path, ".env"), "x\n"),
    when: rescuing,
    reason: /^changed while mpm was checking it$/,
  },
  {
    what: "a new commit",
    meddle: (env, path) => void commitIn(env, path),
    when: rescuing,
    reason: /^changed while mpm was checking it$/,
  },
  {
    what: "a lock",
    meddle: (env, path) => void env.git("worktree", "lock", path),
    when: rescuing,
    reason: /^changed while mpm was checking it$/,
  },
  {
    what: "another cleanup",
    meddle: (env, path) => void env.git("worktree", "remove", path),
    when: rescuing,
    reason: /^changed while mpm was checking it$/,
  },
];

for (const { what, meddle, when, reason } of MEDDLING) {
  posixTest(`a race is lost safely: ${what}`, async () => {
    using env = agentProject();
    const path = addWorktree(env, "x");
    addWorktree(env, "y");
    let done = false;
    const wrap = meddling(() => {
      if (!done) meddle(env, path);
      done = true;
    }, when);
    const result = await pruneLater(env, { wrap });
    assertEquals(gone(result), ["y"]);
    assert(reason.test(reasons(result).x!), reasons(result).x);
    const rescues = env.git("for-each-ref", "--format=%(refname)", "refs/mpm");
    assertEquals(/\/x\//.test(rescues), false);
    assert(branches(env).includes("worktree-x"));
  });
}

posixTest("a lock that was removed without need is restored", async () => {
  if (Deno.build.os !== "linux") return;
  using env = agentProject();
  const path = addWorktree(env, "x");
  const reason = `claude session x (pid ${DEAD_PID} start 1)`;
  env.git("worktree", "lock", "--reason", reason, path);
  const wrap = failing("remove");
  assertEquals(gone(await pruneLater(env, { wrap })), []);
  assert(Deno.lstatSync(join(path, "README.md")).isFile);
  assertStringIncludes(env.git("worktree", "list", "--porcelain"), reason);
});

posixTest("without a rescue ref no worktree is removed", async () => {
  using env = agentProject();
  addWorktree(env, "x");
  env.write(".git/refs/mpm", "in the way\n");
  const result = await pruneLater(env);
  assertEquals(gone(result), []);
  assertStringIncludes(reasons(result).x!, "no rescue ref could be written");
});

posixTest(
  "pause prunes after saving, reports it, and has an option against it",
  async () => {
    using env = agentProject();
    addWorktree(env, "x");
    commitIn(env, addWorktree(env, "unmerged"));
    Deno.mkdirSync(join(env.project, WORKTREES, "empty"));
    const { worktrees } = await mpmJson<PauseResult>(
      env,
      ["pause", "--no-prune-worktrees"],
      { now: LATER },
    );
    assertEquals(worktrees, null);
    const dry = await mpm(env, ["pause", "--dry-run"], { now: LATER });
    assertStringIncludes(dry.stdout, "Would prune 1 stale worktree(s)");
    assert(env.exists(`${WORKTREES}/x`));
    const { stdout, status } = await mpm(env, ["pause", "Done"], {
      now: LATER,
    });
    assertEquals(status, 0);
    const folder = `$ROOT/project/${WORKTREES}`;
    assertStringIncludes(
      // The .git file holds the path of the temporary folder.
      stdout.replaceAll(/\d+ B/g, "N B"),
      `
Worktree Cleanup:
  Pruned 1 stale worktree(s), N B
    ${folder}/x: merged into main, N B, with its branch worktree-x
  Preserved 1 worktree(s) with unsaved work
    ${folder}/unmerged: branch has commits not merged into main branch
  Swept 1 orphaned directory
    ${folder}/empty: empty directory
`,
    );
  },
);

/** Git that fails at some commands. */
const failing = (command: string) => (system: System): System => ({
  ...system,
  run: (program, options) =>
    options.args.includes(command)
      ? Promise.resolve({
        outcome: "exited",
        status: 128,
        stdout: new Uint8Array(),
        stderr: new TextEncoder().encode("fatal: out of order\n"),
      })
      : system.run(program, options),
});

for (
  const command of ["list", "for-each-ref", "rev-list", "ls-files", "remove"]
) {
  posixTest(
    `pause succeeds and keeps all worktrees if git ${command} fails`,
    async () => {
      using env = agentProject();
      addWorktree(env, "x");
      const { worktrees } = await mpmJson<PauseResult>(env, ["pause"], {
        now: LATER,
        wrap: failing(command),
      });
      assertEquals(worktrees!.removed, []);
      const skipped = ["list", "for-each-ref"].includes(command);
      const said = skipped ? worktrees!.skipped : reasons(worktrees!).x;
      assertStringIncludes(said!, "out of order");
      assertEquals(worktrees!.orphan_sweep_skipped !== null, skipped);
      assert(env.exists(`${WORKTREES}/x/README.md`));
    },
  );
}

posixTest("pause succeeds despite any error in the cleanup", async () => {
  using env = agentProject();
  addWorktree(env, "x");
  const { worktrees, session_id: id } = await mpmJson<PauseResult>(
    env,
    ["pause"],
    {
      now: LATER,
      wrap: (system) => ({
        ...system,
        run(program, options) {
          if (options.args.includes("worktree")) throw new Error("a bug");
          return system.run(program, options);
        },
      }),
    },
  );
  assertEquals(worktrees!.skipped, "a bug");
  assert(env.exists(`.claude-mpm/sessions/${id}.json`));
});

Deno.test("a dry run and a list change nothing", async () => {
  using env = agentProject();
  commitIn(env, addWorktree(env, "x"));
  env.git("merge", "-q", "--squash", "worktree-x");
  env.commit("Squashed");
  const files = () =>
    env.run("find", [".", "-printf", "%p %s %T@\n"]).stdout.split("\n").sort();
  const before = files();
  const dry = await mpmJson(env, ["worktrees", "prune", "--dry-run"], {
    now: LATER,
  });
  const { worktrees } = await mpmJson<{ worktrees: { remove: boolean }[] }>(
    env,
    ["worktrees", "list"],
    { now: LATER },
  );
  assertEquals(worktrees.map(({ remove }) => remove), [true]);
  assertEquals(files(), before);
  const { removed, ...rest } = await pruneLater(env);
  const would = removed.map((one) => ({ ...one, rescue: null }));
  assertEquals(dry, { ...rest, removed: would, dry_run: true });
});

Deno.test("the user's own configuration defines what is trash and what is new", async () => {
  using env = agentProject();
  const path = addWorktree(env, "x");
  Deno.mkdirSync(join(path, "node_modules"));
  const folder = join(env.home, ".config/mpm");
  Deno.mkdirSync(folder, { recursive: true });
  const configure = (text: string) =>
    Deno.writeTextFileSync(join(folder, "config.toml"), text);
  Deno.writeTextFileSync(join(path, "node_modules/a"), "a");
  configure('[worktrees]\ntrash = ["dist"]\nmin_age = "1d"\n');
  assertEquals(reasons(await pruneLater(env)), {
    x: "has ignored files: node_modules/",
  });
  configure('[worktrees]\ntrash = ["node_modules"]\nmin_age = "1d"\n');
  assertEquals(reasons(await pruneLater(env)), {
    x: "was in use less than 1 day ago",
  });
  for (
    const odd of ['trash = ["*"]', 'trash = ["a/b"]', "min_age = 1", "a = 1"]
  ) {
    configure(`[worktrees]\n${odd}\n`);
    assertEquals((await mpm(env, ["worktrees", "prune"])).status, 2, odd);
  }
  configure("");
  env.write(".claude-mpm/config.toml", '[worktrees]\ntrash = [".env"]\n');
  const { status, stderr } = await mpm(env, ["worktrees", "prune"]);
  assertEquals(status, 2);
  assertStringIncludes(stderr, '"worktrees.trash" cannot be set in');
});

Deno.test("worktrees commands need a repository", async () => {
  using env = agentProject();
  for (const command of ["list", "prune", "restore"]) {
    const line = ["worktrees", command, "-C", env.home];
    assertEquals((await mpm(env, line)).status, 3);
  }
  assertEquals(gone(await pruneLater(env)), []);
});

posixTest("fifty worktrees take few processes", async () => {
  using env = agentProject();
  for (let at = 0; at < 50; at++) {
    const path = addWorktree(env, `w${at}`);
    if (at % 5 === 0) commitIn(env, path);
  }
  let processes = 0;
  const result = await pruneLater(env, {
    wrap: (system) => ({
      ...system,
      run(program, options) {
        processes++;
        return system.run(program, options);
      },
    }),
  });
  assertEquals([result.removed.length, result.preserved.length], [40, 10]);
  // To check, to check files that git does not track, to check again, to
  // remove.
  assert(processes <= 2 * 50 + 2 * 40 + 15, `${processes} processes`);
});
