import { FileError, MpmError } from "../errors.ts";
import { SESSION_ID } from "../session/ids.ts";
import type { Save } from "../session/save.ts";
import type { System } from "../system/system.ts";
import { removeIfThere } from "./atomic.ts";
import { writeDerived } from "./derived.ts";
import { layout, saveFiles } from "./layout.ts";

/** The largest save that is read, in bytes. */
export const LARGEST_SAVE = 64 * 1024 * 1024;

/**
 * Finishes what a save that died left behind: past its commit point the derived
 * files are written, before it the traces are removed. Call under the lock.
 */
export function finishPending(system: System, root: string): void {
  const { files } = system;
  const { sessions, pending } = layout(root);
  if (!files.lstat(pending)) return;
  const save = readPending(system, pending);
  if (save) {
    const { json, checksum } = saveFiles(sessions, save.session_id);
    if (files.lstat(json)?.kind === "file") {
      writeDerived(system, root, save);
    } else {
      removeIfThere(system, checksum);
    }
  }
  removeIfThere(system, pending);
}

/** The save on its way, if its bytes are all there. */
function readPending(system: System, path: string): Save | undefined {
  try {
    const text = new TextDecoder().decode(
      system.files.readOwn(path, LARGEST_SAVE),
    );
    const save = JSON.parse(text) as Save;
    return SESSION_ID.test(save.session_id) ? save : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof FileError) {
      return undefined;
    }
    throw error;
  }
}

/**
 * The same for a command that only reads: done if nobody is writing, left for
 * the next one where the store cannot be written.
 */
export async function repair(system: System, root: string): Promise<void> {
  const { lock, pending } = layout(root);
  if (!system.files.lstat(pending)) return;
  try {
    using held = await system.files.lock(lock, 0);
    if (held) finishPending(system, root);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
  }
}
