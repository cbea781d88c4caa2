import { join } from "../../base/join.ts";
import { type Platform, reasonNotThere } from "../../base/paths_there.ts";
import {
  foldersAbove,
  isOwnPath,
  isWithin,
  type LeftOut,
  type TreeDelta,
  type TreeEntry,
  withinAny,
} from "./snapshot.ts";
import type { System } from "../../system/system.ts";

/** A path that a restore changes; `undefined`: no file. */
export interface PathChange {
  readonly path: string;
  readonly from: TreeEntry | undefined;
  readonly to: TreeEntry | undefined;
}

/** The changes that a restore would make, all sorted by path. */
export interface RestorePlan {
  readonly writes: readonly PathChange[];
  /** Paths to delete again: the checkpoint says that they did not exist. */
  readonly removes: readonly PathChange[];
  /** Files created since the checkpoint, to be moved to the trash. */
  readonly trash: readonly PathChange[];
  /** Files created since the checkpoint that are not touched. */
  readonly kept: readonly string[];
  /** Differences that are not restored, and why. */
  readonly skipped: readonly LeftOut[];
}

/** The data for a plan. */
export interface PlanParts {
  /** Both worktrees, as differences from the same tree. */
  readonly current: TreeDelta;
  readonly target: TreeDelta;
  readonly base: (path: string) => TreeEntry | undefined;
  /** Only these files and folders; empty: everything. */
  readonly paths: readonly string[];
}

/** Returns the requested paths that differ, sorted, without mpm files. */
export function changesBetween(parts: PlanParts): PathChange[] {
  const { current, target, base } = parts;
  const isWanted = withinAny(parts.paths);
  const at = (delta: TreeDelta, path: string) =>
    delta.has(path) ? delta.get(path) : base(path);
  return [...new Set([...current.keys(), ...target.keys()])].sort()
    .filter((path) => !isOwnPath(path) && isWanted(path))
    .map((path) => ({
      path,
      from: at(current, path),
      to: at(target, path),
    }))
    .filter(({ from, to }) => from?.id !== to?.id || from?.mode !== to?.mode);
}

/**
 * Returns the action for each change. `known`: paths without a file in the
 * checkpoint. `exact`: files created since do not stay.
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

/** Returns whether a file is where a folder is written, or the reverse. */
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
    return "its name is not UTF-8; use --to to write it";
  }
  if ([from?.mode, to?.mode].includes("160000")) {
    return "it is its own repository";
  }
  const out = leftOut.find((one) => isWithin(path, one.path));
  return out && `not in a checkpoint: ${out.reason}`;
}

/** Returns whether a plan changes no file. */
export function isNothing({ writes, removes, trash }: RestorePlan): boolean {
  return writes.length + removes.length + trash.length === 0;
}

/**
 * Returns the files that would be lost when git writes `paths`, sorted: git
 * overwrites ignored files, and removes a folder of them. `spared`: nothing is
 * lost. A folder that is lost completely is one path.
 */
export function lossesAt(
  system: System,
  worktree: string,
  { paths, spared }: {
    paths: readonly string[];
    spared: (path: string) => boolean;
  },
): string[] {
  const { files } = system;
  const look = (path: string) => files.lstat(join(worktree, path));
  const folders = new Map<string, string | undefined>();
  /** The topmost parent that is not a folder. */
  const above = (path: string): string | undefined => {
    for (const folder of foldersAbove(path).reverse()) {
      if (!folders.has(folder)) {
        const found = look(folder);
        const other = found && found.kind !== "folder";
        folders.set(folder, other ? folder : undefined);
      }
      const blocked = folders.get(folder);
      if (blocked !== undefined) return blocked;
    }
    return undefined;
  };
  /** `keeps`: whether something in the folder is spared. */
  const within = (path: string): { lost: string[]; keeps: boolean } => {
    let keeps = false;
    const lost: string[] = [];
    for (const { name, kind } of files.list(join(worktree, path))) {
      const below = `${path}/${name}`;
      if (kind === "folder") {
        const found = within(below);
        keeps ||= found.keeps;
        lost.push(...found.lost);
      } else if (spared(below)) keeps = true;
      else lost.push(below);
    }
    return { lost: keeps || lost.length === 0 ? lost : [path], keeps };
  };
  const lost = new Set<string>();
  for (const path of paths) {
    const blocked = above(path);
    const at = blocked ?? path;
    const kind = look(at)?.kind;
    if (kind === undefined || spared(at)) continue;
    const found = kind === "folder" ? within(at).lost : [at];
    for (const one of found) lost.add(one);
  }
  return [...lost].sort();
}
