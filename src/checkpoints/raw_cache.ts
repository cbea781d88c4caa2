import { createHash } from "node:crypto";
import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import { jsonIn } from "../base/parsed_values.ts";
import type { System } from "../system/system.ts";
import {
  ensureFolder,
  layout,
  removeIfThere,
  removeTree,
  writeAtomic,
} from "../ops/mod.ts";

/** Returns a short name for a worktree in file names. */
export function worktreeKey(worktree: string): string {
  return createHash("sha256").update(worktree).digest("hex").slice(0, 16);
}

/** The maximum size of a cache to read, in bytes. */
const LIMIT = 64 * 1024 * 1024;

function cacheFile(root: string, worktree: string): string {
  return join(layout(root).state, `raw-${worktreeKey(worktree)}.json`);
}

/** Returns the results of earlier captures of a worktree; may be empty. */
export function readRawCache<T>(
  system: System,
  root: string,
  worktree: string,
): Map<string, T> {
  const bytes = attempt(() =>
    system.files.readOwn(cacheFile(root, worktree), LIMIT)
  );
  const value = bytes && jsonIn(new TextDecoder().decode(bytes));
  const rows: unknown[] = Array.isArray(value) ? value : [];
  return new Map(rows.filter((row) => Array.isArray(row)) as [string, T][]);
}

/** Stores the results of a capture for the next one. Call under the lock. */
export function writeRawCache(
  system: System,
  root: string,
  { worktree, cache }: {
    worktree: string;
    cache: ReadonlyMap<string, unknown>;
  },
): void {
  ensureFolder(system, layout(root).state, root);
  writeAtomic(system, cacheFile(root, worktree), {
    text: JSON.stringify([...cache]),
  });
}

/** Prefix of the git folders for raw bytes in `state/`. */
export const RAW_FOLDER = "raw.git";

/** The age at which such a folder is considered abandoned, in milliseconds. */
const STALE = 3_600_000;

/** Removes files that killed commands left in `state/`. Call under the lock. */
export function sweepState(system: System, root: string): void {
  const { state } = layout(root);
  const before = system.now().getTime() - STALE;
  for (const { name, kind } of system.files.list(state)) {
    const path = join(state, name);
    const ours = /^(raw\.git|objects|restore)-[a-z0-9]+$/.test(name);
    if (!ours || kind !== "folder") continue;
    if ((system.files.lstat(path)?.mtime ?? before) < before) {
      removeTree(system, path);
    }
  }
}

/** Forgets it. */
export function dropRawCache(
  system: System,
  root: string,
  worktree: string,
): void {
  removeIfThere(system, cacheFile(root, worktree));
}
