import { sha256 } from "../base/digest.ts";
import { attempt } from "../base/errors.ts";
import type { FileInfo, System } from "../system/system.ts";
import type { FileState } from "./repository.ts";
import { hashOf, type ObjectHash, objectId } from "./tree/snapshot.ts";

/** The contents of a file. */
export interface KnownContent {
  readonly sha256: string;
  /** The blob ID that git gives to the content. */
  readonly id: string;
}

/** The changed files of a worktree as a command saw them, in columns. */
export interface FileNote {
  /** Distinguishes this note from all others. */
  readonly mark: string;
  /** Digest of git's answer; absent if `files` lacks one of its paths. */
  readonly list?: string | undefined;
  /** Number of changed paths that are not in the list. */
  readonly omitted: number;
  readonly files: readonly FileState[];
  /** When each entry changed, in milliseconds; null: it does not exist. */
  readonly changed: readonly (number | null)[];
  readonly inodes: readonly (number | null)[];
  /** Blob IDs of the contents; null: unknown. */
  readonly ids: readonly (string | null)[];
}

const NO_NOTE: FileNote = {
  ...{ mark: "", omitted: 0, files: [], changed: [], inodes: [], ids: [] },
};

/** The facts about a path that are not in a {@link FileState}. */
type Facts = readonly [
  changed: number | null,
  inode: number | null,
  id: string | null,
];

const GONE: Facts = [null, null, null];

/**
 * Milliseconds in which a file may change without a change of its times: some
 * disks count in steps of two seconds. `RACY_PARTS` is for disks that count
 * fractions, as the file's time shows; `changed` has whole seconds.
 */
const RACY = 3000;
const RACY_PARTS = 1100;

/** Returns whether a change after `now` would show in a file's times. */
export function isSettled(
  { mtime, changed }: Pick<FileInfo, "mtime" | "changed">,
  now: Date,
): boolean {
  const racy = mtime % 1000 === 0 ? RACY : RACY_PARTS;
  return Math.max(mtime, changed ?? mtime) < now.getTime() - racy;
}

/**
 * Returns facts that later show whether a file read at `now` has changed;
 * `undefined`: they would not show a change.
 */
export function lastingFacts(info: FileInfo, now: Date): FileInfo | undefined {
  const { changed, inode } = info;
  const isSure = changed !== undefined && inode !== undefined &&
    isSettled(info, now);
  return isSure ? info : undefined;
}

/** Returns whether a file has not been changed or replaced between two looks. */
export function isSameFile(one: FileInfo, other: FileInfo): boolean {
  return one.kind === other.kind && one.size === other.size &&
    one.mtime === other.mtime && one.changed === other.changed &&
    one.inode === other.inode && one.disk === other.disk &&
    one.mode === other.mode;
}

/**
 * Remembers file contents from one command to the next, so a file is read again
 * only after a change. Git's index does the same with the size, the inode and
 * both times of a file; no program can set the second time. If git's list is
 * the same as before and no file changed, the whole list is known.
 */
export class FileMemory {
  readonly #before: FileNote;
  readonly #kept: ReadonlySet<string> | undefined;
  readonly #now: Date;
  readonly #mark: string;
  /** The files at unchanged paths, by index in the note. */
  readonly #seen: (FileInfo | undefined)[] = [];
  readonly #facts = new Map<string, Facts>();
  #places: Map<string, number> | undefined;
  #hash: ObjectHash = "sha1";
  #isWhole: boolean;
  #isNew = false;
  #note: FileNote | undefined;

  /**
   * Create it before any of the files is read. `kept`: IDs of the contents that
   * count as known, by default all. `whole`: the list as a whole may be known.
   */
  constructor(
    { now, random }: System,
    before: FileNote = NO_NOTE,
    { kept, whole }: { kept?: ReadonlySet<string>; whole: boolean },
  ) {
    this.#before = before;
    this.#kept = kept;
    this.#isWhole = whole && before.list !== undefined;
    this.#now = now();
    this.#mark = random();
  }

  /** Sets the hash function of object IDs. Call before the first file. */
  begin(hash: ObjectHash): void {
    this.#hash = hash;
  }

