import { join } from "@std/path";
import { MpmError } from "../base/errors.ts";
import { type IndexListing, parseIndex } from "./tree/capture_index.ts";
import type { Git } from "./run/git.ts";
import type { ObjectHash } from "./tree/vault.ts";
import { isOwnPath, type TreeEntry } from "./tree/snapshot.ts";
import { decodeBytes, encodeText } from "./text.ts";
import type { System } from "../system/system.ts";

/** Bytes of the header: "DIRC", the version, how many entries there are. */
const HEADER = 12;
const SIGNATURE = 0x4449_5243;
const VERSIONS = [2, 3];

/** Where an entry has its mode, and its object id, behind the stat data. */
const MODE = 24;
const ID = 40;
const ID_BYTES: Readonly<Record<ObjectHash, number>> = { sha1: 20, sha256: 32 };

/** In the first byte of the flags behind the id; the rest is a length. */
const ASSUME_UNCHANGED = 0x80;
const EXTENDED = 0x40;
const STAGE = 0x30;
const LENGTH = 0x0fff;
/** In the first byte of the second flags, which an extended entry has. */
const SKIP_WORKTREE = 0x40;

/** The mode of a submodule; no other one begins with these bits. */
const SUBMODULE = "160000";
const SUBMODULE_BITS = 0xe0;
const ATTRIBUTES = encodeText(".gitattributes");
/** Bytes of that name. */
const NAME = ATTRIBUTES.length;

/**
 * Reads the bytes of an index, as gitformat-index(5) describes versions 2 and
 * 3. `undefined`: not all is in there as written there (version 4, a split or
 * sparse index), or it is damaged; git can tell.
 */
export function listIndexBytes(
  bytes: Uint8Array,
  hash: ObjectHash,
): IndexListing | undefined {
  const flagsAt = ID + ID_BYTES[hash];
  const index = { bytes, flagsAt, limit: bytes.length - ID_BYTES[hash] };
  if (index.limit < HEADER || !isKnown(bytes)) return undefined;
  const unusual: number[] = [];
  const walked = walk(index, unusual);
  if (!walked || !isAll(index, walked.end)) return undefined;
  const submodules = new Map<string, TreeEntry>();
  const assumeUnchanged: string[] = [];
  const skipWorktree: string[] = [];
  for (const at of new Set(unusual)) {
    const { path, entry, flags, more } = entryAt(index, at);
    if ((flags & STAGE) !== 0 || isOwnPath(path)) continue;
    if (entry.mode === SUBMODULE) submodules.set(path, entry);
    if ((flags & ASSUME_UNCHANGED) !== 0) assumeUnchanged.push(path);
    if ((more & SKIP_WORKTREE) !== 0) skipWorktree.push(path);
  }
  let files: Map<string, TreeEntry> | undefined;
  return {
    get files() {
      return files ??= filesIn(index);
    },
    submodules,
    assumeUnchanged,
    skipWorktree,
    hasAttributes: walked.hasAttributes,
  };
}

