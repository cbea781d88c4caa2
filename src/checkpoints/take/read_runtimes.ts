import { dirname, join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { addRuntimes, type Runtime, RUNTIME_FILES } from "./runtimes.ts";
import type { System } from "../../system/system.ts";

/** Bytes of the largest file that is read. */
const LIMIT = 1024 * 1024;

/**
 * Returns the versions of runtimes that the files of a project ask for, those
 * in `cwd` before those in the folders above it, up to `worktree`. Runs
 * nothing.
 */
export function readRuntimes(
  system: System,
  { cwd, worktree }: { cwd: string; worktree: string },
): Runtime[] {
  const found = new Map<string, Runtime>();
  for (let folder = cwd;; folder = dirname(folder)) {
    for (const from of RUNTIME_FILES.keys()) {
      const text = readText(system, join(folder, from));
      if (text !== undefined) addRuntimes(found, { from, text });
    }
    if (folder === worktree || folder === dirname(folder)) break;
  }
  return [...found.values()];
}

function readText(system: System, path: string): string | undefined {
  try {
    if (!system.files.lstat(path)) return undefined;
    return new TextDecoder().decode(system.files.readOwn(path, LIMIT));
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}
