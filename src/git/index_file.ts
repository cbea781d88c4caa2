import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import type { Git } from "./run/git.ts";
import { decodeBytes, encodeText, words } from "./text.ts";
import { isOwnPath, type ObjectHash, type TreeEntry } from "./tree/snapshot.ts";

/** Facts of the index that `git status` does not show. */
export interface IndexListing {
  /** Files of stage 0, by path; built on first use, which is costly. */
  readonly files: ReadonlyMap<string, TreeEntry>;
  /** The files' sizes when git last read them; empty if unknown. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly submodules: ReadonlyMap<string, TreeEntry>;
  readonly assumeUnchanged: readonly string[];
  readonly skipWorktree: readonly string[];
  /** True if the index contains an attributes file. */
  readonly hasAttributes: boolean;
}

export const EMPTY_INDEX: IndexListing = {
  ...{ files: new Map(), sizes: new Map(), submodules: new Map() },
  ...{ assumeUnchanged: [], skipWorktree: [], hasAttributes: false },
};

/** The largest index to read here, in bytes: about five million files. */
const LARGEST = 512 * 1024 * 1024;

/** Every entry of the index with its mode, id, stage and flags. */
const LIST_INDEX = words("ls-files -z --stage -v");

/**
 * Returns every path of the index; empty without an index. Reads the file,
 * which costs a tenth of asking git. Throws GIT_FAILED.
 */
export async function listIndex(
  system: System,
  git: Git,
  gitDir: string,
): Promise<IndexListing> {
  const path = join(gitDir, "index");
  if (!system.files.lstat(path)) return EMPTY_INDEX;
  const bytes = readIndexFile(system, path);
  const listing = bytes &&
    (listIndexBytes(bytes, "sha1") ?? listIndexBytes(bytes, "sha256"));
  return listing ?? parseIndex(await git.read(LIST_INDEX));
}

/** Reads the index; `undefined` if only git may be able to read it. */
function readIndexFile(
  { files }: System,
  path: string,
): Uint8Array | undefined {
  return attempt(() =>
    files.lstat(path)?.kind === "file"
      ? files.readOwn(path, LARGEST)
      : undefined
  );
}

interface Entry extends TreeEntry {
  readonly path: string;
  readonly stage: number;
  readonly assumed: boolean;
  readonly skipped: boolean;
  readonly size?: number;
}

/** The mode of a submodule; no other mode begins with these bits. */
const SUBMODULE = "160000";
const SUBMODULE_BITS = 0xe0;

/** Returns the listing. `unusual`: at least all but plain files. */
function listingOf(
  unusual: Iterable<Entry>,
  all: () => Iterable<Entry>,
  hasAttributes: boolean,
): IndexListing {
  const submodules = new Map<string, TreeEntry>();
  const assumeUnchanged: string[] = [];
  const skipWorktree: string[] = [];
  for (const { path, mode, id, stage, assumed, skipped } of unusual) {
    if (stage > 0 || isOwnPath(path)) continue;
    if (mode === SUBMODULE) submodules.set(path, { mode, id });
    if (assumed) assumeUnchanged.push(path);
    if (skipped) skipWorktree.push(path);
  }
  let files: Map<string, TreeEntry> | undefined;
  let sizes: Map<string, number> | undefined;
  return {
    get files() {
      return files ??= filesIn(all());
    },
    get sizes() {
      return sizes ??= sizesIn(all());
    },
    submodules,
    assumeUnchanged,
    skipWorktree,
    hasAttributes,
  };
}

function filesIn(entries: Iterable<Entry>): Map<string, TreeEntry> {
  const files = new Map<string, TreeEntry>();
  for (const { path, mode, id, stage } of entries) {
    const isFile = stage === 0 && mode !== SUBMODULE;
    if (isFile && !isOwnPath(path)) files.set(path, { mode, id });
  }
  return files;
}

function sizesIn(entries: Iterable<Entry>): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { path, stage, size } of entries) {
    if (stage === 0 && size !== undefined) sizes.set(path, size);
  }
  return sizes;
}

/** All entries except plain files and links, which need no parsing. */
const UNUSUAL = /(?<=^|\0)(?!H 1[02]0\d{3} [0-9a-f]+ 0\t)[^\0]+/g;

/** Parses `<tag> <mode> <id> <stage>\t<path>`; see git-ls-files(1). */
export function parseIndex(output: Uint8Array): IndexListing {
  const text = decodeBytes(output);
  return listingOf(
    (text.match(UNUSUAL) ?? []).map(entryOf),
    () => text.split("\0").slice(0, -1).map(entryOf),
    text.includes(".gitattributes\0"),
  );
}

function entryOf(field: string): Entry {
  const tag = field[0]!;
  return {
    ...stagedIn(field.slice(2)),
    assumed: tag >= "a",
    skipped: tag === "S" || tag === "s",
  };
}

/** Parses a line of `ls-files --stage`. */
export function stagedIn(line: string) {
  const tab = line.indexOf("\t");
  const [mode, id, stage] = line.slice(0, tab).split(" ") as string[];
  const path = line.slice(tab + 1);
  return { path, mode: mode!, id: id!, stage: Number(stage) };
}

/** Bytes of the header: "DIRC", the version, the number of entries. */
const HEADER = 12;
const SIGNATURE = 0x4449_5243;
const VERSIONS = [2, 3];