interface IndexBytes {
  readonly bytes: Uint8Array;
  /** Where an entry has its flags. */
  readonly flagsAt: number;
  /** Where the checksum begins. */
  readonly limit: number;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

function isKnown(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  return view.getUint32(0) === SIGNATURE &&
    VERSIONS.includes(view.getUint32(4));
}

/**
 * Finds where the entries end, and those with any flag or of a submodule. Of
 * very many nothing need be known, in a process that has just begun: so four
 * bytes of each, and no call. What is damaged ends elsewhere than it should.
 */
function walk(
  { bytes, flagsAt, limit }: IndexBytes,
  unusual: number[],
): { end: number; hasAttributes: boolean } | undefined {
  const count = viewOf(bytes).getUint32(8);
  if (count * flagsAt > limit) return undefined;
  let hasAttributes = false;
  let at = HEADER;
  for (let left = count; left > 0; left--) {
    const flags = at + flagsAt;
    const first = bytes[flags]!;
    let end = flags + 2 + bytes[flags + 1]!;
    // A path of 256 bytes and more, or any flag.
    if (first > 0) {
      if (first > 0x0f) unusual.push(at);
      end = pathEnd(bytes, flags);
    }
    // Beyond the last byte this is no number, and no path ends there.
    if (!(end <= limit)) return undefined;
    if (bytes[at + MODE + 2] === SUBMODULE_BITS) unusual.push(at);
    if (bytes[end - NAME] === 0x2e) hasAttributes ||= isRules(bytes, end);
    // One to eight NULs, up to a multiple of eight.
    at += (end - at + 8) & ~7;
  }
  return { end: at, hasAttributes };
}

/** Where the path ends whose entry has its flags at `flags`. */
function pathEnd(bytes: Uint8Array, flags: number): number {
  const first = bytes[flags]!;
  const path = flags + ((first & EXTENDED) === 0 ? 2 : 4);
  const length = (first & 0x0f) << 8 | bytes[flags + 1]!;
  return length < LENGTH ? path + length : endOf(bytes, path);
}

/** Of a path whose length does not fit the bits: where its NUL is. */
function endOf(bytes: Uint8Array, path: number): number {
  const end = bytes.indexOf(0, path);
  return end < 0 ? bytes.length : end;
}

/** Whether the path that ends before `end` is a file of attributes. */
function isRules(bytes: Uint8Array, end: number): boolean {
  const from = end - ATTRIBUTES.length;
  return ATTRIBUTES.every((byte, at) => bytes[from + at] === byte);
}

/**
 * Whether no extension has to be understood: those whose name begins with a
 * capital letter may be passed over.
 */
function isAll({ bytes, limit }: IndexBytes, from: number): boolean {
  const view = viewOf(bytes);
  let at = from;
  while (at + 8 <= limit) {
    if (bytes[at]! < 0x41 || bytes[at]! > 0x5a) return false;
    at += 8 + view.getUint32(at + 4);
  }
  return at === limit;
}

/** All of the entry at `at`; `end` is where its path ends. */
function entryAt({ bytes, flagsAt }: IndexBytes, at: number) {
  const flags = bytes[at + flagsAt]!;
  const isExtended = (flags & EXTENDED) !== 0;
  const from = at + flagsAt + (isExtended ? 4 : 2);
  const end = pathEnd(bytes, at + flagsAt);
  const mode = viewOf(bytes).getUint32(at + MODE).toString(8).padStart(6, "0");
  const id = bytes.subarray(at + ID, at + flagsAt).toHex();
  return {
    path: decodeBytes(bytes.subarray(from, end)),
    entry: { mode, id },
    flags,
    more: isExtended ? bytes[at + flagsAt + 2]! : 0,
    end,
  };
}

function filesIn(index: IndexBytes): Map<string, TreeEntry> {
  const files = new Map<string, TreeEntry>();
  let at = HEADER;
  for (let left = viewOf(index.bytes).getUint32(8); left > 0; left--) {
    const { path, entry, flags, end } = entryAt(index, at);
    const isFile = (flags & STAGE) === 0 && entry.mode !== SUBMODULE;
    if (isFile && !isOwnPath(path)) files.set(path, entry);
    at += (end - at + 8) & ~7;
  }
  return files;
}

/** Bytes of an index that is read here: some five million files. */
const LARGEST = 512 * 1024 * 1024;

/** Every entry of the index with its mode, id, stage and flags. */
const LIST_INDEX = ["ls-files", "-z", "--stage", "-v"];

/**
 * Every path of the index of `gitDir`: read from its file, which costs a tenth
 * of asking git, or by asking `git` where the file is of another form. Throws
 * GIT_FAILED.
 */
export async function listIndex(
  system: System,
  git: Git,
  { gitDir, hash }: { gitDir: string; hash: ObjectHash },
): Promise<IndexListing> {
  const bytes = readIndexFile(system, join(gitDir, "index"));
  return (bytes && listIndexBytes(bytes, hash)) ??
    parseIndex(await git.read(LIST_INDEX));
}

/**
 * Reads the index as {@link listIndex} does where the repository's hash is not
 * known. `undefined`: there is no index, or git cannot read it.
 */
export async function listIndexFile(
  system: System,
  git: Git,
  gitDir: string,
): Promise<IndexListing | undefined> {
  const path = join(gitDir, "index");
  const bytes = readIndexFile(system, path);
  const listing = bytes &&
    (listIndexBytes(bytes, "sha1") ?? listIndexBytes(bytes, "sha256"));
  if (listing) return listing;
  if (!bytes && system.files.lstat(path) === undefined) return undefined;
  const listed = await git.run(LIST_INDEX);
  return listed.status === 0 ? parseIndex(listed.stdout) : undefined;
}

function readIndexFile(
  system: System,
  path: string,
): Uint8Array | undefined {
  try {
    if (system.files.lstat(path)?.kind !== "file") return undefined;
    return system.files.readOwn(path, LARGEST);
  } catch (error) {
    // What cannot be read, or is held by somebody on Windows, git may read.
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}
