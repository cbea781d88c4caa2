import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { EXIT_BUG } from "../../src/errors.ts";
import type { System } from "../../src/system/system.ts";
import type { TestEnv } from "../helpers/env.ts";
import { crashing } from "../helpers/faults.ts";
import { mpm, mpmJson, type MpmOptions } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import {
  addWorktree,
  agentProject,
  commitIn,
  DEAD_PID,
  gone,
  LATER,
  pruneLater,
  WORKTREES,
} from "../helpers/worktrees.ts";

/** A squash-merged worktree, and one with a stale lock that was moved by hand. */
function prepare(): TestEnv {
  const env = agentProject();
  const squashed = addWorktree(env, "group/squashed", "-b", "squashed");
  commitIn(env, squashed);
  env.git("merge", "-q", "--squash", "squashed");
  env.commit("Squashed");
  Deno.mkdirSync(join(squashed, "node_modules/a"), { recursive: true });
  Deno.writeTextFileSync(join(squashed, "node_modules/a/a.js"), "a\n");
  const lock = `claude session x (pid ${DEAD_PID} start 1)`;
  const before = addWorktree(env, "before", "-b", "moved");
  env.git("worktree", "lock", "--reason", lock, before);
  Deno.renameSync(before, join(before, "../moved"));
  return env;
}

const NAMES = ["group/squashed", "moved"];

/** Runs a command that dies at its `at`-th step; whether it got to its end. */
async function dying(
  env: TestEnv,
  args: readonly string[],
  { at, wrap = (system) => system }: {
    at: number;
    wrap?: NonNullable<MpmOptions["wrap"]>;
  },
): Promise<boolean> {
  let died = false;
  const { status, stdout } = await mpm(env, args, {
    now: LATER,
    wrap: (system) => {
      const { system: dying, reached } = crashing(wrap(system), at, {
        programs: "all",
      });
      return {
        ...dying,
        get terminal(): System["terminal"] {
          died ||= reached() > at;
          return dying.terminal;
        },
      };
    },
  });
  // A pause tells of what went wrong in its clean-up, and succeeds.
  died ||= stdout.includes("died at write");
  if (!died) assertEquals(status, 0);
  else assert([0, EXIT_BUG].includes(status), `${status}`);
  return !died;
}

/**
 * Each worktree is at its place, whole and registered, or it is gone and can
 * be taken back. Nothing is left between.
 */
function checkWhole(
  env: TestEnv,
  heads: ReadonlyMap<string, string>,
  where: string,
): void {
  assertEquals(env.exists(".git/mpm/removing"), false, where);
  const rescues = env.git("for-each-ref", "--format=%(objectname)", "refs/mpm");
  const listed = env.git("worktree", "list", "--porcelain");
  for (const name of NAMES) {
    const path = join(env.project, WORKTREES, name);
    if (!env.exists(join(WORKTREES, name))) {
      assertStringIncludes(rescues, heads.get(name)!, `${where}: ${name}`);
      assert(!listed.includes(path), `${where}: ${name} is registered`);
      continue;
    }
    const status = env.gitIn(path, "status", "--porcelain");
    assertEquals(status, "", `${where}: ${name}`);
    const head = env.gitIn(path, "rev-parse", "HEAD");
    assertEquals(head, heads.get(name), `${where}: ${name}`);
    if (name !== "group/squashed") continue;
    const trash = Deno.readTextFileSync(join(path, "node_modules/a/a.js"));
    assertEquals(trash, "a\n", where);
  }
}

function headsOf(env: TestEnv): Map<string, string> {
  return new Map(NAMES.map((name) => [
    name,
    env.gitIn(join(env.project, WORKTREES, name), "rev-parse", "HEAD"),
  ]));
}

/** What may be run next, each of which mends what a death left. */
const NEXT = [
  ["worktrees", "list"],
  ["worktrees", "prune", "--min-age", "1d"],
  ["worktrees", "restore", "nothing"],
  ["pause", "--no-commit"],
];

/** The step with which a clean-up begins to write. */
async function firstWrite(env: TestEnv): Promise<number> {
  let first = 0;
  await mpm(env, ["worktrees", "prune"], {
    now: LATER,
    wrap: (system) => {
      const counted = crashing(system, Infinity, { programs: "all" });
      return {
        ...counted.system,
        run(program, options) {
          if (options.args.includes("fast-import")) first = counted.reached();
          return counted.system.run(program, options);
        },
      };
    },
  });
  return first;
}

