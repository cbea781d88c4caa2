import {
  type IndexMarks,
  isOwnPath,
  type TreeEntry,
  type Unmerged,
} from "./snapshot.ts";
import type { Git } from "../run/git.ts";
import type { StatusEntry } from "../status.ts";
import { decodeBytes, encodeText } from "../text.ts";

/** What the index's own listing says beyond what `git status` does. */
export interface IndexListing {
  /**
   * Files of stage 0, by path; put together when it is first asked for, which
   * costs as much as the rest where there are many.
   */
  readonly files: ReadonlyMap<string, TreeEntry>;
  readonly submodules: ReadonlyMap<string, TreeEntry>;
  readonly assumeUnchanged: readonly string[];
  readonly skipWorktree: readonly string[];
  /** Whether a file of attributes is in it. */
  readonly hasAttributes: boolean;
}

const ATTRIBUTES = encodeText(".gitattributes");

/**
 * Reads `<tag> <mode> <id> <stage>\t<path>`; git-ls-files(1) has the tags. Of
 * most entries nothing need be known, and there may be very many: those are not
 * even made text.
 */
export function parseIndex(output: Uint8Array): IndexListing {
  const submodules = new Map<string, TreeEntry>();
  const assumeUnchanged: string[] = [];
  const skipWorktree: string[] = [];
  let hasAttributes = false;
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(0, at);
    if (!isUsual(output, at)) {
      const field = decodeBytes(output.subarray(at, end));
      const { tag, path, mode, id, stage } = entryOf(field);
      if (stage === "0" && !isOwnPath(path)) {
        if (mode === "160000") submodules.set(path, { mode, id });
        if (tag >= "a") assumeUnchanged.push(path);
        if (tag === "S" || tag === "s") skipWorktree.push(path);
      }
    }
    hasAttributes ||= output[end - 1] === 0x73 && isAttributes(output, end);
    at = end + 1;
  }
  let files: Map<string, TreeEntry> | undefined;
  return {
    get files() {
      return files ??= filesIn(decodeBytes(output));
    },
    submodules,
    assumeUnchanged,
    skipWorktree,
    hasAttributes,
  };
}

/** How most entries begin: in the cache, a file, a program or a link. */
function isUsual(bytes: Uint8Array, at: number): boolean {
  // "H 100" or "H 120", byte by byte: it is asked of every entry.
  return bytes[at] === 0x48 && bytes[at + 2] === 0x31 &&
    (bytes[at + 3] === 0x30 || bytes[at + 3] === 0x32) &&
    bytes[at + 4] === 0x30;
}

/** Whether the path that ends before `end` is a file of attributes. */
function isAttributes(bytes: Uint8Array, end: number): boolean {
  const from = end - ATTRIBUTES.length;
  return ATTRIBUTES.every((byte, at) => bytes[from + at] === byte);
}

function entryOf(field: string) {
  const tab = field.indexOf("\t");
  const [mode, id, stage] = field.slice(2, tab).split(" ");
  return {
    tag: field[0]!,
    mode: mode!,
    id: id!,
    stage: stage!,
    path: field.slice(tab + 1),
  };
}

function filesIn(text: string): Map<string, TreeEntry> {
  const files = new Map<string, TreeEntry>();
  for (const field of text.split("\0").slice(0, -1)) {
    const { mode, id, stage, path } = entryOf(field);
    if (stage !== "0" || mode === "160000" || isOwnPath(path)) continue;
    files.set(path, { mode, id });
  }
  return files;
}

/** The index as differences from HEAD, and what no tree can tell. */
export interface CapturedIndex {
  readonly delta: Map<string, TreeEntry | undefined>;
  readonly marks: IndexMarks;
}

/** Both from the status and the listing of the same moment. */
export async function captureIndex(
  git: Git,
  entries: readonly StatusEntry[],
  listing: IndexListing,
): Promise<CapturedIndex> {
  const delta = new Map<string, TreeEntry | undefined>();
  const unmerged: Unmerged[] = [];
  const intent: string[] = [];
  for (const { path, status, index } of entries) {
    const [only] = index ?? [];
    if (!only) continue;
    if (only.stage > 0) {
      delta.set(path, undefined);
      unmerged.push({ path, stages: [...index!] });
    } else if (status === " A") {
      intent.push(path);
    } else if (status === "DA") {
      // HEAD has it, the index no more than the intent.
      delta.set(path, undefined);
      intent.push(path);
    } else if (status[0] !== " ") {
      const gone = /^0+$/.test(only.mode);
      delta.set(path, gone ? undefined : { mode: only.mode, id: only.id });
    }
  }
  intent.push(...await hiddenIntents(git, entries, listing));
  return {
    delta,
    marks: {
      unmerged: unmerged.sort((a, b) => a.path < b.path ? -1 : 1),
      intent_to_add: intent.sort().map((path) => ({
        path,
        mode: listing.files.get(path)?.mode ?? "100644",
      })),
      assume_unchanged: [...listing.assumeUnchanged].sort(),
      skip_worktree: [...listing.skipWorktree].sort(),
    },
  };
}

/** The flag "intent to add" in what `ls-files --debug` prints. */
const INTENT = 0x2000_0000;

/**
 * A path that was to be added and is gone from the worktree looks like any that
 * was deleted, and one that git does not look at like any other, but for a flag.
 */
async function hiddenIntents(
  git: Git,
  entries: readonly StatusEntry[],
  listing: IndexListing,
): Promise<string[]> {
  const { assumeUnchanged, skipWorktree } = listing;
  const told = new Set(
    entries.filter(({ index }) => index).map(({ path }) => path),
  );
  const isEmpty = (id: string) => id === emptyBlob(id);
  const suspects = [
    ...entries.filter(({ status, index }) =>
      status === " D" && isEmpty(index![0]!.id)
    ).map(({ path }) => path),
    ...new Set(
      [...assumeUnchanged, ...skipWorktree].filter((path) =>
        !told.has(path) && isEmpty(listing.files.get(path)?.id ?? "")
      ),
    ),
  ];
  if (suspects.length === 0) return [];
  const output = decodeBytes(
    await git.read([
      "--literal-pathspecs",
      "ls-files",
      "-z",
      "--debug",
      "--",
      ...suspects,
    ]),
  );
  const marked = new Set<string>();
  // Of each: the path, NUL, and lines about it, the last of which has the flags.
  for (
    const [, path, flags] of output.matchAll(
      /([^\0]+)\0[^\0]*?flags: ([0-9a-f]+)\n/g,
    )
  ) {
    if ((parseInt(flags!, 16) & INTENT) !== 0) marked.add(path!);
  }
  return suspects.filter((path) => marked.has(path));
}

/** The blob of nothing, in ids of the form of `id`. */
export function emptyBlob(id: string): string {
  return id.length === 40
    ? "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    : "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813";
}

/** The lines `update-index --index-info` takes for an entry (or none). */
export function indexLine(
  path: string,
  entry: (TreeEntry & { stage?: number }) | undefined,
  none: string,
): Uint8Array {
  return encodeText(
    entry
      ? `${entry.mode} ${entry.id} ${entry.stage ?? 0}\t${path}\0`
      : `0 ${none} 0\t${path}\0`,
  );
}
