import { isAbsolute, relative, SEPARATOR } from "@std/path";
import { join } from "../base/join.ts";
import { sha256 } from "../base/digest.ts";
import { setOwn } from "../base/own.ts";
import type { Files, System } from "../system/system.ts";
import { removeQuietly } from "./atomic.ts";
import type { FileVersion, FileVersions } from "./entry.ts";
import { layout } from "./layout.ts";
import {
  copyFile,
  LARGEST,
  MANIFEST,
  manifestOf,
  newTrashFolder,
} from "./trash.ts";

/** The scope of an operation to record. */
interface RecorderScope {
  /** Returns the place of the log and the trash. Called only once. */
  root(): string;
  /** The command, which is part of the trash folder's name. */
  readonly operation: string;
  /** Returns whether an undo restores this file. */
  covers(path: string): boolean;
}

/** The content of a file: written bytes, or a file that contains them now. */
type Content = Uint8Array | { readonly path: string } | null;

/**
 * The earlier state of a file: missing, copied to the trash, or moved there.
 */
type Before = null | { readonly kept: string; readonly sha256?: string };

/** Returns `path` in the form used in the journal. */
export function pathBelow(root: string, path: string): string {
  const below = relative(root, path);
  const outside = below.startsWith("..") || isAbsolute(below);
  return outside ? path : below.replaceAll(SEPARATOR, "/");
}

const REAL = new WeakMap<System, System>();

/**
 * Returns the machine that a {@link Recorder} is based on, which records
 * nothing.
 */
export function unrecorded(system: System): System {
  return REAL.get(system) ?? system;
}

/**
 * Provides a machine that records how an operation changes the files that an
 * undo restores. Replaced or removed files are first copied to the trash. Files
 * that the operation itself moves to the trash stay there.
 */
export class Recorder {
  readonly system: System;
  readonly #real: System;
  readonly #scope: RecorderScope;
  readonly #before = new Map<string, Before>();
  readonly #now = new Map<string, Content>();
  readonly #folders: string[] = [];
  #folder: string | undefined;
  #kept = 0;
  #rooted: string | undefined;