posixTest("a clean-up may be killed at every step", async () => {
  if (Deno.build.os !== "linux") return;
  using one = prepare();
  const start = await firstWrite(one);
  for (let at = start;; at++) {
    using env = prepare();
    const heads = headsOf(env);
    const finished = await dying(env, ["worktrees", "prune"], { at });
    const next = NEXT[at % NEXT.length]!;
    const where = `${finished ? "finished" : `died at ${at}`}, then ${next}`;
    await mpm(env, next);
    checkWhole(env, heads, where);
    // Now and then also that the clean-up is done by the next one.
    if (at % 5 === 0 || finished) await finishAndRestore(env, where);
    if (!finished) continue;
    assert(at - start > 25, `only ${at - start} steps`);
    return;
  }
});

async function finishAndRestore(env: TestEnv, where: string): Promise<void> {
  await pruneLater(env);
  for (const name of NAMES) {
    assertEquals(env.exists(join(WORKTREES, name)), false, where);
  }
  await mpmJson(env, ["worktrees", "restore", "group/squashed"]);
  assertEquals(env.read(`${WORKTREES}/group/squashed/work.txt`), "work\n");
}

posixTest("so may one that puts back what was written meanwhile", async () => {
  for (let at = 0;; at++) {
    using env = agentProject();
    const path = addWorktree(env, "x");
    let written = false;
    const wrap = (system: System): System => ({
      ...system,
      files: {
        ...system.files,
        rename(from, to) {
          if (from === path) {
            Deno.writeTextFileSync(join(path, ".env"), "late\n");
            written = true;
          }
          system.files.rename(from, to);
        },
      },
    });
    const finished = await dying(env, ["worktrees", "prune"], { at, wrap });
    await mpm(env, ["worktrees", "list"]);
    assertEquals(env.exists(".git/mpm/removing"), false, `died at ${at}`);
    assertEquals(env.gitIn(path, "status", "--porcelain"), "");
    if (written) assertEquals(env.read(`${WORKTREES}/x/.env`), "late\n");
    if (!finished) continue;
    assert(written && at > 10, `only ${at} steps`);
    return;
  }
});

for (const left of ["tree", "checked"]) {
  posixTest(`a death while a death is mended: after "${left}"`, async () => {
    let finished = false;
    for (let at = 0; !finished; at++) {
      using env = agentProject();
      const path = addWorktree(env, "x");
      const head = env.gitIn(path, "rev-parse", "HEAD");
      await mpm(env, ["worktrees", "prune"], {
        now: LATER,
        wrap: (system) => dyingAfter(system, left),
      });
      assert(env.exists(`.git/mpm/removing/x/${left}`));
      finished = await dying(env, ["worktrees", "list"], { at });
      await mpm(env, ["worktrees", "list"]);
      const where = `died at ${at}`;
      assertEquals(env.exists(".git/mpm/removing"), false, where);
      assertEquals(env.exists(`${WORKTREES}/x`), left === "tree", where);
      if (left === "tree") {
        assertEquals(env.gitIn(path, "status", "--porcelain"), "", where);
      } else {
        assertEquals(env.git("worktree", "list").split("\n").length, 1, where);
        assertStringIncludes(env.git("for-each-ref", "refs/mpm"), head, where);
      }
    }
  });
}

/** Dies at the step after the one that made what is named `left`. */
function dyingAfter(system: System, left: string): System {
  let dead = false;
  const crash = crashing(system, 0, { programs: "all" }).system;
  const machine = () => dead ? crash : system;
  const after = (path: string) => {
    dead ||= path.endsWith(`/${left}`);
  };
  return {
    ...system,
    files: {
      ...system.files,
      rename(from, to) {
        machine().files.rename(from, to);
        after(to);
      },
      create(path, bytes, options) {
        machine().files.create(path, bytes, options);
        after(path);
      },
      remove: (path) => machine().files.remove(path),
    },
    run: (program, options) => machine().run(program, options),
  };
}

posixTest(
  "what a killed pause left of the only worktree is mended",
  async () => {
    using env = agentProject();
    const path = addWorktree(env, "x");
    const tree = join(env.project, ".git/mpm/removing/x/tree");
    Deno.mkdirSync(join(tree, ".."), { recursive: true });
    Deno.writeTextFileSync(join(tree, "../name"), "x");
    Deno.renameSync(path, tree);
    Deno.removeSync(join(env.project, WORKTREES));
    await mpmJson(env, ["pause", "--dry-run"], { now: LATER });
    assert(!env.exists(WORKTREES));
    await mpmJson(env, ["pause", "--no-commit"]);
    assertEquals(env.gitIn(path, "status", "--porcelain"), "");
    assertEquals(gone(await pruneLater(env)), ["x"]);
  },
);

posixTest("trash that was made read-only goes too", async () => {
  using env = agentProject();
  const cache = join(addWorktree(env, "x"), "node_modules/cache");
  Deno.mkdirSync(cache, { recursive: true });
  Deno.writeTextFileSync(join(cache, "a"), "a\n");
  Deno.chmodSync(cache, 0o500);
  assertEquals(gone(await pruneLater(env)), ["x"]);
  assertEquals(env.exists(".git/mpm/removing"), false);
});
