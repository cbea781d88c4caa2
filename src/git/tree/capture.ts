import { sha256 } from "../../base/digest.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { resolveUpstream } from "../branches.ts";
import type { CapturedFile } from "./captured_file.ts";
import { FileCapture } from "./capture_files.ts";
import type { CaptureLimits } from "./capture_limits.ts";
import { captureIndex } from "./capture_index.ts";
import { addRaw, addUnopenable, type RawCache } from "./converted.ts";
import type { ReadAhead } from "./read_ahead.ts";
import { readRecent } from "../history/log.ts";
import { type IndexListing, listIndex } from "../index_file.ts";
import type { FileState, RepositoryState } from "../repository.ts";
import type { Git } from "../run/git.ts";
import { readState } from "../state.ts";
import { readShallow, type Status, type StatusEntry } from "../status.ts";
import { leftOutSubmodules } from "../submodules.ts";
import { isOpenable } from "../text.ts";
import {
  emptyTree,
  folderOf,
  type IndexMarks,
  isOwnPath,
  type LeftOut,
  objectId,
  type TreeDelta,
  type TreeEntry,
} from "./snapshot.ts";
import type { Vault } from "./vault.ts";
import type { System } from "../../system/system.ts";
import { treeDelta } from "./trees.ts";

/** Everything about a worktree that a checkpoint records at one moment. */
export interface Capture {
  readonly state: RepositoryState;
  /** The tree of HEAD, or the empty tree before the first commit. */
  readonly base: string;
  readonly worktree: ReadonlyMap<string, CapturedFile | TreeEntry | undefined>;
  readonly index: TreeDelta;
  readonly marks: IndexMarks;
  readonly leftOut: readonly LeftOut[];
  readonly listing: IndexListing;
  /** Every changed path, sorted. */
  readonly entries: readonly StatusEntry[];
  /** Bytes of the files that were read. */
  readonly size: number;
}

export interface CaptureOptions {
  readonly limits: CaptureLimits;
  /** True to leave files beyond the limits out instead of failing. */
  readonly leaveLarge: boolean;
  /** True if git stores large files instead of only computing their IDs. */
  readonly write: boolean;
  /** Results of earlier captures for converted files, and of this one. */
  readonly cache: RawCache;
  /** The parent of git's folders for raw bytes; see `rawGit`. */
  readonly rawFolder: string;
  /** The files of an earlier capture: unchanged ones are not read again. */
  readonly before?: Capture["worktree"] | undefined;
  /** Earlier answers of git. */
  readonly ahead?: ReadAhead | undefined;
}

/** The maximum number of paths in the state; the capture has all. */
const LISTED = 10_000;

/** The maximum number of times to read the worktree again if HEAD moves. */
const TRIES = 5;

/**
 * Captures the worktree of `vault`: the raw bytes of everything that differs
 * from HEAD, and the index. Writes nothing except, with `write`, blobs. Throws
 * CONFLICT beyond the limits and if HEAD keeps moving, GIT_FAILED.
 */
export async function capture(
  system: System,
  vault: Vault,
  options: CaptureOptions,
): Promise<Capture> {
  const again = { ...options, ahead: undefined };
  for (let tries = 1; tries <= TRIES; tries++) {
    const found = await captureOnce(system, vault, tries > 1 ? again : options);
    if (found) return found;
  }
  throw new MpmError("CONFLICT", "HEAD moved while the working tree was read", {
    hint: "Try again when no other git command is running",
  });
}

