import { isFailed } from "../git/worktree_status.ts";
import type { System } from "../system/system.ts";
import type { Candidate } from "./candidates.ts";
import { readContents } from "./contents.ts";

/** They change as soon as anything in the folder does. */
export interface Prints {
  readonly tree: string;
  readonly gitDir: string;
}

/** Of those git keeps about it; with the print of its files, of all of it. */
export function printOf(
  system: System,
  { facts: { contents }, gitDir }: Candidate,
): Prints | undefined {
  if (gitDir === undefined || !contents || isFailed(contents)) return undefined;
  const own = readContents(system, gitDir);
  return isFailed(own)
    ? undefined
    : { tree: contents.print, gitDir: own.print };
}

/**
 * Whether nothing happened to a worktree since it was surveyed; its folder is
 * at `tree` by now.
 */
export function isUnchanged(
  system: System,
  { print, gitDir }: {
    print: Prints | undefined;
    gitDir: string | undefined;
  },
  tree: string,
): boolean {
  if (print === undefined) return false;
  const same = (folder: string, print: string) => {
    const now = readContents(system, folder);
    return !isFailed(now) && now.print === print;
  };
  return same(tree, print.tree) && same(gitDir!, print.gitDir);
}
