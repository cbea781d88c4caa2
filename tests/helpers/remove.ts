import { lstatSync } from "node:fs";

/** Milliseconds for a program that still writes below a folder to end. */
const PATIENCE = 20_000;

/** Milliseconds before it is tried again. */
const PAUSE = 10;

/** Returns whether anything exists there, even a dangling link. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Removes a path with everything below it. A child of a killed program may
 * continue for a moment, and create a file in a removed folder.
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
