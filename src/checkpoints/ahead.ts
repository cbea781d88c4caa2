import type { Context } from "../cli/command.ts";
import { quickWorkspace } from "../git/place.ts";
import { type ReadAhead, readAhead } from "../git/tree/read_ahead.ts";
import type { Workspace } from "../git/repository.ts";

/** Where a checkpoint is taken, and what git was asked there. */
export interface Ahead extends ReadAhead {
  readonly workspace: Workspace;
}

/**
 * Asks git what a checkpoint needs first. `undefined`: it takes more to say
 * where that is.
 */
export async function askAhead(
  { system, folder }: Context,
): Promise<Ahead | undefined> {
  const workspace = quickWorkspace(system, folder);
  const { gitDir } = workspace ?? {};
  if (!workspace || !gitDir) return undefined;
  const place = { worktree: workspace.worktree, gitDir };
  return { workspace, ...await readAhead(system, place) };
}
