import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { pointerText } from "../pointer.ts";
import type { SaveEntry, SaveLocation } from "./save_entry.ts";
import type { System } from "../../system/system.ts";
import { removeIfThere, writeAtomic } from "../../ops/atomic.ts";
import { pointedTo } from "./derived.ts";
import { ensureHome } from "../../ops/home.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { loadSave } from "./load_save.ts";
import { withLock } from "../../ops/lock.ts";
import { newestSaves } from "./read_saves.ts";
import { finishPending } from "./recover.ts";
import { filesOfSaves, type SaveWithFiles } from "./save_files.ts";
import { moveToTrash, type TrashFile } from "../../ops/trash/trash.ts";

/** What was moved away. */
export interface Removed {
  /** The folder in the trash; null: there was nothing left to move. */
  readonly folder: string | null;
  readonly saves: readonly SaveWithFiles[];
}

/** Where the files of each folder go below the folder of a removal. */
const PLACES: Record<SaveLocation, string> = {
  "sessions": "sessions",
  "pause": "sessions/pause",
  "kept": "kept",
  "global": "global",
  "resume-logs": "resume-logs",
};

/** Moves the saves, with every copy of them, into the trash. */
export function removeSaves(
  system: System,
  root: string,
  { operation, entries, progress }: {
    operation: string;
    entries: readonly SaveEntry[];
    progress?: (what: string, done: number, of: number) => void;
  },
): Promise<Removed> {
  return withLock(system, root, async () => {
    ensureHome(system, root);
    await finishPending(system, root);
    const saves = filesOfSaves(system, root, entries)
      .filter(({ files }) => files.length > 0);
    if (saves.length === 0) return { folder: null, saves };
    const items = saves.map(({ entry, files }) => ({
      name: entry.id,
      files: files.map(({ path, location, name }): TrashFile => ({
        from: path,
        to: join(PLACES[location], name).replaceAll("\\", "/"),
      })),
    }));
    const folder = moveToTrash(
      system,
      root,
      { operation, items },
      progress,
    );
    await pointAgain(system, root);
    return { folder, saves };
  });
}

/**
 * Makes the pointer lead to a save that is there, or takes it away. Call under
 * the lock.
 */
export async function pointAgain(system: System, root: string): Promise<void> {
  const { sessions, pointer } = layout(root);
  const id = pointedTo(system, root);
  const there = id !== undefined &&
    system.files.lstat(saveFiles(sessions, id).json) !== undefined;
  if (there || system.files.lstat(pointer)?.kind === "folder") return;
  await pointToNewest(system, root);
}

/** Makes the pointer lead to the newest save. Call under the lock. */
export async function pointToNewest(
  system: System,
  root: string,
): Promise<void> {
  const { sessions, pointer } = layout(root);
  if (!system.files.lstat(sessions)) return;
  for await (const entry of newestSaves(system, root, { global: false })) {
    const { location, format, problem } = entry;
    if (location !== "sessions" || format !== "json" || problem) continue;
    try {
      if (entry.id === pointedTo(system, root)) return;
      const { save } = await loadSave(system, entry);
      const bytes = new TextEncoder().encode(pointerText(
        save,
        sessions,
        (ending) =>
          system.files.lstat(join(sessions, entry.id + ending)) !== undefined,
      ));
      const mtime = new Date(save.paused_at).getTime();
      return writeAtomic(system, pointer, { bytes, mtime });
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
    }
  }
  removeIfThere(system, pointer);
}
