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
  { prepare, check, now, programs = "none", shared = false, isTold }: {
    prepare: () => TestEnv | Promise<TestEnv>;
    check: (env: TestEnv, where: string, finished: boolean) => Promise<void>;
    now: () => Date;
    programs?: Programs;
    /** Whether one world is prepared, and brought back for each death. */
    shared?: boolean;
    /** Deaths that another test has: they are left out. */
    isTold?: (at: number) => boolean;
  },
): Promise<number> {
  const one = shared ? await prepare() : undefined;
  using _held = one;
  const bring = one?.keep();
  for (let at = 0;; at++) {
    if (isTold?.(at)) continue;
    bring?.();
    using made = one ? undefined : await prepare();
    const env = (one ?? made)!;
    const finished = await runDying(env, args, { at, now, programs });
    await check(env, finished ? "finished" : `died at write ${at}`, finished);
    if (finished) return at;
  }
}
