import { join } from "../../base/join.ts";
import { attempt, FileError } from "../../base/errors.ts";
import {
  copyWorktree,
  type LeftOut,
  makeOwnRepository,
} from "../../git/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import {
  checkFolder,
  ensureUserFolder,
  takeLock,
  withUserLock,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** The folder of the copies, in the user's own state. */
const FOLDER = "runs";

/** A lock in a copy's folder; its holder still works there. */
const LOCK = "lock";

/** A copy of a worktree's files, which is removed on disposal. */
export interface ScratchCopy extends AsyncDisposable {
  /** The top folder of the copy, absolute. */
  readonly folder: string;
  readonly leftOut: readonly LeftOut[];
}

/** The sources of a copy. */
interface Order {
  readonly head: string | undefined;
  /** Ignored paths of the worktree to which the copy links. */
  readonly links: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Copies the current files of a worktree into a folder outside of it, as a
 * separate repository. Also removes copies that killed processes left. Throws
 * FILE_FAILED, GIT_FAILED, with no copy left.
 */
export async function makeScratchCopy(
  system: System,
  workspace: Workspace,
  { head, links, signal }: Order,
): Promise<ScratchCopy> {
  const { home, held } = await reserve(system);
  const dispose = async () => {
    await withUserLock(system, () => {
      held[Symbol.dispose]();
      removeAll(system, home);
    });
  };
  try {
    const folder = join(home, "files");
    system.files.mkdir(folder);
    const leftOut = await copyWorktree(system, workspace, {
      ...{ to: folder, signal },
    });
    await makeOwnRepository(system, workspace, {
      folder,
      head,
      ignored: links,
    });
    for (const path of links) {
      system.files.symlink(join(workspace.worktree, path), join(folder, path));
    }
    return { folder, leftOut, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/**
 * A new folder with its lock, so that no other process treats it as abandoned.
 */
async function reserve(
  system: System,
): Promise<{ home: string; held: Disposable }> {
  return await withUserLock(system, async () => {
    await sweep(system);
    const home = join(ensureUserFolder(system, FOLDER), system.random());
    system.files.mkdir(home);
    const held = await takeLock(system, join(home, LOCK), 0);
    if (held) return { home, held };
    throw new FileError("other", "lock", home);
  });
}

/** Removes the copies whose process has ended. Call under the user's lock. */
async function sweep(system: System): Promise<void> {
  const top = ensureUserFolder(system, FOLDER);
  for (const { name, kind } of system.files.list(top)) {
    const home = join(top, name);
    if (kind !== "folder" || !checkFolder(system, home)) continue;
    using held = await takeLock(system, join(home, LOCK), 0);
    if (held) removeAll(system, home);
  }
}

/** Removes copies that killed processes left, without making a new one. */
export async function sweepScratchCopies(system: System): Promise<void> {
  await attempt(() => withUserLock(system, () => sweep(system)));
}

/**
 * Removes a folder with everything in it, including files that a program made
 * read-only. Follows no link. Files that cannot be removed are left for the
 * next attempt.
 */
function removeAll(system: System, folder: string): void {
  const { files } = system;
  attempt(() => {
    files.chmod(folder, 0o700);
    for (const { name, kind } of files.list(folder)) {
      const path = join(folder, name);
      if (kind === "folder") removeAll(system, path);
      else attempt(() => files.remove(path));
    }
    files.remove(folder);
  });
}