/** `undefined`: the differences start from a commit other than the base. */
async function captureOnce(
  system: System,
  vault: Vault,
  options: CaptureOptions,
): Promise<Capture | undefined> {
  const { git, workspace } = vault;
  const { ahead, before, write } = options;
  const reading = ahead?.status ?? readShallow(git, { index: true });
  const listed = ahead?.listing ?? listIndex(system, git, workspace.gitDir!);
  const recent = ahead?.recent ?? readRecent(git);
  const names = vault.upstreams
    ? resolveUpstream(git)
    : Promise.resolve(new Map());
  const files = new FileCapture(system, git, {
    ...vault,
    write,
    ...before && { before },
  });
  const gather = async () => {
    const [status, listing] = await Promise.all([reading, listed]);
    await readChanged(system, { vault, files, status, listing, options });
    return { status, ...statesOf(status, files) };
  };
  const [state, listing, { tree, head }, status] = await Promise.all([
    readState(system, workspace, { git, names, recent, files: gather }),
    listed,
    recent,
    reading,
  ]);
  if (status.head !== head) return undefined;
  const { entries, closed = [] } = status;
  const [index, submodules] = await Promise.all([
    captureIndex(git, entries, listing),
    leftOutSubmodules(system, vault, { listing, entries }),
  ]);
  const base = tree ?? objectId("tree", new Uint8Array(), vault.hash);
  const all = await withHeads(git, base, entries);
  const leftOut = [
    ...files.leftOut,
    ...submodules,
    ...nested(entries),
    ...closed,
  ].sort((a, b) => a.path < b.path ? -1 : 1);
  return {
    // mpm's repository has no branch of the user.
    state: vault.own ? { ...state, branch: undefined } : state,
    base,
    worktree: worktreeOf(files, entries),
    index: index.delta,
    marks: index.marks,
    leftOut,
    listing,
    entries: [...all].sort((a, b) => a.path < b.path ? -1 : 1),
    size: [...files.files.values()].reduce(
      (all, file) => all + (file?.size ?? 0),
      0,
    ),
  };
}

/** Finds nested repositories that git does not track. */
function nested(entries: readonly StatusEntry[]): LeftOut[] {
  return entries.filter(isNested).map(({ path }) => ({
    path: path.endsWith("/") ? path : `${path}/`,
    reason: "it is its own repository",
  }));
}

/** Returns whether an entry is a nested repository that git does not track. */
function isNested({ path, status, mode, index }: StatusEntry): boolean {
  return status === "??"
    ? path.endsWith("/")
    : mode === "160000" && index?.[0]?.mode !== "160000";
}

function isSubmodule({ submodule, index, mode }: StatusEntry): boolean {
  return submodule !== undefined || mode === "160000" ||
    index?.[0]?.mode === "160000";
}

async function readChanged(
  system: System,
  { vault, files, status, listing, options }: {
    vault: Vault;
    files: FileCapture;
    status: Status;
    listing: IndexListing;
    options: CaptureOptions;
  },
): Promise<void> {
  for (const entry of status.entries) {
    if (isNested(entry) || isSubmodule(entry)) continue;
    files.add(entry.path, entry.mode);
  }
  // Git does not look at these, so nothing shows that they are unchanged.
  for (const path of [...listing.assumeUnchanged, ...listing.skipWorktree]) {
    files.add(path, listing.files.get(path)?.mode);
  }
  addBelowLoops(system, { files, status, listing });
  await addRaw(system, vault, { files, listing, cache: options.cache });
  await addUnopenable(system, vault, {
    files,
    paths: status.entries.map(({ path }) => path),
    folder: options.rawFolder,
  });
  await files.finish(options.limits, options.leaveLarge);
}

/** Adds paths below a link to itself, which git treats as unchanged. */
function addBelowLoops(
  { files: { stat } }: System,
  { files, status, listing }: {
    files: FileCapture;
    status: Status;
    listing: IndexListing;
  },
): void {
  const leadsNowhere = ({ path, status }: StatusEntry) => {
    const link = status === "??" && files.files.get(path)?.mode === "120000";
    return link && !attempt(() => stat(`${files.folder}/${path}`));
  };
  const loops = status.entries.filter(leadsNowhere).map(({ path }) => path);
  if (loops.length === 0) return;
  for (const path of listing.files.keys()) {
    const isBelow = loops.some((loop) => path.startsWith(`${loop}/`));
    if (isBelow) files.add(path);
  }
}

/** Submodules are in the tree with the commit from the index. */
function worktreeOf(
  { files, leftOut }: FileCapture,
  entries: readonly StatusEntry[],
): Map<string, CapturedFile | TreeEntry | undefined> {
  const found = new Map<string, CapturedFile | TreeEntry | undefined>(files);
  for (const { path } of leftOut) found.set(path, undefined);
  for (const entry of entries) {
    if (isNested(entry) && entry.index) found.set(entry.path, undefined);
  }
  for (const entry of entries) {
    const [only] = entry.index ?? [];
    if (isSubmodule(entry) && only?.mode === "160000") {
      found.set(entry.path, { mode: only.mode, id: only.id });
    }
  }
  return found;
}

