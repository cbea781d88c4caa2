import { say } from "./say.ts";

/**
 * A test of features that Windows lacks: a shell, links without a privilege,
 * FIFOs, modes, signals.
 */
export function posixTest(
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  Deno.test({ name, ignore: Deno.build.os === "windows", fn });
}

/** True if this is `deno task soak`. */
export const SOAKS = Deno.env.get("MPM_SOAK") === "1";

/** The number of cases for a property: a fifth of those of a soak. */
export function runs(all: number): { numRuns: number } {
  return { numRuns: SOAKS ? all : all / 5 };
}

/**
 * As {@link posixTest} for one that takes minutes: `deno task soak` runs it,
 * and `test` reports that it does not.
 */
export function soakTest(
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  if (!SOAKS) say(`Left to deno task soak: "${name}"`);
  Deno.test({ name, ignore: !SOAKS || Deno.build.os === "windows", fn });
}

/** Root may write anywhere, so there the binary runs as no one. */
export function unprivileged(command: string[]): string[] {
  return Deno.uid() === 0
    ? [
      "setpriv",
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      ...command,
    ]
    : command;
}
