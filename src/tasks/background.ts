import { MpmError } from "../base/errors.ts";
import type { Context } from "../cli/mod.ts";
import type { RunKind } from "./run.ts";
import type { RunPaths } from "./store.ts";

/** The option for starting a run in the background. */
export const BACKGROUND = {
  type: "boolean",
  summary: "Run in the background and return immediately",
} as const;

/**
 * Milliseconds within which a background process must begin, and between two
 * checks.
 */
const WITHIN = 15_000;
const LOOK = 20;

/** Starts a program that outlives its parent and has no terminal. */
const DETACH = '"$@" </dev/null >/dev/null 2>&1 &';

/**
 * Starts another mpm process that continues a run without the terminal. Returns
 * once the run's log shows that it has begun. Throws CONFLICT if it does not
 * begin.
 */
export async function startInBackground(
  { system, folder }: Context,
  { kind, run: { id, log }, again }: {
    kind: RunKind;
    run: RunPaths;
    again: boolean;
  },
): Promise<void> {
  const { files } = system;
  const program = system.program();
  if (program === undefined) {
    throw new MpmError(
      "CONFLICT",
      `Only an installed mpm can run a ${kind} in the background`,
      {
        hint: `To run it in this terminal: mpm ${kind} resume ${id}`,
      },
    );
  }
  const sizeOf = () => files.lstat(log)?.size ?? 0;
  const before = sizeOf();
  const line = [program, kind, "resume", id, "--quiet"];
  const args = ["sh", "-c", DETACH, "sh", ...line, ...again ? ["--again"] : []];
  await system.runProgram(args, { cwd: folder, limit: 1024, timeout: WITHIN });
  for (let waited = 0; waited < WITHIN; waited += LOOK) {
    if (sizeOf() > before) return;
    await system.sleep(LOOK);
  }
  throw new MpmError("CONFLICT", `The run "${id}" did not start`, {
    hint: `To see why: mpm ${kind} resume ${id}`,
  });
}