  /** Looks at the known files while git looks for changed files. */
  lookAhead({ files: { lstat } }: System, folder: string): void {
    const { files } = this.#before;
    const isDone = attempt(() => {
      for (let at = 0; at < files.length; at++) {
        const info = lstat(`${folder}/${files[at]!.path}`);
        if (this.#isAsKnown(at, info)) this.#seen[at] = info;
        else this.#isWhole = false;
      }
      return true;
    });
    if (!isDone) this.#isWhole = false;
  }

  /** Returns the list if git's answer has this digest and no file changed. */
  whole(digest: string): FileNote | undefined {
    const isSame = this.#isWhole && this.#before.list === digest;
    if (isSame) this.#note = this.#before;
    return isSame ? this.#before : undefined;
  }

  /** Returns what {@link lookAhead} saw of a file that is already known. */
  seen(path: string): FileInfo | undefined {
    const at = this.#placeOf(path);
    return at === undefined || !this.#idAt(at) ? undefined : this.#seen[at];
  }

  /** Returns the content of an unchanged file. */
  get(path: string, info: FileInfo): KnownContent | undefined {
    const at = this.#placeOf(path);
    const id = at === undefined ? undefined : this.#idAt(at);
    const digest = at === undefined ? null : this.#before.files[at]!.sha256;
    if (!id || digest === null || !this.#isAsKnown(at!, info)) return undefined;
    this.#facts.set(path, [info.changed!, info.inode!, id]);
    return { sha256: digest, id };
  }

  /** Returns the content that was read, and remembers it if it is settled. */
  read(path: string, info: FileInfo, bytes: Uint8Array): KnownContent {
    const known = {
      sha256: sha256(bytes),
      id: objectId("blob", bytes, this.#hash),
    };
    if (info.kind === "file" && info.size === bytes.length) {
      this.note(path, info, known.id);
    }
    return known;
  }

  /** Records the state of a path, if it is not changing. */
  note(path: string, info: FileInfo, id: string | null = null): void {
    const { changed, inode } = info;
    const isSure = changed !== undefined && inode !== undefined &&
      isSettled(info, this.#now);
    if (!isSure) return;
    this.#facts.set(path, [changed, inode, id]);
    const at = this.#placeOf(path);
    const isOld = at !== undefined && this.#before.ids[at] === id &&
      this.#isAsKnown(at, info);
    this.#isNew ||= !isOld;
  }

  /** Records the list; `digest` is `undefined` if more paths are listed. */
  end(
    states: readonly FileState[],
    { digest, omitted }: { digest: string | undefined; omitted: number },
  ): void {
    const found = states.flatMap((state) => {
      const facts = this.#facts.get(state.path) ??
        (isGone(state) ? GONE : undefined);
      return facts ? [{ state, facts }] : [];
    });
    const list = found.length === states.length ? digest : undefined;
    const before = this.#before;
    const isSame = !this.#isNew && list === before.list &&
      found.length === before.files.length;
    this.#note = isSame ? before : {
      ...{ mark: this.#mark, list, omitted },
      files: found.map(({ state }) => state),
      changed: found.map(({ facts: [changed] }) => changed),
      inodes: found.map(({ facts: [, inode] }) => inode),
      ids: found.map(({ facts: [, , id] }) => id),
    };
  }

  /** The files that are known now; `undefined`: not looked at. */
  get known(): FileNote | undefined {
    return this.#note;
  }

  #placeOf(path: string): number | undefined {
    this.#places ??= new Map(
      this.#before.files.map(({ path }, at) => [path, at]),
    );
    return this.#places.get(path);
  }

  /** Returns the ID of contents that count as known. */
  #idAt(at: number): string | undefined {
    const id = this.#before.ids[at] ?? null;
    if (id === null || hashOf(id) !== this.#hash) return undefined;
    return this.#kept && !this.#kept.has(id) ? undefined : id;
  }

  #isAsKnown(at: number, info: FileInfo | undefined): boolean {
    const { files, changed, inodes } = this.#before;
    if (!info) return changed[at] === null;
    const { size, mtime } = files[at]!;
    return size === info.size && mtime === info.mtime &&
      changed[at] === info.changed && inodes[at] === info.inode;
  }
}

/** Returns whether git reports that the path does not exist. */
function isGone({ status, size }: FileState): boolean {
  return status[1] === "D" && size === null;
}
