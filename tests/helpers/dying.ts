import { assertEquals } from "@std/assert";
import { EXIT_BUG } from "../../src/errors.ts";
import type { TestEnv } from "./env.ts";
import { crashing } from "./faults.ts";
import { mpm } from "./mpm.ts";

/** Runs a command that dies at its `at`-th write; whether it got to its end. */
export async function runDying(
  env: TestEnv,
  args: readonly string[],
  { at, now, git = false }: { at: number; now: () => Date; git?: boolean },
): Promise<boolean> {
  let died = false;
  const { status } = await mpm(env, args, {
    now,
    wrap: (system) => {
      const { system: dying } = crashing(system, at, { git });
      return {
        ...dying,
        terminal: {
          ...dying.terminal,
          err: (text) => {
            died ||= text.includes("Crash") || text.includes("died at write");
            return true;
          },
        },
      };
    },
  });
  assertEquals(status, died ? EXIT_BUG : 0);
  return !died;
}

/**
 * Lets a command die at each of its writes in turn, in a fresh world each time,
 * and has `check` look at what is left. Returns how many there were.
 */
export async function dieEverywhere(
  args: readonly string[],
  { prepare, check, now, git = false }: {
    prepare: () => TestEnv | Promise<TestEnv>;
    check: (env: TestEnv, where: string, finished: boolean) => Promise<void>;
    now: () => Date;
    git?: boolean;
  },
): Promise<number> {
  for (let at = 0;; at++) {
    using env = await prepare();
    const finished = await runDying(env, args, { at, now, git });
    await check(env, finished ? "finished" : `died at write ${at}`, finished);
    if (finished) return at;
  }
}
