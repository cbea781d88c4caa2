import { secondOf } from "../base/ids.ts";
import { dirname } from "@std/path";
import { join } from "../base/join.ts";
import { FileError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { ensureFolder } from "./folders.ts";
import { ensureHidden } from "./home.ts";
import { layout } from "./layout.ts";

/** A file to be moved to the trash. */
interface TrashFile {
  /** Its original absolute path. */
  readonly from: string;
  /** Its path in the folder of the removal, with `/` between folders. */
  readonly to: string;
}

/** Files that are removed together, so that they can be restored together. */
interface Removal {
  /** The command, e.g. `sessions rm`. */
  readonly operation: string;
  readonly items: readonly {
    /** The name of the item: the ID of a save, or a file name. */
    readonly name: string;
    readonly files: readonly TrashFile[];
  }[];
  /** Gets the folder before the first file is moved. */
  begun?(folder: string): void;
}

/** The file that describes the content of a trash folder. */
export const MANIFEST = "manifest.json";

/**
 * Moves files into a new folder in the trash and returns it. The paths are
 * recorded there before the files are moved, so an undo can restore every file
 * even after an interruption. Nothing is ever replaced. Call under the lock.
 * Throws FILE_FAILED, CONFLICT for links.
 */
export function moveToTrash(
  system: System,
  root: string,
  removal: Removal,
  progress: (what: string, done: number, of: number) => void = () => {},
): string {
  const { files } = system;
  const folder = newTrashFolder(system, root, removal.operation);
  files.create(join(folder, MANIFEST), manifestOf(system, root, removal));
  files.syncFolder(folder);
  removal.begun?.(folder);
  const touched = new Set<string>();
  const all = removal.items.flatMap((item) => item.files);
  for (const [done, { from, to }] of all.entries()) {
    progress("Moving files to the trash", done, all.length);
    const target = join(folder, to);
    ensureFolder(system, dirname(target), folder);
    moveFile(system, from, target);
    touched.add(dirname(from)).add(dirname(target));
  }
  for (const path of touched) files.syncFolder(path);
  return folder;
}

/**
 * Creates a trash folder such as `20261120-120000-rm`, with a number added if
 * the name exists.
 */
export function newTrashFolder(
  system: System,
  root: string,
  operation: string,
): string {
  const { trash } = layout(root);
  ensureHidden(system, root, trash);
  const verb = operation.split(" ").at(-1);
  const name = `${secondOf(system.now())}-${verb}`;
  for (let number = 1;; number++) {
    const folder = join(trash, number === 1 ? name : `${name}-${number}`);
    try {
      system.files.mkdir(folder);
      return folder;
    } catch (error) {
      const taken = error instanceof FileError && error.problem === "exists";
      if (!taken || number >= 1000) throw error;
    }
  }
}

/** Returns the content of a removal's manifest. */
export function manifestOf(
  system: System,
  root: string,
  { operation, items }: Removal,
): Uint8Array {
  const value = {
    "version": 1,
    operation,
    "at": system.now().toISOString(),
    "root": root,
    items,
  };
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Moves a file. A rename keeps times and mode, but the home folder may be on
 * another disk.
 */
export function moveFile(system: System, from: string, to: string): void {
  const { files } = system;
  try {
    files.rename(from, to);
  } catch (error) {
    const other = error instanceof FileError && error.problem === "other" &&
      files.lstat(from)?.kind === "file" && !files.lstat(to);
    if (!other) throw error;
    copyFile(system, from, to, { limit: Infinity });
    files.remove(from);
  }
}

/** The largest file to copy, compare and restore, in bytes. */
export const LARGEST = 64 * 1024 * 1024;

/** Copies a file with its time and mode; returns its content. */
export function copyFile(
  { files }: System,
  from: string,
  to: string,
  { synced = true, limit = LARGEST } = {},
): Uint8Array {
  const { bytes, info: { mode, mtime } } = files.readWithInfo(from, limit);
  files.create(to, bytes, { synced });
  if (mode !== undefined) files.chmod(to, mode & 0o777);
  files.setMtime(to, mtime);
  return bytes;
}

/**
 * A trash folder that is filled step by step, and created with its first file.
 * The manifest names each file before it is moved. Call under the lock.
 */
export class TrashFolder {
  readonly #system: System;
  readonly #root: string;
  readonly #operation: string;
  readonly #base: string;
  readonly #paths = new Set<string>();
  #folder: string | undefined;

  /** `base`: the folder to which the paths are relative. */
  constructor(
    system: System,
    root: string,
    { operation, base }: { operation: string; base: string },
  ) {
    this.#system = system;
    this.#root = root;
    this.#operation = operation;
    this.#base = base;
  }

  /** Returns the path of the folder. `undefined`: nothing was moved. */
  get folder(): string | undefined {
    return this.#folder;
  }

  /** Records all paths that will be moved. */
  expect(paths: readonly string[]): void {
    if (paths.length === 0) return;
    this.#folder ??= newTrashFolder(this.#system, this.#root, this.#operation);
    for (const path of paths) this.#paths.add(path);
    const items = [...this.#paths].map((path) => ({
      name: path,
      files: [{ from: join(this.#base, path), to: placeOf(path) }],
    }));
    writeAtomic(this.#system, join(this.#folder, MANIFEST), {
      bytes: manifestOf(this.#system, this.#root, {
        operation: this.#operation,
        items,
      }),
    });
  }

  /** Moves a file, link or folder into this folder. */
  take(path: string): void {
    if (!this.#paths.has(path)) this.expect([path]);
    const target = join(this.#folder!, placeOf(path));
    ensureFolder(this.#system, dirname(target), this.#folder!);
    moveFile(this.#system, join(this.#base, path), target);
  }
}

function placeOf(path: string): string {
  return `files/${path}`;
}
