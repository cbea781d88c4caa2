import { basename } from "@std/path";
import { join } from "../../../base/join.ts";
import { FileError, MpmError } from "../../../base/errors.ts";
import type { Place, Ref, Step } from "./change_set.ts";
import { field, jsonIn } from "../../../base/parsed_values.ts";
import { idOf, oldName, POINTER } from "../old_names.ts";
import type { Inventory, StoredFile } from "./old_store.ts";
import { relocate } from "./relocate.ts";
import { sha256 } from "../../../base/digest.ts";
import { parseTime } from "../../../base/times.ts";
import type { FileInfo, System } from "../../../system/system.ts";
import { findSaves } from "../../store/find_saves.ts";
import { entryReader } from "../../store/read_entry.ts";
import { LARGEST_SAVE, loadYaml } from "../../store/load_save.ts";

/** Reports the progress of long work. */
export type Progress = (what: string, done: number, of: number) => void;

/** The folders of a project; `global` only on request. */
export type Folders = Partial<Record<Place, string>>;

/**
 * Reads everything that a migration depends on. An unreadable file stays, and
 * so does everything with the same ID. Throws if a folder is a link.
 */
export async function readInventory(
  system: System,
  root: string,
  { folders, progress }: { folders: Folders; progress: Progress },
): Promise<Inventory> {
  const { sessions, pause, global } = folders;
  const below = ".claude-mpm/sessions/";
  const paths: Inventory["paths"] = {
    pause: [[`${below}pause/`, below]],
    global: global === undefined ? [] : [[`${global}/`, `${sessions}/`]],
  };
  const left: Step[] = [];
  const leave = (from: Step["from"], note: string) =>
    void left.push({ action: "leave", from, to: null, note });
  const refs: Ref[] = [];
  for (const { name, kind } of listFolder(system, pause)) {
    const at = { place: "pause" as const, name };
    if (kind !== "file") leave(at, nameOf(kind));
    else if (oldName(name) === undefined) leave(at, "not part of a save");
    else refs.push(at);
  }
  for (const name of await strayNames(system, root, folders)) {
    refs.push({ place: "global", name });
  }
  const read = reader(system, folders, paths);
  const old = readOld(refs, { read, leave, progress });
  const known = new Set(old.map(keyOf));
  const taken = new Set<string>();
  const there: StoredFile[] = [];
  const blocked = new Map<string, string>();
  for (const place of ["sessions", "kept", "pause", "global"] as const) {
    for (const { name } of listFolder(system, folders[place])) {
      const at = { place, name };
      const id = idOf(name);
      if (id !== undefined) taken.add(id);
      if (place === "pause" || place === "global") continue;
      if (!known.has(keyOf({ at }))) continue;
      const file = read(at);
      if (typeof file === "string") blocked.set(keyOf({ at }), file);
      else there.push(file);
    }
  }
  const movable = old.filter((file) => {
    // An unreadable file in the new folder stops those with its ID.
    const reason = blocked.get(keyOf(file));
    if (reason !== undefined) leave(file.at, reason);
    return reason === undefined;
  });
  return { old: movable, left, there, taken, paths };
}

/** Returns what files of one save have in common. */
function keyOf({ at: { name } }: Pick<StoredFile, "at">): string {
  return idOf(name) ?? name;
}

/** Reads the files to move. One that cannot be read keeps its save in place. */
function readOld(
  refs: readonly Ref[],
  { read, leave, progress }: {
    read: ReturnType<typeof reader>;
    leave: (from: Ref, note: string) => void;
    progress: Progress;
  },
): StoredFile[] {
  const files: StoredFile[] = [];
  const unreadable = new Map<string, string>();
  for (const [done, at] of refs.entries()) {
    progress("Reading", done, refs.length);
    const file = read(at);
    if (typeof file === "string") {
      leave(at, file);
      unreadable.set(`${at.place}/${keyOf({ at })}`, at.name);
    } else files.push(file);
  }
  return files.filter(({ at }) => {
    const part = unreadable.get(`${at.place}/${keyOf({ at })}`);
    if (part) leave(at, `${part} of the same save cannot be read`);
    return !part;
  });
}

/** Lists a folder; empty if the folder is missing. */
export function listFolder(system: System, folder: string | undefined) {
  if (folder === undefined || !system.files.lstat(folder)) return [];
  return system.files.list(folder)
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Returns the names of this project's saves in the home folder. */
async function strayNames(
  system: System,
  root: string,
  { global }: Folders,
): Promise<string[]> {
  if (global === undefined) return [];
  await loadYaml();
  const read = entryReader(system, root, { folders: { global } });
  const ours = new Set<string>();
  for (const found of findSaves(system, { global }).values()) {
    if (read(found)) ours.add(found.id);
  }
  return listFolder(system, global).map(({ name }) => name)
    .filter((name) => ours.has(idOf(name) ?? ""));
}

/** Reads one file, or returns why it cannot be read. */
function reader(
  { files }: System,
  folders: Folders,
  paths: Inventory["paths"],
): (at: Ref) => StoredFile | string {
  return (at) => {
    const { place, name } = at;
    const path = join(folders[place]!, name);
    try {
      const { bytes, info: { mode = null, mtime } } = files
        .readWithInfo(path, LARGEST_SAVE);
      const digest = sha256(bytes);
      const moved = place === "pause" || place === "global"
        ? relocate(name, bytes, { paths: paths[place] })
        : bytes;
      return {
        at,
        state: { sha256: digest, size: bytes.length, mode, mtime },
        moved: moved === bytes ? digest : sha256(moved),
        ...textOf(name, bytes),
        ...pausedAt(name, bytes),
      };
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return error.message;
    }
  };
}

/** Checksum files contain 64 digits, or the output of `sha256sum`. */
function textOf(name: string, bytes: Uint8Array): { text?: string } {
  if (bytes.length > 8192) return {};
  const text = new TextDecoder().decode(bytes);
  if (name === POINTER) return { text };
  return name.endsWith(".sha256")
    ? { text: text.trim().split(/\s/, 1)[0]!.toLowerCase() }
    : {};
}

function pausedAt(name: string, bytes: Uint8Array): { pausedAt?: number } {
  if (!name.endsWith(".json")) return {};
  const value = jsonIn(new TextDecoder().decode(bytes));
  const recorded = field(value, "paused_at");
  const time = typeof recorded === "string" ? parseTime(recorded) : undefined;
  return time === undefined ? {} : { pausedAt: time };
}

/** Describes, for people, a kind of file that cannot be a session file. */
function nameOf(kind: FileInfo["kind"]): string {
  return kind === "other" ? "not a regular file" : `a ${kind}`;
}

/** Throws CONFLICT unless each of the folders is a real folder or missing. */
export function refuseLinks(system: System, paths: readonly string[]): void {
  for (const path of paths) {
    const kind = system.files.lstat(path)?.kind;
    if (kind === undefined || kind === "folder") continue;
    throw new MpmError(
      "CONFLICT",
      `"${path}" is not a folder: ${kind}`,
      {
        hint: "Move it elsewhere: mpm migrates only real folders " +
          `(${basename(path)})`,
      },
    );
  }
}
