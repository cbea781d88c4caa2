import { sha256 } from "../base/digest.ts";
import type { FileInfo, System } from "../system/system.ts";
import { hashOf, type ObjectHash, objectId } from "./tree/snapshot.ts";

/** The contents of a file. */
export interface KnownContent {
  readonly sha256: string;
  /** The id that git gives to a blob of it. */
  readonly id: string;
}

/** A file and what was in it when it had this size and these times. */
export type MemoryRow = readonly [
  path: string,
  size: number,
  /** Milliseconds since the epoch. */
  mtime: number,
  /** The same, of the last change of the entry. */
  changed: number,
  inode: number,
  sha256: string,
  id: string,
];

/** Milliseconds within which a file may change without its times doing so. */
const RACY = 3000;

/**
 * Returns whether times tell that a file was not changed since, seen from
 * `now`.
 */
export function isSettled(
  { mtime, changed }: Pick<FileInfo, "mtime" | "changed">,
  now: Date,
): boolean {
  return Math.max(mtime, changed ?? mtime) < now.getTime() - RACY;
}

/**
 * Remembers what is in files from one command to the next, so that a file is
 * read again only after it changed. Git's index does the same: size, inode and
 * both times of a file tell, and no program can set the second time.
 */
export class FileMemory {
  readonly #known = new Map<string, MemoryRow>();
  readonly #seen = new Map<string, FileInfo>();
  readonly #rows: MemoryRow[] = [];
  readonly #now: Date;
  #hash: ObjectHash = "sha1";
  #isNew = false;

  /** To be made before any of the files is read. */
  constructor({ now }: System, rows: Iterable<MemoryRow>) {
    for (const row of rows) this.#known.set(row[0], row);
    this.#now = now();
  }

  /** Sets the hash function of object ids. Call before the first file. */
  begin(hash: ObjectHash): void {
    this.#hash = hash;
  }

  /**
   * Looks at the files that are known, while git looks for those that changed.
   * `look` returns what is at a path and throws nothing.
   */
  lookAhead(look: (path: string) => FileInfo | undefined): void {
    for (const row of this.#known.values()) {
      const info = look(row[0]);
      if (info && isAsKnown(row, info)) this.#seen.set(row[0], info);
    }
  }

  /** Returns what {@link lookAhead} saw of a file that is as it was. */
  seen(path: string): FileInfo | undefined {
    return this.#seen.get(path);
  }

  /** Returns what is in a file that is as it was. */
  get(path: string, info: FileInfo): KnownContent | undefined {
    const row = this.#known.get(path);
    if (!row || !isAsKnown(row, info)) return undefined;
    const [, , , , , sha256, id] = row;
    if (hashOf(id) !== this.#hash) return undefined;
    this.#rows.push(row);
    return { sha256, id };
  }

  /** Returns what was read, and remembers it if the file is at rest. */
  read(path: string, info: FileInfo, bytes: Uint8Array): KnownContent {
    const known = {
      sha256: sha256(bytes),
      id: objectId("blob", bytes, this.#hash),
    };
    const { kind, size, mtime, changed, inode } = info;
    const isSure = kind === "file" && size === bytes.length &&
      changed !== undefined && inode !== undefined &&
      isSettled(info, this.#now);
    if (isSure) {
      this.#isNew = true;
      const { sha256, id } = known;
      this.#rows.push([path, size, mtime, changed, inode, sha256, id]);
    }
    return known;
  }

  /** The files that were asked about; `undefined`: as they were known before. */
  get rows(): readonly MemoryRow[] | undefined {
    const isSame = !this.#isNew && this.#rows.length === this.#known.size;
    return isSame ? undefined : this.#rows;
  }
}

function isAsKnown(
  [, size, mtime, changed, inode]: MemoryRow,
  info: FileInfo,
): boolean {
  return info.kind === "file" && size === info.size && mtime === info.mtime &&
    changed === info.changed && inode === info.inode;
}
