import { type Platform, reasonNotThere } from "../../base/paths_there.ts";
import {
  foldersAbove,
  isOwnPath,
  isWithin,
  type LeftOut,
  type TreeDelta,
  type TreeEntry,
} from "../status/snapshot.ts";

/** A path that a restore changes; `undefined`: nothing there. */
export interface PathChange {
  readonly path: string;
  readonly from: TreeEntry | undefined;
  readonly to: TreeEntry | undefined;
}

/** What a restore would do to the files of a worktree; all sorted by path. */
export interface RestorePlan {
  readonly writes: readonly PathChange[];
  /** Deleted again, since the checkpoint knew of them and had none. */
  readonly removes: readonly PathChange[];
  /** Made since, and moved to the trash. */
  readonly trash: readonly PathChange[];
  /** Made since, and left where they are. */
  readonly kept: readonly string[];
  /** Differences that are left alone, and why. */
  readonly skipped: readonly LeftOut[];
}

/** What a plan is made from. */
export interface PlanParts {
  /** The worktree now, and that of the checkpoint, as differences from one tree. */
  readonly current: TreeDelta;
  readonly target: TreeDelta;
  /** What that tree has at a path. */
  readonly base: (path: string) => TreeEntry | undefined;
  /** Only these files and folders; none: all. */
  readonly paths: readonly string[];
}

/** The paths that differ, sorted; mpm's own and what is not asked for apart. */
export function changesBetween(parts: PlanParts): PathChange[] {
  const { current, target, base, paths } = parts;
  const at = (delta: TreeDelta, path: string) =>
    delta.has(path) ? delta.get(path) : base(path);
  return [...new Set([...current.keys(), ...target.keys()])].sort()
    .filter((path) =>
      !isOwnPath(path) &&
      (paths.length === 0 || paths.some((wanted) => isWithin(path, wanted)))
    )
    .map((path) => ({
      path,
      from: at(current, path),
      to: at(target, path),
    }))
    .filter(({ from, to }) => from?.id !== to?.id || from?.mode !== to?.mode);
}

/**
 * What to do about each change. `known`: paths that the checkpoint knew of,
 * though it had no file there; `brought`: those that an operation to be undone
 * has brought. `exact`: files made since do not stay.
 */
export function planRestore(
  changes: readonly PathChange[],
  { leftOut, known, exact, platform }: {
    leftOut: readonly LeftOut[];
    known: ReadonlySet<string>;
    exact: boolean;
    platform: Platform;
  },
): RestorePlan {
  const skipped: LeftOut[] = [];
  const able = changes.filter((change) => {
    const reason = reasonToSkip(change, { leftOut, platform });
    if (reason !== undefined) skipped.push({ path: change.path, reason });
    return reason === undefined;
  });
  const writes = able.filter(({ to }) => to !== undefined);
  const gone = able.filter(({ to }) => to === undefined);
  const inTheWay = obstacles(writes);
  const removes = gone.filter(({ path }) => known.has(path) || inTheWay(path));
  const since = gone.filter((change) => !removes.includes(change));
  return {
    writes,
    removes,
    trash: exact ? since : [],
    kept: exact ? [] : since.map(({ path }) => path),
    skipped,
  };
}

/** Whether a file stands where a written one needs a folder, or the reverse. */
function obstacles(
  writes: readonly PathChange[],
): (path: string) => boolean {
  const written = new Set(writes.map(({ path }) => path));
  const folders = new Set(writes.flatMap(({ path }) => foldersAbove(path)));
  return (path) =>
    folders.has(path) || foldersAbove(path).some((above) => written.has(above));
}

function reasonToSkip(
  { path, from, to }: PathChange,
  { leftOut, platform }: {
    leftOut: readonly LeftOut[];
    platform: Platform;
  },
): string | undefined {
  const impossible = reasonNotThere(path, platform);
  if (impossible !== undefined) return impossible;
  if (!path.isWellFormed()) {
    return "its name is not UTF-8: --to writes it";
  }
  if ([from?.mode, to?.mode].includes("160000")) {
    return "it is a repository of its own";
  }
  const out = leftOut.find((one) => isWithin(path, one.path));
  return out && `not in a checkpoint: ${out.reason}`;
}

/** Whether a plan changes no file. */
export function isNothing({ writes, removes, trash }: RestorePlan): boolean {
  return writes.length + removes.length + trash.length === 0;
}
