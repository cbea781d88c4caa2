import { basename } from "@std/path";
import type { Context } from "../cli/mod.ts";
import { attempt, MpmError } from "../base/errors.ts";
import {
  baseEntry,
  type Capture,
  type Git,
  type LeftOut,
  lossesAt,
  partOf,
  pathsIn,
  type Position,
  readOperation,
  refuseHeldIndex,
  resetTracked,
  resolveNames,
  treeDelta,
  watchFiles,
  type Workspace,
  WorktreeWriter,
} from "../git/mod.ts";
import {
  captureNow,
  type CheckpointPlace,
  type CheckpointRef,
  placeOf,
} from "../checkpoints/mod.ts";
import { named } from "../base/words.ts";
import type { System } from "../system/system.ts";

/**
 * Opens the worktree of a repository for a detour. Files that are too large for
 * a checkpoint stay where they are. Throws GIT_FAILED.
 */
export async function openTree(
  system: System,
  workspace: Workspace,
): Promise<CheckpointPlace> {
  const place = await placeOf(system, workspace, { create: false });
  if (place.vault) {
    return { ...place, vault: place.vault, leaveLarge: true, seen: {} };
  }
  throw new MpmError("GIT_FAILED", "This folder is not in a repository");
}

/**
 * Returns whether a path is a worktree of an agent. Such worktrees stay when
 * another branch is checked out.
 */
function isWorktreeOfAgents(path: string): boolean {
  return path.startsWith(".claude/worktrees/");
}

/** Returns the paths that differ from HEAD, without nested worktrees. */
export function dirtyPaths({ entries }: Capture): string[] {
  // A file that is missing only from the index is listed twice: as deleted and
  // as untracked.
  const paths = new Set(entries.map(({ path }) => path));
  return [...paths].filter((path) => !isWorktreeOfAgents(path));
}

/** Returns what a checkpoint of this tree could not restore, and why. */
function unparkable({ entries, leftOut }: Capture): LeftOut[] {
  const foreign = entries.map(({ path }) => path)
    .filter((path) => !path.isWellFormed())
    .map((path) => ({ path, reason: "its name is not UTF-8" }));
  return [...leftOut, ...foreign].filter(({ path }) =>
    !isWorktreeOfAgents(path)
  );
}

/** Throws CONFLICT for work that a checkpoint could not restore. */
export function refuseUnparkable(capture: Capture): void {
  const [first, ...more] = unparkable(capture);
  if (!first) return;
  throw new MpmError(
    "CONFLICT",
    `"${first.path}" cannot be parked: ${first.reason}` +
      (more.length > 0 ? `; nor ${more.length} more` : ""),
    {
      hint:
        "Commit it, let git ignore it, move it elsewhere, or use --worktree " +
        "for the detour",
    },
  );
}

/**
 * Refuses to change a tree during a merge or a similar operation, or while
 * another git command runs. Throws CONFLICT.
 */
export function refuseBusy(
  system: System,
  { vault, workspace }: CheckpointPlace,
): void {
  const operation = readOperation(system, workspace.gitDir!);
  if (operation !== undefined) {
    const article = operation === "am" ? "An" : "A";
    const end = operation === "bisect" ? "reset" : "--abort";
    throw new MpmError(
      "CONFLICT",
      `${article} ${operation} is in progress here`,
      { hint: `Finish or abort it (git ${operation} ${end}) first` },
    );
  }
  refuseHeldIndex(system, vault);
}

/** Throws CONFLICT for a git branch to which no command could return. */
export function refuseUnnamed({ branch }: Position): void {
  if (branch === null || branch.isWellFormed()) return;
  throw new MpmError("CONFLICT", `The name of "${branch}" is not UTF-8`, {
    hint: "Rename that git branch first: git branch -m <name>",
  });
}

/** Returns whether all files that a checkpoint changes can be written. */
export async function isWhole(
  git: Git,
  { commit }: CheckpointRef,
  base: string,
): Promise<boolean> {
  return await attempt(async () => {
    const deltas = await Promise.all(
      (["worktree", "index"] as const).map((part) =>
        treeDelta(git, base, partOf(commit, part))
      ),
    );
    const ids = new Set(
      deltas.flatMap((delta) => [...delta.values()])
        .filter((entry) => entry && entry.mode !== "160000")
        .map((entry) => entry!.id),
    );
    const found = await resolveNames(git, [...ids]);
    return [...ids].every((id) => found.get(id) !== undefined);
  }) ?? false;
}

