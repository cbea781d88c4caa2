import { basename, isAbsolute } from "@std/path";
import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import { type Workspace, WORKTREES } from "../git/mod.ts";
import type { Work } from "../work/mod.ts";
import type { System } from "../system/system.ts";

/**
 * The maximum size of the file in which git records a worktree's place, in
 * bytes.
 */
const LIMIT = 64 * 1024;

/**
 * Returns whether a session's worktree was deleted, so that `mpm return` cannot
 * run there. The project or the worktree may also have been moved.
 */
export function isStranded(
  system: System,
  { root, commonDir }: Pick<Workspace, "root" | "commonDir">,
  { place, worktree }: Pick<Work, "place" | "worktree">,
): boolean {
  const name = /^linked-([\w.-]+)$/.exec(place)?.[1];
  if (!place.startsWith("linked-") || commonDir === undefined) return false;
  const places = [worktree, join(root, WORKTREES, basename(worktree))];
  if (name !== undefined) {
    const known = knownPlace(system, join(commonDir, "worktrees", name));
    if (known !== undefined) places.push(known);
  }
  return !places.some((path) => system.files.lstat(path));
}

/** Returns the path where git expects a worktree's `.git` file. */
function knownPlace(system: System, gitDir: string): string | undefined {
  return attempt(() => {
    const path = new TextDecoder()
      .decode(system.files.readOwn(join(gitDir, "gitdir"), LIMIT)).trimEnd();
    return isAbsolute(path) ? path : join(gitDir, path);
  });
}
