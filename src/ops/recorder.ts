import { isAbsolute, relative, SEPARATOR } from "@std/path";
import { join } from "../base/join.ts";
import { sha256 } from "../base/digest.ts";
import { attempt } from "../base/errors.ts";
import { setOwn } from "../base/own.ts";
import type { Files, System } from "../system/system.ts";
import { removeQuietly } from "./atomic.ts";
import type { FileVersion, FileVersions } from "./entry.ts";
import {
  type Before,
  type Change,
  ChangeRecord,
  type Changes,
  type Facts,
  type Recording,
} from "./intents/changes.ts";
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
  readonly recording: Recording;
  /** Returns whether an undo restores this file. */
  covers(path: string): boolean;
}

/** The content of a file: written bytes, or a file that contains them now. */
type Content = Uint8Array | { readonly path: string } | null;

/** Returns `path` in the form used in the journal. */
export function pathBelow(root: string, path: string): string {
  const below = relative(root, path);
  const outside = below.startsWith("..") || isAbsolute(below);
  return outside ? path : below.replaceAll(SEPARATOR, "/");
}

const RECORDERS = new WeakMap<System, Recorder>();

/**
 * Returns the machine that a {@link Recorder} is based on, which records
 * nothing.
 */
export function unrecorded(system: System): System {
  return RECORDERS.get(system)?.real ?? system;
}

/**
 * Records what an undo of the running operation needs in addition to the files,
 * before the change that the facts describe.
 */
export function recordFacts(system: System, facts: Facts): void {
  RECORDERS.get(system)?.addFacts(facts);
}

/**
 * Provides a machine that records how an operation changes the files that an
 * undo restores. Replaced or removed files are first copied to the trash. Files
 * that the operation itself moves to the trash stay there. Each change is in
 * the record on the disk before it is made.
 */
export class Recorder {
  readonly system: System;
  readonly real: System;
  readonly #scope: RecorderScope;
  readonly #before = new Map<string, Before>();
  readonly #now = new Map<string, Content>();
  readonly #folders: string[] = [];
  #folder: string | undefined;
  #kept = 0;
  #rooted: string | undefined;
  #record: ChangeRecord | undefined;
  /** True if the record cannot be written. */
  #isUnrecorded = false;
  /** The facts that the operation has recorded. */
  readonly facts: Facts[] = [];

  constructor(real: System, scope: RecorderScope) {
    this.real = real;
    this.#scope = scope;
    this.system = { ...real, files: { ...real.files, ...this.#noting() } };
    RECORDERS.set(this.system, this);
  }

  /** Returns a recorder with the changes of an interrupted operation. */
  static of(
    real: System,
    root: string,
    { recording, changes }: Changes,
  ): Recorder {
    const covers = () => true;
    const recorder = new Recorder(real, {
      root: () => root,
      recording,
      covers,
    });
    for (const change of changes) {
      if ("facts" in change) recorder.facts.push(change.facts);
      if ("folder" in change) recorder.#folders.push(change.folder);
      if (!("path" in change)) continue;
      const { path, before } = change;
      recorder.#before.set(path, before);
      const now = real.files.lstat(path)?.kind === "file";
      recorder.#now.set(path, now ? { path } : null);
    }
    return recorder;
  }

  get root(): string {
    return this.#rooted ??= this.#scope.root();
  }

  /** Returns whether anything was put into the trash. */
  get usesTrash(): boolean {
    return this.#folder !== undefined ||
      [...this.#before.values()].some((was) => was !== null);
  }

  /** The record of the changes; `undefined`: nothing was changed. */
  get record(): ChangeRecord | undefined {
    return this.#record;
  }

  get recording(): Recording {
    return this.#scope.recording;
  }

  /** Lets the next mpm finish the operation, if it is not in the journal. */
  [Symbol.dispose](): void {
    this.#record?.[Symbol.dispose]();
  }

  /** Records facts; see {@link recordFacts}. */
  addFacts(facts: Facts): void {
    this.#note({ facts });
    this.facts.push(facts);
  }

  /**
   * Adds a line to the record. Without a record, the operation works all the
   * same, and is in the log when it is finished.
   */
  #note(change: Change): void {
    if (this.#isUnrecorded) return;
    const isNoted = attempt(() => {
      const { recording } = this;
      if (this.#record) this.#record.add(change);
      else {
        const begun = { recording, first: change };
        this.#record = new ChangeRecord(this.real, this.root, begun);
      }
      return true;
    });
    this.#isUnrecorded = !isNoted;
  }

  #noting(): Partial<Files> {
    const { files } = this.real;
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
        const covered = this.#scope.covers(path);
        if (covered) this.#note({ folder: path });
        files.mkdir(path);
        if (covered) this.#folders.push(path);
      },
      rename: (from, to) => {
        const away = this.#inTrash(to);
        if (away) this.#move(from, to);
        else this.#look(from);
        this.#look(to);
        files.rename(from, to);
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
    const info = this.real.files.peek(path);
    if (info?.kind === "folder") return;
    this.#begin(path, info?.kind === "file" ? this.#keep(path) : null);
  }

  #move(from: string, to: string): void {
    if (this.#before.has(from) || !this.#scope.covers(from)) return;
    this.#begin(from, { kept: to });
  }

  #begin(path: string, before: Before): void {
    this.#note({ path, before });
    this.#before.set(path, before);
  }

  #keep(path: string): Before {
    const kept = join(this.#trash(), String(++this.#kept).padStart(4, "0"));
    const bytes = copyFile(this.real, path, kept, { synced: false });
    return { kept, sha256: sha256(bytes) };
  }

  #trash(): string {
    return this.#folder ??= newTrashFolder(
      this.real,
      this.root,
      this.recording.operation,
    );
  }

  /** Returns the resulting changes. `undefined`: nothing is different. */
  recorded(): Recorded | undefined {
    const { root } = this;
    const before: Record<string, FileVersion | null> = {};
    const after: Record<string, FileVersion | null> = {};
    for (const [path, was] of this.#before) {
      if (was && !this.real.files.lstat(was.kept)) continue;
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
    const made = fitChanges(this.real, root, {
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
      sha256(this.real.files.readOwn(was.kept, LARGEST));
    return { sha256: digest, kept: pathBelow(trash, was.kept) };
  }

  #after(path: string): FileVersion | null {
    const content = this.#now.get(path) ?? null;
    if (content === null) return null;
    const bytes = content instanceof Uint8Array
      ? content
      : this.real.files.readOwn(path, LARGEST);
    return { sha256: sha256(bytes), kept: null };
  }

  /** Drops the copy of an unchanged file, which is not needed. */
  #drop(kept: string): void {
    const own = this.#folder;
    if (own === undefined || !kept.startsWith(join(own, "/"))) return;
    removeQuietly(this.real, kept);
    this.#kept--;
    if (this.#kept > 0) return;
    removeQuietly(this.real, own);
    this.#folder = undefined;
  }

  /** Writes a description of the folder for people who find it. */
  #describe(): void {
    const folder = this.#folder;
    if (folder === undefined) return;
    const { root } = this;
    const { operation } = this.recording;
    const items = [...this.#before].flatMap(([from, was]) => {
      const to = was ? pathBelow(folder, was.kept) : "/";
      const here = to !== "/" && !isAbsolute(to) &&
        this.real.files.lstat(was!.kept);
      return here ? [{ name: to, files: [{ from, to }] }] : [];
    });
    const bytes = manifestOf(this.real, root, { operation, items });
    this.real.files.create(join(folder, MANIFEST), bytes, { synced: false });
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
