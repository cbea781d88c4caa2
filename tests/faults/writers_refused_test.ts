import { undoState } from "../helpers/undo_state.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { SavesVerifyResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { refusing } from "../helpers/faults.ts";
import { binary, mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest, unprivileged } from "../helpers/posix.ts";
import {
  checkFiles,
  leftovers,
  observedState,
} from "../helpers/observed_state.ts";
import { worldOf, type Writer, WRITERS } from "../helpers/writers.ts";
import { at } from "../helpers/works.ts";
import { World } from "../helpers/world.ts";

/** A full disk, no permission, a read-only one, EIO, and a folder that is gone. */
const PROBLEMS = ["full", "denied", "read-only", "other", "missing"] as const;

type Problem = typeof PROBLEMS[number];

/** Those that `refused_test.ts` has, at every write of these. */
const TOLD: Readonly<Record<string, readonly Problem[]>> = {
  "pause": ["full", "denied", "read-only", "other"],
};

async function intact(env: TestEnv, where: string): Promise<void> {
  const result = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  assert(result.intact, where);
}

/** A command in its world, and what counts of that before and after it. */
interface Refused {
  readonly env: TestEnv;
  readonly writer: Writer;
  readonly before: Record<string, string>;
  readonly after: Record<string, string>;
}

/** One run that is refused from its `from`-th write on; whether it was. */
async function refusedFrom(
  { env, writer, before, after }: Refused,
  { from, problem }: { from: number; problem: Problem },
): Promise<boolean> {
  let refused = false;
  const { status, stdout, stderr } = await mpm(env, writer.args, {
    now: at(0),
    wrap: (system) =>
      refusing(system, from, problem, () => {
        refused = true;
      }),
  });
  const where = `${writer.name}, ${problem} from write ${from}: ${stderr}`;
  await intact(env, where);
  if (status === 0) {
    const noted = /Note|not all of its files/.test(stdout + stderr);
    if (!noted && !writer.adds) assertEquals(observedState(env), after, where);
    return refused;
  }
  assertEquals(status, 6, where);
  assertStringIncludes(stderr, "Error: Cannot ");
  checkFiles(observedState(env), { before, after, where });
  assertEquals(leftovers(env.project), [], where);
  // The same again, on a disk that lets it, has the same end.
  const again = await mpm(env, writer.args, { now: at(0) });
  const ends = writer.once ? [0, 2, 3, 4] : [0];
  assert(ends.includes(again.status), `${where} ${again.stderr}`);
  await intact(env, where);
  return true;
}

for (const writer of WRITERS) {
  Deno.test(`${writer.name} says what refused it, and leaves nothing half done`, async () => {
    using env = await worldOf(writer);
    env.settle();
    const world = new World(env.root);
    const before = observedState(env);
    await mpmJson(env, [...writer.args], { now: at(0) });
    const after = observedState(env);
    let refused = 0;
    // Each problem at other writes: together they are at every second one.
    for (const [first, problem] of PROBLEMS.entries()) {
      if (TOLD[writer.name]?.includes(problem)) continue;
      for (let from = first;; from += 2 * PROBLEMS.length) {
        world.bring();
        const how = { env, writer, before, after };
        if (!await refusedFrom(how, { from, problem })) break;
        refused++;
      }
    }
    assert(refused > 0);
    world.bring();
    refusesUnwritable(env, writer);
  });
}

/**
 * On a read-only disk, the real process exits with 6 and changes nothing. This
 * is the last of an environment: its files are someone else's then.
 */
function refusesUnwritable(env: TestEnv, writer: Writer): void {
  // Commands that only write the user's own files may still write.
  if (writer.name.endsWith("for the user")) return;
  if (Deno.build.os === "windows") return;
  const folders = locked(env);
  const before = undoState(env);
  const [program, ...args] = unprivileged([binary(), ...writer.args]);
  const { status, stderr } = env.run(program!, args);
  for (const folder of folders) Deno.chmodSync(folder, 0o700);
  const where = `${writer.name}: ${stderr}`;
  assertEquals(undoState(env), before, where);
  assertEquals(status, 6, where);
}

/** Larger than the limit below lets any file be. */
const LARGE = "large ".repeat(60_000);

posixTest(
  "a disk that fills up ends each command with 6, and the older save stays",
  async () => {
    for (const { args, files, blocks = 200 } of LARGE_RUNS) {
      using env = TestEnv.repository();
      await mpmJson(env, ["pause", "--no-commit", "Earlier"], { now: at(-60) });
      files(env);
      const { status, stderr } = env.run("sh", [
        ...["-c", 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"', "sh"],
        ...[String(blocks), binary(), ...args],
      ]);
      assertEquals(status, 6, `${args.join(" ")}: ${stderr}`);
      assertStringIncludes(stderr, "no space left");
      assertEquals(leftovers(env.project), [], args.join(" "));
      await intact(env, args.join(" "));
    }
  },
);

interface LargeRun {
  readonly args: string[];
  readonly files: (env: TestEnv) => void;
  /** Blocks of 512 bytes that a file may have. */
  readonly blocks?: number;
}

const LARGE_RUNS: LargeRun[] = [
  {
    args: ["config", "set", "commit", "false", "--scope", "project"],
    files: (env) =>
      env.write(
        ".claude-mpm/config.toml",
        `# ${LARGE.slice(0, 60_000)}\ncommit = true\n`,
      ),
    blocks: 100,
  },
  {
    args: ["init", "--ignore"],
    files: (env) => env.write(".gitignore", `# ${LARGE}\n`),
  },
  {
    args: ["context", "update"],
    files: (env) => env.write(".claude/context.md", `# ${LARGE}\n`),
  },
  {
    args: ["hooks", "install"],
    files: (env) =>
      env.write(
        ".claude/settings.local.json",
        JSON.stringify({ env: { A: LARGE } }),
      ),
  },
];

/** Takes away the right to write to any folder of the environment. */
function locked(env: TestEnv): string[] {
  const all: string[] = [];
  const walk = (folder: string) => {
    all.push(folder);
    for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      if (Deno.uid() === 0) Deno.chownSync(path, 65534, 65534);
      if (isFile) Deno.chmodSync(path, 0o644);
      if (isDirectory) walk(path);
    }
  };
  walk(env.root);
  if (Deno.uid() === 0) Deno.chownSync(env.root, 65534, 65534);
  for (const folder of all.toReversed()) Deno.chmodSync(folder, 0o500);
  return all;
}
