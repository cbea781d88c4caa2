import type { Context } from "../cli/mod.ts";
import { quickPlace, rootWithoutGit } from "../git/mod.ts";
import { checkFolder, layout } from "../ops/mod.ts";

/**
 * Returns the top folder of the project, found without git, since a look at a
 * run needs none. Throws CONFLICT if its mpm folder is a link.
 */
export function taskRoot({ system, folder }: Context): string {
  const root = quickPlace(system, folder)?.root ??
    rootWithoutGit(system, folder);
  if (checkFolder(system, layout(root).home)) {
    checkFolder(system, layout(root).taskRuns);
  }
  return root;
}
