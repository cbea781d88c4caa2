import { FileError } from "../base/errors.ts";
import type { RunOptions, RunResult } from "./system.ts";

/** Windows behaviour that can be tested on any machine. */

/** Waits between attempts in milliseconds, about two seconds in all. */
const PAUSES = [5, 10, 20, 40, 80, 160, 320, 640, 640];

/**
 * Retries an operation that failed because another program has the file open.
 * Virus scanners and indexers open each new file for a moment, and Windows
 * cannot rename or remove an open file. @param isHeld Whether an open file may
 * have caused the error.
 */
export function patiently<T>(
  operation: () => T,
  { isHeld, wait }: {
    isHeld: (error: unknown) => boolean;
    wait: (milliseconds: number) => void;
  },
): T {
  for (const pause of PAUSES) {
    try {
      return operation();
    } catch (error) {
      if (!isHeld(error)) throw error;
      wait(pause);
    }
  }
  return operation();
}

/** Waits, on Windows, for programs that have the file open. */
export function unheld<T>(operation: () => T): T {
  if (Deno.build.os !== "windows") return operation();
  return patiently(operation, {
    isHeld: (error) =>
      error instanceof FileError &&
      (error.problem === "denied" || error.problem === "busy"),
    wait: waitHere,
  });
}

/** Stops this thread for some milliseconds. */
export function waitHere(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Makes a file writable, so that Windows replaces or removes it. */
export function makeWritable(path: string): void {
  if (Deno.build.os !== "windows") return;
  try {
    const { isFile, mode } = Deno.lstatSync(path);
    if (isFile && mode !== null && (mode & 0o200) === 0) {
      Deno.chmodSync(path, 0o666);
    }
  } catch {
    // The file is missing, or the change itself will report the problem.
  }
}

type Run<O extends RunOptions> = (
  program: string,
  options: O,
) => Promise<RunResult>;

/** Runs `sh` from Git for Windows if PATH has no shell. */
export function withGitsShell<O extends RunOptions>(run: Run<O>): Run<O> {
  return async (program, options) => {
    const result = await run(program, options);
    const lacking = program === "sh" &&
      (result.outcome === "missing" || result.outcome === "denied");
    return lacking ? await run("git", throughGit(options)) : result;
  };
}

/** Returns to the original folder, which git leaves for the top. */
const BACK = 'unset GIT_PREFIX GIT_DIR; cd -- "$1" && shift && exec sh "$@"';

/** Runs `sh ARGS` as a shell alias of git, in the same folder. */
export function throughGit<O extends RunOptions>(options: O): O {
  const { args, cwd } = options;
  return {
    ...options,
    args: ["-c", "alias.mpm-sh=!sh", "mpm-sh", "-c", BACK, "sh", cwd, ...args],
  };
}

/**
 * Returns the environment after `changes`; null removes a variable. Windows
 * ignores the case of names: a child must not get both spellings.
 */
export function changedEnv(
  env: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const changed = new Set(Object.keys(changes).map((key) => key.toUpperCase()));
  const kept = Object.entries(env)
    .filter(([name]) => !changed.has(name.toUpperCase()));
  const set = Object.entries(changes)
    .filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries([...kept, ...set]);
}
