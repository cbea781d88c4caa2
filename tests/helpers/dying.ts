import { assertEquals } from "@std/assert";
import { EXIT_BUG } from "../../src/errors.ts";
import type { TestEnv } from "./env.ts";
import { crashing, type Programs } from "./faults.ts";
import { mpm } from "./mpm.ts";

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
            // A death while another one is cleaned up after hides it.
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
 * Lets a command die at each of its writes in turn, in a fresh world each time,
 * and has `check` look at what is left. Returns how many there were.
 */
export async function dieEverywhere(
  args: readonly string[],
  { prepare, check, now, programs = "none", first = 0 }: {
    prepare: () => TestEnv | Promise<TestEnv>;
    check: (env: TestEnv, where: string, finished: boolean) => Promise<void>;
    now: () => Date;
    programs?: Programs;
    /** The death to begin with, where another test has those before. */
    first?: number;
  },
): Promise<number> {
  for (let at = first;; at++) {
    using env = await prepare();
    const finished = await runDying(env, args, { at, now, programs });
    await check(env, finished ? "finished" : `died at write ${at}`, finished);
    if (finished) return at;
  }
}