/** Returns the states of the first paths, and the count of the others. */
function statesOf(
  { entries }: Status,
  { files }: FileCapture,
): { files: FileState[]; omitted: number } {
  const states = entries.slice(0, LISTED).map(({ path, status, staged }) => {
    const file = files.get(path);
    return {
      path,
      status,
      sha256: file?.bytes ? sha256(file.bytes) : null,
      size: file?.size ?? null,
      mtime: file?.mtime ?? null,
      ...(file ? { mode: file.mode } : {}),
      ...(staged === undefined ? {} : { object: staged }),
    };
  });
  return { files: states, omitted: entries.length - states.length };
}

/** Returns the entry of a changed path in the tree of HEAD. */
export function baseEntry(
  { entries, listing, marks, index }: Capture,
  path: string,
): TreeEntry | undefined {
  const entry = entryAt(entries, path);
  if (entry?.status === "DA") return entry.head;
  if (marks.intent_to_add.some((one) => one.path === path)) return undefined;
  if (entry?.index) return entry.head;
  // Git reports it as unchanged: HEAD and index are the same.
  return index.has(path)
    ? undefined
    : listing.files.get(path) ?? listing.submodules.get(path);
}

/** Several entries may have one path: deleted in the index and untracked. */
function entryAt(
  entries: readonly StatusEntry[],
  path: string,
): StatusEntry | undefined {
  const [low, high] = [lowest(entries, path), entries.length];
  for (let at = low; at < high && entries[at]!.path === path; at++) {
    if (entries[at]!.index) return entries[at];
  }
  return undefined;
}

/** Finds the first entry whose path is not below `path`, by binary search. */
function lowest(entries: readonly StatusEntry[], path: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.path < path) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the entries; conflicts get the entry of HEAD. */
export async function withHeads(
  git: Git,
  base: string,
  entries: readonly StatusEntry[],
): Promise<readonly StatusEntry[]> {
  const isConflict = ({ index }: StatusEntry) => (index?.[0]?.stage ?? 0) > 0;
  if (!entries.some(isConflict)) return entries;
  const heads = await treeDelta(git, emptyTree(base), base);
  return entries.map((entry) => {
    const head = isConflict(entry) ? heads.get(entry.path) : undefined;
    return head ? { ...entry, head } : entry;
  });
}

/**
 * Adds to a capture the files that a restore replaces but git does not list.
 * These are ignored files at `paths`, files where a folder belongs, and unusual
 * permissions among `changed`. The safety checkpoint needs them. Files above
 * the limits are left out. Throws GIT_FAILED.
 */
export async function addHidden(
  system: System,
  vault: Vault,
  { capture, paths, changed, limits, write }: {
    capture: Capture;
    paths: Iterable<string>;
    changed: Iterable<string>;
    limits: CaptureLimits;
    /** True if git stores large files instead of only computing their IDs. */
    write: boolean;
  },
): Promise<Capture> {
  const files = new FileCapture(system, vault.git, { ...vault, write });
  const seen = new Set<string>();
  let room = limits.total - capture.size;
  for (const path of paths) {
    if (!isOpenable(path)) continue;
    // If a folder was seen, all folders above it were seen too.
    for (let one = path; one !== "" && !seen.has(one); one = folderOf(one)) {
      seen.add(one);
      if (isOwnPath(one)) continue;
      if (capture.worktree.has(one) || baseEntry(capture, one)) continue;
      const size = files.sizeOf(one);
      if (size === undefined || size > limits.file || size > room) continue;
      room -= size;
      files.add(one);
    }
  }
  await files.finish(limits);
  for (const path of changed) {
    if (capture.worktree.has(path) || !isOpenable(path)) continue;
    const base = baseEntry(capture, path);
    if (base && base.mode !== "160000") files.takeUnusual(path, base);
  }
  const found = [...files.files].filter((entry): entry is [
    string,
    CapturedFile,
  ] => entry[1] !== undefined);
  if (found.length === 0) return capture;
  return {
    ...capture,
    worktree: new Map([...capture.worktree, ...found]),
    size: found.reduce((all, [, { size }]) => all + size, capture.size),
  };
}
