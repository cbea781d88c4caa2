import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { WorktreesListResult } from "../../schemas/types.ts";
import type { RunOptions, System } from "../../src/system/system.ts";
import type { TestEnv } from "../helpers/env.ts";
import { binary, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import {
  addWorktree,
  agentProject,
  gone,
  LATER,
  pruneLater,
  reasons,
  WORKTREES,
} from "../helpers/worktrees.ts";

/** Returns the place of a worktree during the last check. */
const aside = (env: TestEnv, name: string) =>
  join(env.project, ".git/mpm/removing", name, "tree");

/** Someone who does something once, just before a step of mpm. */
interface Meddler {
  before?(step: "rename" | "create", path: string): boolean;
  beforeRun?(options: RunOptions): boolean;
  meddle(): void;
}

const meddling = ({ before, beforeRun, meddle }: Meddler) => {
  let done = false;
  const once = (now: boolean | undefined) => {
    if (!now || done) return;
    done = true;
    meddle();
  };
  return (system: System): System => ({
    ...system,
    files: {
      ...system.files,
      rename(from, to) {
        once(before?.("rename", from));
        system.files.rename(from, to);
      },
      create(path, bytes, options) {
        once(before?.("create", path));
        system.files.create(path, bytes, options);
      },
    },
    run(program, options) {
      once(beforeRun?.(options));
      return system.run(program, options);
    },
  });
};

/** A worktree `x`, which a step disturbs, and `y`, which is always removed. */
async function race(env: TestEnv, meddler: Meddler) {
  addWorktree(env, "y");
  return await pruneLater(env, { wrap: meddling(meddler) });
}

const LATE: readonly {
  what: string;
  meddler(env: TestEnv, path: string): Meddler;
  /** The written file, below the worktree. */
  file: string;
}[] = [
  {
    what: "an ignored file, before the folder is moved aside",
    file: ".env",
    meddler: (_, path) => ({
      before: (step, from) => step === "rename" && from === path,
      meddle: () => Deno.writeTextFileSync(join(path, ".env"), "late\n"),
    }),
  },
  {
    what: "a file in trash, before the folder is moved aside",
    file: "node_modules/a.js",
    meddler: (_, path) => ({
      before: (step, from) => step === "rename" && from === path,
      meddle: () =>
        Deno.writeTextFileSync(join(path, "node_modules/a.js"), "late\n"),
    }),
  },
  {
    what: "an ignored file, by a program that came along",
    file: ".env",
    meddler: (env) => ({
      beforeRun: ({ cwd }) => cwd.includes("removing"),
      meddle: () =>
        Deno.writeTextFileSync(join(aside(env, "x"), ".env"), "late\n"),
    }),
  },
  {
    what: "a changed file, by a program that came along",
    file: "README.md",
    meddler: (env) => ({
      beforeRun: ({ cwd }) => cwd.includes("removing"),
      meddle: () =>
        Deno.writeTextFileSync(join(aside(env, "x"), "README.md"), "late\n"),
    }),
  },
];

for (const { what, meddler, file } of LATE) {
  posixTest(`a file written at the last moment stays: ${what}`, async () => {
    using env = agentProject();
    const path = addWorktree(env, "x");
    Deno.mkdirSync(join(path, "node_modules"));
    Deno.writeTextFileSync(join(path, "node_modules/a.js"), "early\n");
    const result = await race(env, meddler(env, path));
    assertEquals(gone(result), ["y"]);
    assertEquals(reasons(result), { x: "changed while mpm was checking it" });
    assertEquals(Deno.readTextFileSync(join(path, file)), "late\n");
    assertStringIncludes(env.git("worktree", "list"), "[worktree-x]");
    assertEquals(env.exists(".git/mpm/removing"), false);
    assertEquals(/\/x\//.test(env.git("for-each-ref", "refs/mpm")), false);
  });
}

posixTest(
  "a worktree stays in its temporary place while another one has its path",
  async () => {
    using env = agentProject();
    const path = addWorktree(env, "x");
    const result = await race(env, {
      beforeRun: ({ args }) => args.includes("remove"),
      meddle() {
        Deno.mkdirSync(path);
        Deno.writeTextFileSync(join(path, "mine.txt"), "mine\n");
      },
    });
    assertEquals(gone(result), ["y"]);
    const tree = aside(env, "x");
    assertStringIncludes(reasons(result).x!, '"git worktree remove" ended');
    assertStringIncludes(reasons(result).x!, `moved to "${tree}"`);
    assertEquals(env.read(`${WORKTREES}/x/mine.txt`), "mine\n");
    const again = await pruneLater(env);
    assertEquals(gone(again), []);
    assertEquals(again.preserved.map(({ reason }) => reason), [
      "its .git file is missing",
      `was moved to "${tree}" by a cleanup that did not finish`,
    ]);
    Deno.removeSync(path, { recursive: true });
    const dry = await mpmJson<{ preserved: never[] }>(
      env,
      ["worktrees", "prune", "--dry-run"],
      { now: LATER },
    );
    assertEquals(reasons(dry), {
      x: `was moved to "${tree}" by a cleanup that did not finish`,
    });
    await mpmJson<WorktreesListResult>(env, ["worktrees", "list"]);
    assertEquals(env.gitIn(path, "status", "--porcelain"), "");
    assertEquals(gone(await pruneLater(env)), ["x"]);
  },
);

posixTest("two simultaneous cleanups do not disturb each other", async () => {
  using env = agentProject();
  addWorktree(env, "x");
  const folder = join(env.project, ".git/mpm");
  Deno.mkdirSync(folder);
  const lock = await env.system({}).files.lock(join(folder, "lock"), 0);
  assert(lock);
  assertEquals(reasons(await pruneLater(env)), {
    x: "another cleanup is running",
  });
  lock[Symbol.dispose]();
  assertEquals(gone(await pruneLater(env)), ["x"]);
});

posixTest("no worktree is moved if mpm's folder is a link", async () => {
  using env = agentProject();
  addWorktree(env, "x");
  for (const link of [".git/mpm", ".git/mpm/removing"]) {
    Deno.symlinkSync(env.root, join(env.project, link));
    const result = await pruneLater(env);
    assertEquals(gone(result), []);
    assertStringIncludes(reasons(result).x!, join(env.project, link));
    Deno.removeSync(join(env.project, link));
    if (link === ".git/mpm") Deno.mkdirSync(join(env.project, link));
  }
  assertEquals(gone(await pruneLater(env)), ["x"]);
});

/** A process that is in `folder` until it is disposed of. */
function standingIn(folder: string): Deno.ChildProcess {
  return new Deno.Command("sleep", { args: ["100"], cwd: folder }).spawn();
}

const as = (platform: System["platform"]) => (system: System): System => ({
  ...system,
  platform,
});

for (const platform of ["linux", "darwin"] as const) {
  Deno.test({
    name: `a worktree in use by a process stays, detected as on ${platform}`,
    ignore: Deno.build.os === "windows" ||
      (Deno.build.os !== platform && !isInstalled("lsof")),
    async fn() {
      using env = agentProject();
      const path = addWorktree(env, "x\n y", "--detach");
      const deep = join(addWorktree(env, "deep", "--detach"), "node_modules");
      Deno.mkdirSync(deep);
      const empty = join(env.project, WORKTREES, "empty");
      Deno.mkdirSync(empty);
      addWorktree(env, "free");
      // lsof's output for a line break in a name is not a name.
      const odd = platform === "linux" ? path : join(path, "../free");
      await using one = standingIn(odd);
      await using two = standingIn(deep);
      await using three = standingIn(empty);
      const wrap = as(platform);
      const args = ["worktrees", "prune", "--dry-run"];
      const dry = await mpmJson<{ preserved: never[] }>(env, args, {
        now: LATER,
        wrap,
      });
      const expected = {
        [odd === path ? "x\n y" : "free"]: `in use by process ${one.pid}`,
        deep: `in use by process ${two.pid}`,
        empty: `in use by process ${three.pid}`,
      };
      assertEquals(reasons(dry), expected);
      const result = await pruneLater(env, { wrap });
      assertEquals(reasons(result), expected);
      assertEquals(gone(result), [odd === path ? "free" : "x\n y"]);
      await Promise.all([one, two, three].map((child) => {
        child.kill("SIGKILL");
        return child.status;
      }));
      assertEquals(gone(await pruneLater(env, { wrap })).length, 3);
    },
  });
}

function isInstalled(program: string): boolean {
  try {
    new Deno.Command(program, { args: ["-v"] }).outputSync();
    return true;
  } catch {
    return false;
  }
}

posixTest(
  "a process that enters a worktree at the last moment keeps it",
  async () => {
    if (Deno.build.os !== "linux") return;
    using env = agentProject();
    const path = addWorktree(env, "x");
    let child: Deno.ChildProcess | undefined;
    const result = await race(env, {
      before: (step, from) => step === "rename" && from === path,
      meddle: () => child = standingIn(path),
    });
    await using standing = child!;
    assertEquals(gone(result), ["y"]);
    assertEquals(reasons(result), { x: `in use by process ${standing.pid}` });
    assertEquals(Deno.readLinkSync(`/proc/${standing.pid}/cwd`), path);
  },
);

posixTest("the binary sees processes in a worktree", async () => {
  if (Deno.build.os !== "linux") return;
  using env = agentProject();
  await using child = standingIn(addWorktree(env, "x"));
  const { stdout } = env.run(binary(), [
    ...["worktrees", "prune", "--min-age", "0", "--json"],
  ]);
  assertEquals(reasons(JSON.parse(stdout)), {
    x: `in use by process ${child.pid}`,
  });
});

posixTest(
  "if processes cannot be listed, all worktrees stay",
  async () => {
    using env = agentProject();
    addWorktree(env, "x");
    Deno.mkdirSync(join(env.project, WORKTREES, "empty"));
    const why = "the processes of this machine cannot be listed";
    const blind = (system: System): System => ({
      ...system,
      run: (program, options) =>
        system.run(program === "sh" ? "no-such-shell" : program, options),
    });
    const result = await pruneLater(env, { wrap: blind });
    assertEquals([gone(result), reasons(result)], [[], { empty: why, x: why }]);
    // Windows cannot report it, and does not move a folder that is in use.
    const windows = await pruneLater(env, { wrap: as("windows") });
    assertEquals(gone(windows), ["empty", "x"]);
  },
);

posixTest(
  "a branch that is checked out elsewhere in the meantime stays",
  async () => {
    using env = agentProject();
    const path = addWorktree(env, "x");
    const result = await pruneLater(env, {
      wrap: meddling({
        beforeRun: ({ args }) =>
          args.join(" ").includes("worktree list") && !exists(path),
        meddle() {
          const other = join(env.root, "other");
          env.git("worktree", "add", "-q", other, "worktree-x");
        },
      }),
    });
    assertEquals(
      result.removed.map((one) => [one.name, one.branch_deleted]),
      [["x", false]],
    );
    env.gitIn(join(env.root, "other"), "rev-parse", "HEAD");
  },
);

posixTest(
  "a worktree that another program removes in the meantime has no work",
  async () => {
    using env = agentProject();
    const path = addWorktree(env, "x");
    const { preserved } = await pruneLater(env, {
      wrap: meddling({
        beforeRun: ({ args }) => args.includes("ls-files"),
        meddle: () => void env.git("worktree", "remove", path),
      }),
    });
    assertEquals(
      preserved.map(({ name, reason, unsaved }) => [name, reason, unsaved]),
      [["x", "is gone: another program removed it", false]],
    );
  },
);

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}
