import {
  hashOf,
  type IndexMarks,
  objectId,
  type TreeEntry,
  type Unmerged,
} from "./snapshot.ts";
import type { Git } from "../run/git.ts";
import type { StatusEntry } from "../status.ts";
import { decodeBytes, encodeText, words } from "../text.ts";
import type { IndexListing } from "../index_file.ts";

/** The index as differences from HEAD, and what a tree cannot contain. */
export interface CapturedIndex {
  readonly delta: Map<string, TreeEntry | undefined>;
  readonly marks: IndexMarks;
}

/** Changes of the index in a status. */
interface StagedChanges {
  readonly delta: Map<string, TreeEntry | undefined>;
  readonly unmerged: Unmerged[];
  /** Paths that are only marked as intent to add. */
  readonly intent: string[];
}

/** Returns how the index differs from HEAD. */
export function stagedChanges(
  entries: readonly StatusEntry[],
): StagedChanges {
  const delta = new Map<string, TreeEntry | undefined>();
  const unmerged: Unmerged[] = [];
  const intent: string[] = [];
  for (const { path, status, index, from } of entries) {
    const only = index?.[0];
    if (!only) continue;
    if (only.stage > 0) {
      delta.set(path, undefined);
      unmerged.push({ path, stages: [...index!] });
    } else if (status === " A") {
      intent.push(path);
    } else if (status === "DA") {
      // HEAD has the path, and the index has only the intent to add it.
      delta.set(path, undefined);
      intent.push(path);
    } else if (status[0] !== " ") {
      const gone = /^0+$/.test(only.mode);
      delta.set(path, gone ? undefined : { mode: only.mode, id: only.id });
      if (status[0] === "R") delta.set(from!, undefined);
    }
  }
  return { delta, unmerged, intent };
}

/** Both arguments must come from the same moment. */
export async function captureIndex(
  git: Git,
  entries: readonly StatusEntry[],
  listing: IndexListing,
): Promise<CapturedIndex> {
  const { delta, unmerged, intent } = stagedChanges(entries);
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

/** The flag "intent to add" in the output of `ls-files --debug`. */
const INTENT = 0x2000_0000;

/**
 * Finds paths with the intent to add that the status does not show: deleted
 * ones look like any others, unwatched ones differ by a flag.
 */
async function hiddenIntents(
  git: Git,
  entries: readonly StatusEntry[],
  listing: IndexListing,
): Promise<string[]> {
  const { assumeUnchanged, skipWorktree } = listing;
  const listed = new Set(
    entries.filter(({ index }) => index).map(({ path }) => path),
  );
  const isEmpty = (id: string) => id === emptyBlob(id);
  const suspects = [
    ...entries.filter(({ status, index }) =>
      status === " D" && isEmpty(index![0]!.id)
    ).map(({ path }) => path),
    ...new Set(
      [...assumeUnchanged, ...skipWorktree].filter((path) =>
        !listed.has(path) && isEmpty(listing.files.get(path)?.id ?? "")
      ),
    ),
  ];
  if (suspects.length === 0) return [];
  const output = decodeBytes(
    await git.read(
      words("--literal-pathspecs ls-files -z --debug --", ...suspects),
    ),
  );
  const marked = new Set<string>();
  // For each path: the path, NUL, and lines, the last with the flags.
  for (
    const [, path, flags] of output.matchAll(
      /([^\0]+)\0[^\0]*?flags: ([0-9a-f]+)\n/g,
    )
  ) {
    if ((parseInt(flags!, 16) & INTENT) !== 0) marked.add(path!);
  }
  return suspects.filter((path) => marked.has(path));
}

/** Returns the ID of the empty blob, in the format of `id`. */
export function emptyBlob(id: string): string {
  return objectId("blob", new Uint8Array(), hashOf(id));
}

/** Returns a line for `update-index --index-info`. */
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
