import type { FileChange } from "./changes.ts";
import type { OwnFields, Save } from "../save.ts";
import type { FileState } from "../../git/mod.ts";
import { getOwn } from "../../base/own.ts";
import { decodeBytes, encodeText } from "../../base/bytes.ts";

/** A path that differed from HEAD at the pause. */
export interface RecordedPath {
  readonly path: string;
  readonly from?: string;
  /** null: not recorded. */
  readonly status: string | null;
  /** The recorded content; absent in saves of other programs. */
  readonly state?: FileState;
}

/** The paths that differed from HEAD at the pause. */
export interface Recorded {
  readonly paths: readonly RecordedPath[];
  /** Untracked folders, which other programs list only by name, with a `/`. */
  readonly folders: readonly string[];
  /** True if every path that differed from HEAD is listed. */
  readonly complete: boolean;
  readonly notes: readonly string[];
  /** True if files that git was told to ignore are also listed. */
  readonly unwatched: boolean;
}

export const NO_PATHS: Recorded = {
  ...{ paths: [], folders: [], notes: [] },
  ...{ complete: false, unwatched: false },
};

interface Surroundings {
  /** Paths that differ from HEAD now. */
  readonly present: readonly string[];
  readonly files: readonly FileChange[];
  /** Names in the top folder. */
  readonly topNames: readonly string[];
}

/**
 * Returns the changed paths in a save, repairing lists from other programs.
 * Leaves out paths outside the worktree, which only a forged save has.
 */
export function recordedPaths(save: Save, around: Surroundings): Recorded {
  const recorded = save.mpm ? ownPaths(save.mpm) : peerPaths(save, around);
  const paths = recorded.paths.filter(({ path, from }) =>
    isInside(path) && isInside(from ?? path)
  );
  if (paths.length === recorded.paths.length) return recorded;
  const note = "Paths in the save that point outside the worktree were ignored";
  return { ...recorded, paths, notes: [...recorded.notes, note] };
}

function ownPaths(
  { files, files_omitted: omitted, unwatched }: OwnFields,
): Recorded {
  const note =
    `The save lists ${files.length} changed paths and omits ${omitted} more, ` +
    "which were not compared";
  return {
    paths: files.map((state) => ({
      path: state.path,
      ...(state.from === undefined ? {} : { from: state.from }),
      status: state.status,
      state,
    })),
    folders: [],
    complete: omitted === 0,
    notes: omitted === 0 ? [] : [note],
    unwatched: unwatched !== undefined,
  };
}

function isInside(path: string): boolean {
  return path !== "" && !path.includes("\0") && !path.startsWith("/") &&
    !path.split("/").includes("..");
}

function peerPaths(save: Save, around: Surroundings): Recorded {
  const { status } = save.git_context;
  const [first, ...others] = [
    ...new Set([
      ...status.modified_files,
      ...status.modified,
      ...status.staged,
    ]),
  ];
  const repaired = first === undefined
    ? { path: undefined, notes: [] }
    : repairFirst(first, around);
  const changed = repaired.path === undefined
    ? others
    : [repaired.path, ...others];
  const untracked = [
    ...new Set([...status.untracked_files, ...status.untracked]),
  ].map(decodeQuoted).filter((path) => !isOwn(path));
  const tracked = changed.map(splitRename).filter(({ path }) => !isOwn(path));
  return {
    paths: [
      ...tracked.map((names) => ({ ...names, status: null })),
      ...untracked.filter((path) => !path.endsWith("/"))
        .map((path) => ({ path, status: "??" })),
    ],
    folders: untracked.filter((path) => path.endsWith("/")),
    complete: repaired.path !== undefined || first === undefined,
    notes: repaired.notes,
    unwatched: false,
  };
}

function isOwn(path: string): boolean {
  return path === ".claude-mpm" || path.startsWith(".claude-mpm/");
}

/**
 * Repairs the path lists written by claude-mpm, which strips the output of
 * `git status --porcelain` (without `-z`) before splitting it into lines. Names
 * therefore stay quoted as in C, and a rename stays `old -> new`. The first
 * path loses its first letter if its status began with a blank.
 */

/** Returns the old and new names in a line of `git status`, unquoted. */
export function splitRename(text: string): { path: string; from?: string } {
  const names = /^("(?:[^"\\]|\\.)*"|.+?) -> ("(?:[^"\\]|\\.)*"|.+)$/s
    .exec(text);
  if (!names) return { path: decodeQuoted(text) };
  return { path: decodeQuoted(names[2]!), from: decodeQuoted(names[1]!) };
}

const ESCAPES: Record<string, number> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  "\\": 92,
};

/**
 * Returns a name that git quoted as in C, such as `"\303\274 b"`, as text. A
 * byte that is not UTF-8 becomes U+DC00 plus the byte.
 */
export function decodeQuoted(name: string): string {
  if (!/^"(?:[^"\\]|\\.)*"$/s.test(name)) return name;
  const bytes: number[] = [];
  for (
    const [, octal, letter, plain] of name.slice(1, -1).matchAll(
      /\\([0-3][0-7]{2})|\\(.)|([^\\]+)/gs,
    )
  ) {
    if (octal !== undefined) bytes.push(parseInt(octal, 8));
    else if (letter !== undefined) {
      bytes.push(getOwn(ESCAPES, letter) ?? letter.charCodeAt(0));
    } else bytes.push(...encodeText(plain!));
  }
  return decodeBytes(new Uint8Array(bytes));
}

/**
 * Returns the first path in another program's list with its lost first letter
 * restored, or a note if the letter is uncertain.
 */
export function repairFirst(
  first: string,
  around: Surroundings,
): { path: string | undefined; notes: string[] } {
  // A quoted name that lost its opening quote still has its closing quote.
  if (/^[^"]*"$/.test(first)) return { path: `"${first}`, notes: [] };
  const known = [
    ...around.present,
    ...around.files.flatMap(({ path, from }) => from ? [path, from] : [path]),
  ];
  const { path } = splitRename(first);
  const lacking = longerByOne(path, known, around.topNames);
  const top = path.split("/")[0]!;
  const stands = known.includes(path) || around.topNames.includes(top);
  if (stands && lacking.length === 0) return { path: first, notes: [] };
  if (!stands && lacking.length === 1) {
    return { path: lacking[0]! + first.slice(path.length), notes: [] };
  }
  const note =
    `The first changed path in the save, "${path}", may lack its first ` +
    "letter (a bug in claude-mpm), so it was not compared";
  return { path: undefined, notes: [note] };
}

/** Returns known and top-level names with one more letter at the start. */
function longerByOne(
  path: string,
  known: readonly string[],
  topNames: readonly string[],
): string[] {
  const lacks = (longer: string, shorter: string) =>
    longer.length > shorter.length && longer.endsWith(shorter) &&
    [...longer].length === [...shorter].length + 1;
  const [top, ...below] = path.split("/") as [string, ...string[]];
  return [
    ...new Set([
      ...known.filter((name) => lacks(name, path)),
      ...topNames.filter((name) => lacks(name, top))
        .map((name) => [name, ...below].join("/")),
    ]),
  ];
}
