import { assertEquals } from "@std/assert";
import type { TestEnv } from "./env.ts";
import { crashing, observed, type Programs } from "./faults.ts";
import { mpm, type MpmOptions } from "./mpm.ts";
import { FolderCopy } from "./folder_copy.ts";
import { SOAKS } from "./posix.ts";

/** The exit status of a bug in mpm. */
const EXIT_BUG = 70;

/** Runs a command that dies at its `at`-th write; whether it got to its end. */
export async function runDying(
  env: TestEnv,
  args: readonly string[],
  { at, now, programs = "none" }: {
    at: number;
    now: () => Date;
    programs?: Programs;
  },
): Promise<boolean> {
  let died = false;
  const said: string[] = [];
  const { status } = await mpm(env, args, {
    now,
    wrap: (system) => {
      const { system: dying } = crashing(system, at, { programs });
      return {
        ...dying,
        terminal: {
          ...dying.terminal,
          err: (text) => {
            said.push(text);
            // A death during the cleanup after another one hides it.
            died ||= /Crash|died at write|SuppressedError/.test(text);
            return true;
          },
        },
      };
    },
  });
  if (!died && status !== 0) {
    throw new Error(`ended with ${status}:\n${said.join("")}`);
  }
  assertEquals(status, died ? EXIT_BUG : 0);
  return !died;
}

/**
 * Number of states of a command that are checked, except in `deno task soak`.
 */
const ENOUGH = 12;

/** Counts of the crash points of a command. */
export interface Points {
  readonly count: number;
  /**
   * Number of states on the disk that they leave: several may leave the same.
   */
  readonly states: number;
  /** Number of checked states. */
  readonly seen: number;
}

/** A state of the disk after a death, and the writes that lead to it. */
interface State {
  readonly copy: FolderCopy;
  readonly at: number[];
}

/**
 * Calls `check` for every state that a command leaves on the disk when it dies
 * at one of its writes, each half done. The command runs once: the files on the
 * disk at each write are those that a death there leaves. Identical states are
 * checked once; `where` names every write that leaves it. If there are many
 * states, only every second or third is checked.
 */
export async function dieEverywhere(
  args: readonly string[],
  { prepare, check, all, isReported, ...how }: {
    prepare: () => TestEnv | Promise<TestEnv>;
    check: (env: TestEnv, where: string, finished: boolean) => Promise<void>;
    now: () => Date;
    programs?: Programs;
    wrap?: NonNullable<MpmOptions["wrap"]>;
    /** Checks all states, however many there are. */
    all?: true;
    /** Deaths that another test covers; they are left out. */
    isReported?: (at: number) => boolean;
  },
): Promise<Points> {
  using env = await prepare();
  env.settle();
  const { states, count } = await statesOf(env, args, how);
  const finished = new FolderCopy(env.root);
  const unreported = states.filter(({ at }) =>
    !at.every((at) => isReported?.(at))
  );
  const step = all || SOAKS ? 1 : Math.ceil(unreported.length / ENOUGH);
  const some = unreported.filter((_, index) => index % step === 0);
  for (const { copy, at } of some) {
    copy.restore();
    await check(env, `died at write ${at.join(", ")}`, false);
  }
  finished.restore();
  await check(env, "finished", true);
  return { count, states: states.length, seen: some.length };
}

async function statesOf(
  env: TestEnv,
  args: readonly string[],
  { now, programs = "none", wrap = (system) => system }: {
    now: () => Date;
    programs?: Programs;
    wrap?: NonNullable<MpmOptions["wrap"]>;
  },
): Promise<{ states: State[]; count: number }> {
  const states: State[] = [];
  let count = 0;
  const onPoint = () => {
    const at = count++;
    const copy = new FolderCopy(env.root);
    const known = states.find((state) => state.copy.equals(copy));
    if (known) known.at.push(at);
    else states.push({ copy, at: [at] });
  };
  const { status, stderr } = await mpm(env, args, {
    now,
    wrap: (system) => observed(wrap(system), onPoint, { programs }),
  });
  assertEquals(status, 0, stderr);
  return { states, count };
}

/**
 * Returns whether a death is one of every `nth`: only after these a test does
 * its slow checks.
 */
export function isOneOf(nth: number, where: string): boolean {
  return where.match(/\d+/g)?.some((at) => Number(at) % nth === 0) ?? false;
}
