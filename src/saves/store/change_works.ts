import type { System } from "../../system/system.ts";
import { checkFolder } from "../../ops/folders.ts";
import { ensureHome } from "../../ops/home.ts";
import { layout, undoMarker } from "../../ops/layout.ts";
import { withLock } from "../../ops/lock.ts";

/**
 * Runs `write` where it may change work sessions: under the store's lock, with
 * the store there and nothing pending of a pause that died. Throws LOCKED.
 */
export function changeWorks<T>(
  system: System,
  root: string,
  write: () => T | Promise<T>,
): Promise<T> {
  return withLock(system, root, async () => {
    ensureHome(system, root);
    if (isPending(system, root)) {
      const { finishPending } = await import("./recover.ts");
      await finishPending(system, root);
    }
    return await write();
  });
}

/**
 * What a command that only reads work sessions does first, see `openStore`,
 * without loading the reader of saves where nothing is pending. Throws CONFLICT
 * for a link in place of a folder.
 */
export async function openWorks(system: System, root: string): Promise<void> {
  const { home, sessions } = layout(root);
  checkFolder(system, home);
  checkFolder(system, sessions);
  if (!isPending(system, root)) return;
  const { openStore } = await import("./recover.ts");
  await openStore(system, root);
}

function isPending(system: System, root: string): boolean {
  const { files } = system;
  return files.lstat(layout(root).pending) !== undefined ||
    files.lstat(undoMarker(root)) !== undefined;
}
