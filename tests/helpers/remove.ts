import { lstatSync } from "node:fs";

/** Milliseconds that something which still writes below a folder may take. */
const PATIENCE = 20_000;

/** Milliseconds before it is tried again. */
const PAUSE = 10;

/** Returns whether anything is there, a dangling link too. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Removes a path with all below it. A program that was started by one that was
 * killed may continue for a moment, and put a file where all was gone.
 */
export function removeTree(path: string): void {
  const end = performance.now() + PATIENCE;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      return Deno.removeSync(path, { recursive: true });
    } catch (error) {
      const { code = "" } = error as { code?: string };
      const isRace = ["ENOTEMPTY", "ENOENT"].includes(code) && exists(path);
      if (!isRace || performance.now() > end) throw error;
    }
    Atomics.wait(sleeper, 0, 0, PAUSE);
  }
}