  constructor(real: System, scope: RecorderScope) {
    this.#real = real;
    this.#scope = scope;
    this.system = { ...real, files: { ...real.files, ...this.#noting() } };
    REAL.set(this.system, real);
  }

  get root(): string {
    return this.#rooted ??= this.#scope.root();
  }

  /** Returns whether anything was put into the trash. */
  get usesTrash(): boolean {
    return this.#folder !== undefined ||
      [...this.#before.values()].some((was) => was !== null);
  }

  #noting(): Partial<Files> {
    const { files } = this.#real;
    return {
      create: (path, bytes, options) => {
        this.#look(path);
        files.create(path, bytes, options);
        this.#now.set(path, bytes);
      },
      append: (path, bytes, options) => {
        this.#look(path);
        files.append(path, bytes, options);
        this.#now.set(path, { path });
      },
      mkdir: (path) => {
        files.mkdir(path);
        if (this.#scope.covers(path)) this.#folders.push(path);
      },
      rename: (from, to) => {
        const away = this.#inTrash(to);
        if (!away) this.#look(from);
        this.#look(to);
        files.rename(from, to);
        if (away) this.#moved(from, to);
        this.#now.set(to, this.#now.get(from) ?? { path: to });
        this.#now.set(from, null);
      },
      link: (from, to) => {
        this.#look(to);
        files.link(from, to);
        this.#now.set(to, this.#now.get(from) ?? { path: to });
      },
      remove: (path) => {
        this.#look(path);
        files.remove(path);
        this.#now.set(path, null);
      },
    };
  }

  #inTrash(path: string): boolean {
    return /[/\\]\.claude-mpm[/\\]trash[/\\]/.test(path) &&
      path.startsWith(join(layout(this.root).trash, "/"));
  }

  /** Keeps the content of `path` before it is first changed. */
  #look(path: string): void {
    if (this.#before.has(path) || !this.#scope.covers(path)) return;
    const info = this.#real.files.peek(path);
    if (info?.kind === "folder") return;
    this.#before.set(path, info?.kind === "file" ? this.#keep(path) : null);
  }

  #moved(from: string, to: string): void {
    if (this.#before.has(from) || !this.#scope.covers(from)) return;
    this.#before.set(from, { kept: to });
  }

  #keep(path: string): Before {
    const kept = join(this.#trash(), String(++this.#kept).padStart(4, "0"));
    const bytes = copyFile(this.#real, path, kept, { synced: false });
    return { kept, sha256: sha256(bytes) };
  }

  #trash(): string {
    return this.#folder ??= newTrashFolder(
      this.#real,
      this.root,
      this.#scope.operation,
    );
  }

  /** Returns the resulting changes. `undefined`: nothing is different. */
  recorded(): Recorded | undefined {
    const { root } = this;
    const before: Record<string, FileVersion | null> = {};
    const after: Record<string, FileVersion | null> = {};
    for (const [path, was] of this.#before) {
      const [old, now] = [this.#version(was), this.#after(path)];
      if (old?.sha256 === now?.sha256) {
        if (was) this.#drop(was.kept);
        continue;
      }
      const name = pathBelow(root, path);
      setOwn(before, name, old);
      setOwn(after, name, now);
    }
    this.#describe();
    const folders = this.#folders.map((path) => pathBelow(root, path));
    if (Object.keys(before).length === 0) return undefined;
    const made = fitChanges(this.#real, root, {
      before,
      after,
      folder: () => this.#trash(),
    });
    return folders.length === 0
      ? made
      : { ...made, after: { ...made.after, folders } };
  }

  #version(was: Before): FileVersion | null {
    if (!was) return null;
    const { trash } = layout(this.root);
    const digest = was.sha256 ??
      sha256(this.#real.files.readOwn(was.kept, LARGEST));
    return { sha256: digest, kept: pathBelow(trash, was.kept) };
  }

  #after(path: string): FileVersion | null {
    const content = this.#now.get(path) ?? null;
    if (content === null) return null;
    const bytes = content instanceof Uint8Array
      ? content
      : this.#real.files.readOwn(path, LARGEST);
    return { sha256: sha256(bytes), kept: null };
  }

  /** Drops the copy of an unchanged file, which is not needed. */
  #drop(kept: string): void {
    const own = this.#folder;
    if (own === undefined || !kept.startsWith(join(own, "/"))) return;
    removeQuietly(this.#real, kept);
    this.#kept--;
    if (this.#kept > 0) return;
    removeQuietly(this.#real, own);
    this.#folder = undefined;
  }

  /** Writes a description of the folder for people who find it. */
  #describe(): void {
    const folder = this.#folder;
    if (folder === undefined) return;
    const { root } = this;
    const { operation } = this.#scope;
    const items = [...this.#before].flatMap(([from, was]) => {
      const to = was ? pathBelow(folder, was.kept) : "/";
      const here = to !== "/" && !isAbsolute(to) &&
        this.#real.files.lstat(was!.kept);
      return here ? [{ name: to, files: [{ from, to }] }] : [];
    });
    const bytes = manifestOf(this.#real, root, { operation, items });
    this.#real.files.create(join(folder, MANIFEST), bytes, { synced: false });
  }
}

/**
 * The maximum number of paths in a journal line; longer lists go into a
 * separate file.
 */
const INLINE = 40;

/**
 * The files that an operation changed, as `before` and `after` of its entry.
 */
export interface Recorded {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/**
 * Returns the file versions for an entry. If there are many, they are stored in
 * a file in the trash, so no log line becomes too long.
 */
export function fitChanges(
  system: System,
  root: string,
  { before, after, folder }: {
    before: FileVersions;
    after: FileVersions;
    folder: () => string;
  },
): Recorded {
  const count = Object.keys(before).length;
  if (count <= INLINE) {
    return { before: { files: before }, after: { files: after } };
  }
  const bytes = new TextEncoder().encode(JSON.stringify({ before, after }));
  const path = join(folder(), "changes.json");
  system.files.create(path, bytes);
  const kept = path.slice(layout(root).trash.length + 1).replaceAll("\\", "/");
  const list = { list: { sha256: sha256(bytes), kept }, count };
  return { before: list, after: list };
}