/**
 * Returns the ignored files that would be overwritten with files of HEAD if the
 * tree were cleared.
 */
export function coveringAt(
  system: System,
  { vault }: CheckpointPlace,
  capture: Capture,
): string[] {
  return lossesAt(system, vault.workspace.worktree, {
    paths: [...capture.worktree]
      .filter(([path, file]) => !file && baseEntry(capture, path))
      .map(([path]) => path),
    spared: (path) => capture.worktree.get(path) !== undefined,
  });
}

/** Throws CONFLICT for ignored files that would be overwritten. */
export function refuseCovering(
  system: System,
  place: CheckpointPlace,
  capture: Capture,
): void {
  const lost = coveringAt(system, place, capture);
  if (lost.length === 0) return;
  throw new MpmError(
    "CONFLICT",
    "Ignored files have the same names as files in the last commit: " +
      `${named(lost)}`,
    { hint: "Move them elsewhere: checkpoints leave out ignored files" },
  );
}

/**
 * Resets the tracked files and the index to HEAD, and removes untracked files
 * that are in one of `trees`. Removes a file only if it is unchanged since
 * `capture`, which must be in a checkpoint. Ignored files and all other files
 * stay. Throws CONFLICT if something is in the way, or GIT_FAILED.
 */
export async function cleanTree(
  context: Context,
  place: CheckpointPlace,
  { capture, trees }: { capture: Capture; trees: readonly string[] },
): Promise<void> {
  const { vault } = place;
  refuseCovering(context.system, place, capture);
  const untracked = capture.entries.filter(({ status }) => status === "??")
    .map(({ path }) => path).filter((path) => capture.worktree.get(path));
  const known = await Promise.all(
    trees.map((tree) => pathsIn(vault.git, tree, untracked)),
  );
  const gone = untracked.filter((path) =>
    known.some((paths) => paths.has(path))
  );
  const writer = new WorktreeWriter(context.system, vault, {
    setAside: () => {},
    stay: context.folder,
  });
  // Files are removed before the reset, since a file may be where HEAD has a
  // folder, or the reverse.
  for (const path of gone) {
    const from = capture.worktree.get(path)!;
    const problem = writer.remove({ path, from, to: undefined });
    if (problem !== undefined) {
      throw new MpmError("CONFLICT", `Cannot clear "${path}": ${problem}`, {
        hint:
          "Nothing was lost. Make it removable, or let git ignore it, and " +
          "run the command again",
      });
    }
  }
  const { assume_unchanged: assumed, skip_worktree: skipped } = capture.marks;
  // Git would not reset these files. The checkpoint also contains their flags.
  const hidden = [...assumed, ...skipped].filter((path) =>
    capture.index.has(path)
  );
  await watchFiles(vault.git, hidden);
  await resetTracked(gitHere(context, vault.git));
}

/**
 * Runs git in the command's folder. Git does not delete its own working folder,
 * even if it becomes empty. Neither mpm nor the user's shell could continue in
 * a deleted folder.
 */
export function gitHere({ system, folder }: Context, git: Git): Git {
  return system.files.lstat(folder) ? git.in(folder) : git;
}

/**
 * Captures the tree in its present state. `write`: stores contents that are too
 * large to hold in memory, for a checkpoint that will follow.
 */
export async function captureTree(
  system: System,
  place: CheckpointPlace,
  { write = false } = {},
): Promise<Capture> {
  return (await captureNow(system, place, { write })).capture;
}

/** Returns whether a file contains ignore rules. */
export function isIgnoreRule(path: string): boolean {
  return basename(path) === ".gitignore";
}

/**
 * Returns notes about files that the parent ignores and the detour does not, so
 * that they look like work of the detour. `parked`: the rules that a checkpoint
 * removed. `changed`: the rules that differ on `branch`.
 */
export async function barelyIgnored(
  system: System,
  place: CheckpointPlace,
  { parked, changed, branch, carried }: {
    parked: readonly string[];
    changed: readonly string[];
    branch: string | undefined;
    /** Uncommitted paths that already existed. */
    carried: readonly string[];
  },
): Promise<string[]> {
  if (parked.length === 0 && changed.length === 0) return [];
  const bare = dirtyPaths(await captureTree(system, place))
    .filter((path) => !carried.includes(path));
  if (bare.length === 0) return [];
  const when = parked.length > 0
    ? `while ${named(parked)} is parked`
    : `on "${branch}"`;
  return [
    `Git does not ignore these files ${when}: ${named(bare)}. Do not ` +
    'commit them; "mpm return --carry" leaves them in place',
  ];
}
