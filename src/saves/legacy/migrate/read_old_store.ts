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
import { findSaves, saveFolders } from "../../store/find_saves.ts";
import { layout } from "../../../ops/mod.ts";
import { entryReader } from "../../store/read_entry.ts";
import { LARGEST_SAVE, loadYaml } from "../../store/load_save.ts";

/** Reports the progress of long work. */
export type Progress = (what: string, done: number, of: number) => void;

/** The folders of a project; `global` only on request. */
export type Folders = Partial<Record<Place, string>>;

/** The folders involved in a migration. */
export function migrationFolders(
  system: System,
  root: string,
  global: boolean,
): Folders {
  const { sessions, legacy, kept } = layout(root);
  const stray = saveFolders(system, root, { global }).global;
  return { sessions, pause: legacy, kept, ...stray ? { global: stray } : {} };
}

/**
 * Reads everything that a migration depends on. An unreadable file stays, and
 * so does everything with the same ID. Throws if a folder is a link.
 */
export async function readInventory(
  system: System,
  root: string,
  { folders, progress }: { folders: Folders; progress: Progress },
): Promise<Inventory> {
  const reader = new Reader(system, folders);
  const names = reader.oldNames();
  const strays = await strayNames(system, root, folders);
  const old = reader.readAll([
    ...names.map((name) => ({ place: "pause" as const, name })),
    ...strays.map((name) => ({ place: "global" as const, name })),
  ], progress);
  const ids = new Set(old.map(({ at }) => idOf(at.name)));
  const others = new Set(
    old.map(({ at }) => at.name).filter((name) => idOf(name) === undefined),
  );
  const taken = new Set<string>();
  const wanted: Ref[] = [];
  for (const place of ["sessions", "kept", "pause", "global"] as const) {
    for (const { name } of listFolder(system, folders[place])) {
      const id = idOf(name);
      if (id !== undefined) taken.add(id);
      if (place !== "sessions" && place !== "kept") continue;
      const related = id === undefined ? others.has(name) : ids.has(id);
      if (related) wanted.push({ place, name });
    }
  }
  const { there, blocked } = reader.readThere(wanted);
  return {
    old: old.filter((file) => !reader.isBlocked(file, blocked)),
    left: reader.left,
    there,
    taken,
    paths: reader.paths,
  };
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

class Reader {
  readonly left: Step[] = [];
  readonly paths: Inventory["paths"];
  readonly #system: System;
  readonly #folders: Folders;

  constructor(system: System, folders: Folders) {
    this.#system = system;
    this.#folders = folders;
    const { sessions, global } = folders;
    const old = ".claude-mpm/sessions/";
    this.paths = {
      pause: [[`${old}pause/`, old]],
      global: global === undefined ? [] : [[`${global}/`, `${sessions}/`]],
    };
  }

  /**
   * Returns the names of files that may move out of the old folder. Other files
   * belong to someone else.
   */
  oldNames(): string[] {
    const names = [];
    for (
      const { name, kind } of listFolder(this.#system, this.#folders.pause)
    ) {
      const known = oldName(name) !== undefined;
      if (known && kind === "file") names.push(name);
      else {
        const note = kind === "file" ? "not part of a save" : nameOf(kind);
        this.#leave({ place: "pause", name }, note);
      }
    }
    return names;
  }

  #leave(from: Step["from"], note: string): void {
    this.left.push({ action: "leave", from, to: null, note });
  }

  readAll(
    all: readonly Ref[],
    progress: Progress,
  ): StoredFile[] {
    const files: StoredFile[] = [];
    const unreadable = new Map<string, string>();
    all.forEach((at, done) => {
      progress("Reading", done, all.length);
      try {
        files.push(this.read(at));
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        this.#leave(at, error.message);
        unreadable.set(`${at.place}/${idOf(at.name)}`, at.name);
      }
    });
    return files.filter(({ at }) => {
      const id = idOf(at.name);
      const part = id && unreadable.get(`${at.place}/${id}`);
      if (part) this.#leave(at, `${part} of the same save cannot be read`);
      return !part;
    });
  }

  /**
   * An unreadable file in the new folder prevents files with its ID from moving
   * there.
   */
  readThere(wanted: readonly Ref[]) {
    const there: StoredFile[] = [];
    const blocked = new Map<string, string>();
    for (const at of wanted) {
      try {
        there.push(this.read(at));
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        blocked.set(idOf(at.name) ?? at.name, error.message);
      }
    }
    return { there, blocked };
  }

  isBlocked({ at }: StoredFile, blocked: ReadonlyMap<string, string>): boolean {
    const reason = blocked.get(idOf(at.name) ?? at.name);
    if (reason !== undefined) this.#leave(at, reason);
    return reason !== undefined;
  }

  read(at: Ref): StoredFile {
    const { place, name } = at;
    const { files } = this.#system;
    const path = join(this.#folders[place]!, name);
    const { bytes, info } = files.readWithInfo(path, LARGEST_SAVE);
    const digest = sha256(bytes);
    const paths = place === "pause" || place === "global"
      ? this.paths[place]
      : [];
    const moved = relocate(name, bytes, { paths });
    return {
      at,
      state: {
        sha256: digest,
        size: bytes.length,
        mode: info.mode ?? null,
        mtime: info.mtime,
      },
      moved: moved === bytes ? digest : sha256(moved),
      ...textOf(name, bytes),
      ...pausedAt(name, bytes),
    };
  }
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
