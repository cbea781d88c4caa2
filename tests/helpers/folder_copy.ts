import { Buffer } from "node:buffer";
import { join } from "@std/path";

/** The file at a path. */
interface Entry {
  readonly kind: "file" | "folder" | "link";
  readonly mode: number;
  /** Of a file, in milliseconds since the epoch. */
  readonly mtime?: number;
  /**
   * The same of a folder, which is not a difference: any write in it changes
   * it.
   */
  readonly touched?: number;
  /** Of a file, or a link's target. */
  readonly bytes?: Uint8Array;
  /** The first path in the folder that is another name of the same file. */
  readonly twin?: string;
}

/**
 * Everything below a folder at one moment, in memory. Two moments can be
 * compared, and one is restored by writing only the differences.
 */
export class FolderCopy {
  readonly #root: string;
  readonly #entries: ReadonlyMap<string, Entry>;

  constructor(root: string) {
    this.#root = root;
    this.#entries = read(root);
  }

  /**
   * Returns whether nothing changed between the two, times of files included.
   */
  equals(other: FolderCopy): boolean {
    return this.#entries.size === other.#entries.size &&
      [...this.#entries].every(([path, entry]) =>
        isSame(entry, other.#entries.get(path))
      );
  }

  /**
   * Restores the folder to what it was, or another one to the same. Times are
   * restored, too: git treats a file as unchanged if it is older than the
   * index.
   */
  restore(root = this.#root): void {
    const left = read(root);
    // Starts with the innermost, so each folder is empty at its turn.
    for (const [path, entry] of [...left].toReversed()) {
      const due = this.#entries.get(path);
      const isMade = due?.twin && !left.has(due.twin);
      if (isSame(entry, due) && !isMade) continue;
      const full = join(root, path);
      if (entry.kind === "folder" && due?.kind === "folder") {
        // Its contents may stay.
        Deno.chmodSync(full, due.mode);
        continue;
      }
      Deno.removeSync(full);
      left.delete(path);
    }
    for (const [path, entry] of this.#entries) {
      if (left.has(path)) continue;
      const full = join(root, path);
      if (entry.twin) Deno.linkSync(join(root, entry.twin), full);
      else make(full, entry);
    }
    for (const [path, { touched }] of this.#entries) {
      if (touched === undefined) continue;
      Deno.utimeSync(join(root, path), new Date(touched), new Date(touched));
    }
  }
}

function isSame(one: Entry, other: Entry | undefined): boolean {
  return other !== undefined && one.kind === other.kind &&
    one.mode === other.mode && one.mtime === other.mtime &&
    one.twin === other.twin &&
    (one.bytes === undefined || Buffer.compare(one.bytes, other.bytes!) === 0);
}

function make(path: string, { kind, mode, mtime, bytes }: Entry): void {
  if (kind === "link") {
    return Deno.symlinkSync(new TextDecoder().decode(bytes), path);
  }
  if (kind === "folder") Deno.mkdirSync(path);
  else {
    Deno.writeFileSync(path, bytes!);
    Deno.utimeSync(path, new Date(mtime!), new Date(mtime!));
  }
  // Not limited by the umask.
  if (Deno.build.os !== "windows") Deno.chmodSync(path, mode);
}

/** Each path below a folder, a folder before its contents. */
function read(root: string): Map<string, Entry> {
  const found = new Map<string, Entry>();
  const firsts = new Map<number, string>();
  const walk = (below: string) => {
    const names = [...Deno.readDirSync(join(root, below))]
      .map(({ name }) => name).sort();
    for (const name of names) {
      const path = below === "" ? name : `${below}/${name}`;
      const entry = entryAt(join(root, path), { path, firsts });
      if (!entry) continue;
      found.set(path, entry);
      if (entry.kind === "folder") walk(path);
    }
  };
  walk("");
  return found;
}

/**
 * Reads a path; a file that another program removed in the meantime counts as
 * missing.
 */
function entryAt(
  full: string,
  { path, firsts }: { path: string; firsts: Map<number, string> },
): Entry | undefined {
  try {
    const info = Deno.lstatSync(full);
    const mode = (info.mode ?? 0) & 0o7777;
    const time = info.mtime?.getTime() ?? 0;
    if (info.isDirectory) return { kind: "folder", mode, touched: time };
    if (info.isSymlink) {
      const bytes = new TextEncoder().encode(Deno.readLinkSync(full));
      return { kind: "link", mode, bytes };
    }
    const bytes = Deno.readFileSync(full);
    const inode = (info.nlink ?? 1) > 1 ? info.ino : null;
    const twin = inode === null ? undefined : firsts.get(inode);
    if (inode !== null && !twin) firsts.set(inode, path);
    return { kind: "file", mode, mtime: time, bytes, ...twin && { twin } };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Remembers the file at a path, or its absence: the function restores it. */
export function keepFile(path: string): () => void {
  const read = () => entryAt(path, { path, firsts: new Map() });
  const before = read();
  return () => {
    if (read()) Deno.removeSync(path);
    if (before) make(path, before);
  };
}
