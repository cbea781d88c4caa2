import { basename, join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { importedFrom } from "../share/imported.ts";
import type { SaveEntry } from "./save_entry.ts";
import { sha256 } from "../../base/digest.ts";
import type { System } from "../../system/system.ts";
import { writeAtomic } from "../../ops/atomic.ts";
import { derivedFaults, readPlain, writeDerived } from "./derived.ts";
import { keepSave } from "./keep.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { type LoadedSave, loadSave } from "./load_save.ts";
import { LARGEST_SAVE } from "./save_content.ts";
import { moveToTrash } from "../../ops/trash/trash.ts";

/** Whether mpm wrote the files beside the save, and so may write them again. */
export function isMaintained(entry: SaveEntry): boolean {
  const { own, imported, location, format } = entry;
  return (own || imported) && location === "sessions" && format === "json";
}

/** What is wrong beside the save itself, which is whole; one line each. */
export function faultsBeside(
  system: System,
  root: string,
  { entry, loaded }: { entry: SaveEntry; loaded: LoadedSave },
): string[] {
  return [
    ...derivedFaults(system, entry.path, loaded),
    ...keptFaults(system, root, { id: entry.id, bytes: loaded.bytes }),
  ];
}

function keptFaults(
  system: System,
  root: string,
  { id, bytes }: { id: string; bytes: Uint8Array },
): string[] {
  const kept = readPlain(system, saveFiles(layout(root).kept, id).json);
  // A clone or a pull brings the saves that were committed, and no copies.
  if (kept === "missing") return [];
  return kept !== "unreadable" && sha256(kept) === sha256(bytes)
    ? []
    : [`kept/${id}.json is not the same`];
}

/**
 * Makes what is beside a verified save whole again: derived files are written
 * from it (of another program's save, only those that are missing), and the copy in `kept/` is taken from it; one that differs goes to
 * the trash. Call under the lock.
 */
export function repairBeside(
  system: System,
  root: string,
  { entry, loaded }: { entry: SaveEntry; loaded: LoadedSave },
): void {
  const kept = saveFiles(layout(root).kept, entry.id);
  const bytes = system.files.readOwn(entry.path, LARGEST_SAVE);
  const faults = keptFaults(system, root, { id: entry.id, bytes });
  if (faults.length > 0 || !system.files.lstat(kept.json)) {
    discard(system, root, { id: entry.id, paths: [kept.json, kept.checksum] });
    keepSave(system, root, entry.id);
  }
  const { save, value } = loaded;
  const missing = save.mpm === undefined && importedFrom(save) === undefined;
  writeDerived(system, root, { save, value, missing });
}

/**
 * Puts the copy of a damaged save in `kept/` in its place, if that one is whole
 * by its own checksum; the damaged file goes to the trash. Call under the lock.
 * Returns the save; `undefined`: there is no whole copy.
 */
export async function restoreKept(
  system: System,
  root: string,
  entry: SaveEntry,
): Promise<LoadedSave | undefined> {
  const from = saveFiles(layout(root).kept, entry.id);
  const to = saveFiles(layout(root).sessions, entry.id);
  const loaded = await loadWhole(system, { ...entry, path: from.json });
  if (!loaded) return undefined;
  discard(system, root, { id: entry.id, paths: [to.json, to.checksum] });
  // The checksum first: the JSON is what makes it a save again.
  copyOver(system, from.checksum, to.checksum);
  copyOver(system, from.json, to.json);
  return loaded;
}

function copyOver(system: System, from: string, to: string): void {
  const bytes = system.files.readOwn(from, LARGEST_SAVE);
  writeAtomic(system, to, { bytes, mtime: system.files.lstat(from)!.mtime });
}

/**
 * Puts a lost checksum file back from `kept/`, if it fits. Call under the lock.
 * Returns whether it did.
 */
export function restoreChecksum(
  system: System,
  root: string,
  { id, path }: SaveEntry,
): boolean {
  const from = saveFiles(layout(root).kept, id).checksum;
  const to = saveFiles(layout(root).sessions, id).checksum;
  if (!system.files.lstat(from) || system.files.lstat(to)) return false;
  const digest = new TextDecoder()
    .decode(system.files.readOwn(from, LARGEST_SAVE)).trim();
  if (digest !== sha256(system.files.readOwn(path, LARGEST_SAVE))) return false;
  copyOver(system, from, to);
  return true;
}

async function loadWhole(
  system: System,
  entry: SaveEntry,
): Promise<LoadedSave | undefined> {
  try {
    const loaded = await loadSave(system, entry);
    return loaded.checksum === "verified" ? loaded : undefined;
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

/** Nothing that a person may have changed is thrown away. */
function discard(
  system: System,
  root: string,
  { id, paths }: { id: string; paths: readonly string[] },
): void {
  const { home } = layout(root);
  const there = paths.filter((path) => system.files.lstat(path));
  if (there.length === 0) return;
  moveToTrash(system, root, {
    operation: "sessions verify",
    items: [{
      name: id,
      files: there.map((from) => ({ from, to: placeOf(home, from) })),
    }],
  });
}

/** `kept/NAME` or `sessions/NAME`. */
function placeOf(home: string, path: string): string {
  const folder = path.startsWith(join(home, "kept")) ? "kept" : "sessions";
  return `${folder}/${basename(path)}`;
}
