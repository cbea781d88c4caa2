import { join } from "../base/join.ts";
import type { Context } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import {
  baseEntry,
  type Capture,
  foreignPaths,
  type LeftOut,
  lossesAt,
  type PathChange,
  WorktreeWriter,
} from "../git/mod.ts";
import { type Aside, putBackFrom, TrashFolder, withLock } from "../ops/mod.ts";
import { named } from "../base/words.ts";
import type { System } from "../system/system.ts";
import type { CheckpointPlace } from "../checkpoints/mod.ts";
import { captureTree, coveringAt, dirtyPaths } from "./tree.ts";

/** Files that no checkpoint can restore. */
interface Unparked {
  /** Untracked files or a separate repository, which no git command changes. */
  readonly stays: readonly LeftOut[];
  /** Tracked files, which clearing the tree would overwrite. */
  readonly bound: readonly LeftOut[];
}

/**
 * Finds, in a capture of the tree, the files that no checkpoint can restore.
 */
export function unparkedIn(capture: Capture): Unparked {
  const { entries, leftOut, listing } = capture;
  const tracked = new Set(
    entries.filter(({ index }) => index).map(({ path }) => path),
  );
  const isBound = ({ path }: LeftOut) => {
    const bare = path.replace(/\/$/, "");
    return tracked.has(bare) && !listing.submodules.has(bare);
  };
  const unnamed = entries.map(({ path }) => path)
    .filter((path) => !path.isWellFormed() && !tracked.has(path))
    .map((path) => ({ path, reason: "its name is not UTF-8" }));
  return {
    stays: [...leftOut.filter((one) => !isBound(one)), ...unnamed],
    bound: leftOut.filter(isBound)
      .map(({ path, reason }) => ({ path: path.replace(/\/$/, ""), reason })),
  };
}

/** Returns the paths that differ from HEAD and can be parked. */
export function movablePaths(capture: Capture): string[] {
  const fixed = new Set(unparkedIn(capture).stays.map(({ path }) => path));
  return dirtyPaths(capture).filter((path) => !fixed.has(path));
}

/**
 * Returns a capture without the files that stay in the tree. The result is the
 * same before and after a detour.
 */
export function withoutFixed(capture: Capture): Capture {
  const fixed = new Set(unparkedIn(capture).stays.map(({ path }) => path));
  const worktree = [...capture.worktree].filter(([path]) => !fixed.has(path));
  return { ...capture, worktree: new Map(worktree) };
}

/** Finds files that would be lost if the tree were cleared. */
export function asideToClear(
  system: System,
  place: CheckpointPlace,
  capture: Capture,
): string[] {
  const { bound } = unparkedIn(capture);
  const { files } = system;
  const there = bound.map(({ path }) => path)
    .filter((path) => files.lstat(join(place.vault.workspace.worktree, path)));
  return [...new Set([...there, ...coveringAt(system, place, capture)])].sort();
}

/**
 * Finds files in the way of a switch that makes `changes`. Either the switch
 * would destroy them, or git would refuse it. Throws CONFLICT for a name that
 * mpm cannot move.
 */
export async function asideToSwitch(
  system: System,
  { vault }: CheckpointPlace,
  { changes, capture }: { changes: readonly PathChange[]; capture: Capture },
): Promise<string[]> {
  const { git, workspace } = vault;
  const isRepository = (entry: PathChange["to"]) => entry?.mode === "160000";
  const made = changes.filter(({ from, to }) =>
    to && (!from || isRepository(from) && !isRepository(to))
  ).map(({ path }) => path);
  const unnamed = made.filter((path) => !path.isWellFormed());
  const [foreign] = await foreignPaths(git, unnamed);
  if (foreign !== undefined) {
    throw new MpmError("CONFLICT", `"${foreign}" blocks the switch`, {
      hint: "Its name is not UTF-8, so mpm cannot move it. Move it elsewhere",
    });
  }
  const goes = new Set(
    changes.filter(({ to }) => !to).map(({ path }) => path),
  );
  const isKept = (path: string) => {
    const found = capture.worktree.get(path);
    return found !== undefined && !isRepository(found);
  };
  const lost = lossesAt(system, workspace.worktree, {
    paths: made.filter((path) => path.isWellFormed()),
    spared: (path) => goes.has(path) || isKept(path),
  });
  return [...new Set([...lost, ...unseen(capture, changes)])].sort();
}

