import type { System } from "../system/system.ts";
import { ensureHome } from "./home.ts";
import { withLock } from "./lock.ts";
import { finishPending } from "./recover.ts";

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
    await finishPending(system, root);
    return await write();
  });
}
