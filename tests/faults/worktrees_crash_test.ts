import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { System } from "../../src/system/system.ts";
import { dieEverywhere, isOneOf } from "../helpers/dying.ts";
import type { TestEnv } from "../helpers/env.ts";
import { crashing } from "../helpers/faults.ts";
import { loseKey } from "../helpers/intents.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { sayPoints } from "../helpers/say.ts";
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

/**
 * Checks that each worktree is in its place, complete and registered, or is
 * removed and can be restored, without an intermediate state.
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

/** Commands that may run next, each of which repairs the state after a kill. */
const NEXT = [
  ["worktrees", "list"],
  ["worktrees", "prune", "--min-age", "1d"],
  ["worktrees", "restore", "nothing"],
  ["pause", "--no-commit"],
];

posixTest("a cleanup can be killed at every step", async () => {
  if (Deno.build.os !== "linux") return;
  let heads = new Map<string, string>();
  const points = await dieEverywhere(["worktrees", "prune"], {
    now: LATER,
    programs: "all",
    prepare() {
      const env = prepare();
      heads = headsOf(env);
      return env;
    },
    async check(env, died, finished) {
      const at = Number(/\d+/.exec(died) ?? 0);
      const next = NEXT[at % NEXT.length]!;
      const where = `${died}, then ${next}`;
      await mpm(env, next);
      checkWhole(env, heads, where);
      // Sometimes also checks that the next cleanup finishes this one.
      if (isOneOf(5, died) || finished) await finishAndRestore(env, where);
    },
  });
  sayPoints("worktrees prune", points);
  assert(points.states > 25, `only ${points.states} steps`);
});

async function finishAndRestore(env: TestEnv, where: string): Promise<void> {
  await pruneLater(env);
  for (const name of NAMES) {
    assertEquals(env.exists(join(WORKTREES, name)), false, where);
  }
  await mpmJson(env, ["worktrees", "restore", "group/squashed"]);
  assertEquals(env.read(`${WORKTREES}/group/squashed/work.txt`), "work\n");
}

posixTest(
  "without a key a cleanup removes nothing, killed or not",
  async () => {
    let head = "";
    const points = await dieEverywhere(["worktrees", "prune"], {
      now: LATER,
      programs: "all",
      async prepare() {
        const env = agentProject();
        await mpm(env, ["init"]);
        head = env.gitIn(addWorktree(env, "x"), "rev-parse", "HEAD");
        loseKey(env);
        return env;
      },
      async check(env, where) {
        assertEquals(env.exists(".git/mpm/removing"), false, where);
        const path = join(env.project, WORKTREES, "x");
        assertEquals(env.gitIn(path, "rev-parse", "HEAD"), head, where);
        const { preserved } = await pruneLater(env);
        assertStringIncludes(preserved[0]!.reason, "key", where);
      },
    });
    sayPoints("worktrees prune, no key", points);
  },
);

posixTest(
  "so can one that restores files written in the meantime",
  async () => {
    const env = agentProject();
    const path = addWorktree(env, "x");
    const mark = join(env.root, "written");
    const wrap = (system: System): System => ({
      ...system,
      files: {
        ...system.files,
        rename(from, to) {
          if (from === path) {
            Deno.writeTextFileSync(join(path, ".env"), "late\n");
            Deno.writeTextFileSync(mark, "");
          }
          system.files.rename(from, to);
        },
      },
    });
    const points = await dieEverywhere(["worktrees", "prune"], {
      now: LATER,
      programs: "all",
      wrap,
      prepare: () => env,
      async check(env, where, finished) {
        const written = env.exists("../written");
        if (finished) assert(written);
        await mpm(env, ["worktrees", "list"]);
        assertEquals(env.exists(".git/mpm/removing"), false, where);
        assertEquals(env.gitIn(path, "status", "--porcelain"), "", where);
        if (!written) return;
        assertEquals(env.read(`${WORKTREES}/x/.env`), "late\n", where);
      },
    });
    sayPoints("worktrees prune, putting back", points);
    assert(points.count > 10, `only ${points.count} steps`);
  },
);

for (const left of ["tree", "checked"]) {
  posixTest(`a death while a death is fixed: after "${left}"`, async () => {
    const env = agentProject();
    const path = addWorktree(env, "x");
    const head = env.gitIn(path, "rev-parse", "HEAD");
    await mpm(env, ["worktrees", "prune"], {
      now: LATER,
      wrap: (system) => dyingAfter(system, left),
    });
    assert(env.exists(".git/mpm/removing/x/tree"));
    const points = await dieEverywhere(["worktrees", "list"], {
      now: LATER,
      programs: "all",
      prepare: () => env,
      async check(env, where) {
        await mpm(env, ["worktrees", "list"]);
        assertEquals(env.exists(".git/mpm/removing"), false, where);
        assertEquals(env.exists(`${WORKTREES}/x`), left === "tree", where);
        if (left === "tree") {
          assertEquals(env.gitIn(path, "status", "--porcelain"), "", where);
          return;
        }
        assertEquals(env.git("worktree", "list").split("\n").length, 1, where);
        assertStringIncludes(env.git("for-each-ref", "refs/mpm"), head, where);
      },
    });
    sayPoints(`worktrees list, fixing "${left}"`, points);
  });
}

/** Dies once the tree is in its box, or the intent says that it is checked. */
function dyingAfter(system: System, left: string): System {
  let dead = false;
  let noted = 0;
  const crash = crashing(system, 0, { programs: "all" }).system;
  const machine = () => dead ? crash : system;
  const after = (path: string) => {
    if (/\/state\/ops\/\w+\.json$/.test(path)) noted++;
    dead ||= left === "tree" ? path.endsWith("/tree") : noted === 2;
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
  "the leftovers of a killed pause in the only worktree are fixed",
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

posixTest("read-only trash is also removed", async () => {
  using env = agentProject();
  const cache = join(addWorktree(env, "x"), "node_modules/cache");
  Deno.mkdirSync(cache, { recursive: true });
  Deno.writeTextFileSync(join(cache, "a"), "a\n");
  Deno.chmodSync(cache, 0o500);
  assertEquals(gone(await pruneLater(env)), ["x"]);
  assertEquals(env.exists(".git/mpm/removing"), false);
});
