import { join } from "../../base/join.ts";
import { SESSION_ID } from "../../base/ids.ts";
import { ensureFolder, layout, removeIfThere } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { namesIn } from "./find_saves.ts";

/*
 * A name in `state/uncopied/` says that a save's second copy must still be
 * updated, or that its contents must still be kept. The next command completes
 * the work if a process died or git failed.
 */

/**
 * Notes saves that are about to be written or removed. Call under the lock.
 * Throws CONFLICT if something else is in the way, FILE_FAILED.
 */
export function noteUncopied(
  system: System,
  root: string,
  ids: readonly string[],
): void {
  if (ids.length === 0) return;
  const { uncopied } = layout(root);
  ensureFolder(system, uncopied, root);
  for (const id of ids) {
    const path = join(uncopied, id);
    if (system.files.lstat(path)) continue;
    system.files.create(path, new Uint8Array(), { synced: false });
  }
}

/** The ending of a name there if the save's contents are not kept yet. */
const DUE = ".contents";

/** Returns the name to note if the contents of a save must be kept. */
export function dueContents(id: string): string {
  return `${id}${DUE}`;
}

/**
 * Returns the IDs of saves whose contents are still to be kept, oldest first.
 * Throws FILE_FAILED.
 */
export function dueContentsIds(system: System, root: string): string[] {
  return namesIn(system, layout(root).uncopied)
    .filter(({ name }) => name.endsWith(DUE))
    .map(({ name }) => name.slice(0, -DUE.length))
    .filter((id) => SESSION_ID.test(id)).sort();
}

/** Returns whether the contents of a save are still to be kept. */
export function areContentsDue(
  { files }: System,
  root: string,
  id: string,
): boolean {
  const { uncopied } = layout(root);
  return files.lstat(join(uncopied, dueContents(id))) !== undefined;
}

/** Notes that the contents of a save are kept, or that they cannot be kept. */
export function settleContents(system: System, root: string, id: string): void {
  settle(system, root, [dueContents(id)]);
}

/**
 * Returns the IDs of saves whose second copy is due, oldest first. Throws
 * FILE_FAILED.
 */
export function uncopiedIds(system: System, root: string): string[] {
  return namesIn(system, layout(root).uncopied)
    .map(({ name }) => name).filter((name) => SESSION_ID.test(name)).sort();
}

/** Notes that the second copies of these saves are up to date. */
export function settle(
  system: System,
  root: string,
  names: readonly string[],
): void {
  for (const name of names) {
    removeIfThere(system, join(layout(root).uncopied, name));
  }
}