/** Offsets of the mode, the size and the object id of an entry. */
const MODE = 24;
const SIZE = 36;
const ID = 40;
const ID_BYTES: Readonly<Record<ObjectHash, number>> = { sha1: 20, sha256: 32 };

/** In the first byte of the flags after the ID; the rest is a length. */
const ASSUME_UNCHANGED = 0x80;
const EXTENDED = 0x40;
const STAGE = 0x30;
const LENGTH = 0x0fff;
/** In the first byte of the second flags, which an extended entry has. */
const SKIP_WORKTREE = 0x40;

const ATTRIBUTES = encodeText(".gitattributes");

interface IndexBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly flagsAt: number;
  /** Offset of the checksum. */
  readonly limit: number;
}

/**
 * Parses an index of version 2 or 3 (gitformat-index(5)). `undefined`: only git
 * can read it: damaged, version 4, split or sparse.
 */
export function listIndexBytes(
  bytes: Uint8Array,
  hash: ObjectHash,
): IndexListing | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [flagsAt, limit] = [ID + ID_BYTES[hash], bytes.length - ID_BYTES[hash]];
  const index = { bytes, view, flagsAt, limit };
  const isKnown = limit >= HEADER && view.getUint32(0) === SIGNATURE &&
    VERSIONS.includes(view.getUint32(4));
  if (!isKnown) return undefined;
  const unusual: number[] = [];
  const walked = walk(index, unusual);
  if (!walked || !isAll(index, walked.end)) return undefined;
  return listingOf(
    [...new Set(unusual)].map((at) => entryAt(index, at)),
    () => entriesIn(index),
    walked.hasAttributes,
  );
}

/**
 * Finds the end of the entries, and the unusual ones. Parsing every entry is
 * slow in a new process, so this reads four bytes of each, without a call. The
 * entries of a damaged index end at the wrong offset.
 */
function walk(
  { bytes, view, flagsAt, limit }: IndexBytes,
  unusual: number[],
): { end: number; hasAttributes: boolean } | undefined {
  const count = view.getUint32(8);
  if (count * flagsAt > limit) return undefined;
  let hasAttributes = false;
  let at = HEADER;
  for (let left = count; left > 0; left--) {
    const flags = at + flagsAt;
    const first = bytes[flags]!;
    let end = flags + 2 + bytes[flags + 1]!;
    // A path of 256 bytes or more, or any flag.
    if (first > 0) {
      if (first > 0x0f) unusual.push(at);
      end = pathEnd(bytes, flags);
    }
    // Beyond the last byte this is not a number, and no path ends there.
    if (!(end <= limit)) return undefined;
    if (bytes[at + MODE + 2] === SUBMODULE_BITS) unusual.push(at);
    const dot = end - ATTRIBUTES.length;
    if (bytes[dot] === 0x2e) {
      hasAttributes ||= ATTRIBUTES.every((byte, nth) =>
        bytes[dot + nth] === byte
      );
    }
    at = nextEntry(at, end);
  }
  return { end: at, hasAttributes };
}

/** Returns the offset of the next entry; each is a multiple of eight bytes. */
function nextEntry(at: number, pathEnd: number): number {
  return at + ((pathEnd - at + 8) & ~7);
}

/** Returns the end of the path of the entry whose flags are at `flags`. */
function pathEnd(bytes: Uint8Array, flags: number): number {
  const first = bytes[flags]!;
  const path = flags + ((first & EXTENDED) === 0 ? 2 : 4);
  const length = (first & 0x0f) << 8 | bytes[flags + 1]!;
  if (length < LENGTH) return path + length;
  // The length does not fit into its bits, so the path ends at the NUL.
  const end = bytes.indexOf(0, path);
  return end < 0 ? bytes.length : end;
}

/** Returns whether every extension may be skipped: its name is in capitals. */
function isAll({ bytes, view, limit }: IndexBytes, from: number): boolean {
  let at = from;
  while (at + 8 <= limit) {
    if (bytes[at]! < 0x41 || bytes[at]! > 0x5a) return false;
    at += 8 + view.getUint32(at + 4);
  }
  return at === limit;
}

/** Returns the complete entry at `at`; `end` is the end of its path. */
function entryAt({ bytes, view, flagsAt }: IndexBytes, at: number) {
  const flags = bytes[at + flagsAt]!;
  const isExtended = (flags & EXTENDED) !== 0;
  const more = isExtended ? bytes[at + flagsAt + 2]! : 0;
  const from = at + flagsAt + (isExtended ? 4 : 2);
  const end = pathEnd(bytes, at + flagsAt);
  return {
    path: decodeBytes(bytes.subarray(from, end)),
    mode: view.getUint32(at + MODE).toString(8).padStart(6, "0"),
    size: view.getUint32(at + SIZE),
    id: bytes.subarray(at + ID, at + flagsAt).toHex(),
    stage: flags & STAGE,
    assumed: (flags & ASSUME_UNCHANGED) !== 0,
    skipped: (more & SKIP_WORKTREE) !== 0,
    end,
  };
}

function* entriesIn(index: IndexBytes): Generator<Entry> {
  let at = HEADER;
  for (let left = index.view.getUint32(8); left > 0; left--) {
    const entry = entryAt(index, at);
    yield entry;
    at = nextEntry(at, entry.end);
  }
}
