import type { FileChange } from "./changes.ts";
import {
  decodeQuoted,
  repairFirst,
  splitRename,
} from "../legacy/peer_paths.ts";
import type { OwnFields, Save } from "../save.ts";
import type { FileState } from "../../git/repository.ts";

/** A path that differed from HEAD at the pause. */
export interface RecordedPath {
  readonly path: string;
  readonly from?: string;
  /** null: not recorded. */
  readonly status: string | null;
  /** What was known of the content; absent in a peer's save. */
  readonly state?: FileState;
}

export interface Recorded {
  readonly paths: readonly RecordedPath[];
  /** Untracked folders, of which a peer lists only the name, with a `/`. */
  readonly folders: readonly string[];
  /** Whether every path that differed is listed. */
  readonly complete: boolean;
  readonly notes: readonly string[];
  /** Whether what git was told not to look at is listed, too. */
  readonly unwatched: boolean;
}

/** What a peer's damaged list is held against. */
export interface Surroundings {
  /** Paths that differ from HEAD now. */
  readonly present: readonly string[];
  readonly files: readonly FileChange[];
  /** Names in the top folder. */
  readonly topNames: readonly string[];
}

/**
 * The paths a save lists as changed, a peer's lists repaired. A path that
 * leads out of the worktree, as only a forged save has, is left out.
 */
export function recordedPaths(save: Save, around: Surroundings): Recorded {
  const recorded = save.mpm ? ownPaths(save.mpm) : peerPaths(save, around);
  const paths = recorded.paths.filter(({ path, from }) =>
    isInside(path) && isInside(from ?? path)
  );
  if (paths.length === recorded.paths.length) return recorded;
  const note = "Paths in the save that lead out of the worktree were ignored";
  return { ...recorded, paths, notes: [...recorded.notes, note] };
}

function ownPaths(
  { files, files_omitted: omitted, unwatched }: OwnFields,
): Recorded {
  const note = `The save lists ${files.length} changed paths and ` +
    `omits ${omitted}; those were not compared`;
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