/**
 * Returns edited skip-worktree and assume-unchanged files, which git refuses to
 * replace.
 */
export function unseen(
  { marks, worktree, listing, index }: Capture,
  changes: readonly PathChange[],
): string[] {
  const changed = new Set(changes.map(({ path }) => path));
  return [...marks.assume_unchanged, ...marks.skip_worktree].filter((path) => {
    const now = worktree.get(path);
    const then = listing.files.get(path);
    return changed.has(path) && now !== undefined && !index.has(path) &&
      (now.id !== then?.id || now.mode !== then.mode);
  });
}

/**
 * Moves paths to the trash. Calls `note` with the folder before moving the
 * first path. Returns the folder.
 */
export function setAside(
  { system }: Context,
  { workspace, vault }: CheckpointPlace,
  { paths, note }: {
    paths: readonly string[];
    note: (aside: Aside) => void;
  },
): Promise<string> {
  return withLock(system, workspace.root, () => {
    const trash = new TrashFolder(system, workspace.root, {
      operation: "return",
      base: vault.workspace.worktree,
    });
    trash.expect(paths);
    note({ trash: trash.folder!, paths });
    for (const path of paths) trash.take(path);
    return Promise.resolve(trash.folder!);
  });
}

/** Returns notes that say where the moved files are. */
export function asideNotes(aside: readonly Aside[]): string[] {
  return aside.map(({ trash, paths }) =>
    "Moved to the trash, because it was in the way: " +
    `${named(paths.map(quoted))}. It is in ${trash}`
  );
}

/** Lists the files that a return would move. */
export function aheadNotes(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const list = named(paths.map(quoted));
  return [`Would be moved to the trash, because it is in the way: ${list}`];
}

/**
 * Lists the files that stay in the tree, since no checkpoint can contain them.
 */
export function stayNotes(stays: readonly LeftOut[]): string[] {
  const [first, ...more] = stays;
  if (!first) return [];
  return [
    `${quoted(first.path)} stays where it is: ${first.reason}` +
    (more.length === 0 ? "" : `; so ${more.length === 1 ? "does" : "do"} ` +
      named(more.map(({ path }) => quoted(path)))),
  ];
}

function quoted(path: string): string {
  return `"${path}"`;
}

/**
 * Restores the files that {@link setAside} moved, once the tree is in its
 * earlier state again. Returns notes about files that could not be restored.
 */
export async function restoreAside(
  context: Context,
  place: CheckpointPlace,
  aside: readonly Aside[],
): Promise<string[]> {
  if (aside.length === 0) return [];
  const { system } = context;
  const capture = await captureTree(system, place);
  const writer = new WorktreeWriter(system, place.vault, {
    setAside: () => {},
    stay: context.folder,
  });
  return await withLock(system, place.workspace.root, () => {
    const { files } = system;
    const waits = aside.map(({ trash, paths }) => ({
      trash,
      paths: paths.filter((path) => files.lstat(join(trash, "files", path))),
    }));
    for (const path of waits.flatMap(({ paths }) => paths)) {
      const base = baseEntry(capture, path);
      // The file that git wrote in its place is in the commit.
      if (base && !capture.worktree.has(path)) {
        writer.remove({ path, from: base, to: undefined });
      }
    }
    const back = new Set(putBackFrom(system, {
      root: place.workspace.root,
      worktree: place.vault.workspace.worktree,
    }, waits));
    const left = waits.map(({ trash, paths }) => ({
      trash,
      paths: paths.filter((path) => !back.has(path)),
    })).filter(({ paths }) => paths.length > 0);
    return Promise.resolve(asideNotes(left));
  });
}
