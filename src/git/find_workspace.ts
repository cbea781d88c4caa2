import type { Context } from "../cli/command.ts";
import { MpmError } from "../base/errors.ts";
import { quickWorkspace } from "./place.ts";
import { locate } from "./workspace.ts";
import type { Workspace } from "./repository.ts";
import type { System } from "../system/system.ts";

/**
 * Finds the workspace of a command. Where all is as usual, files alone tell,
 * which saves a process of git. What such a workspace says of git may be wrong;
 * {@link readIn} finds out.
 */
export async function findWorkspace(
  { system, folder }: Context,
): Promise<Workspace> {
  return quickWorkspace(system, folder) ?? await locate(system, folder);
}

/**
 * What `read` finds in a workspace, with git. Where git fails there it is asked
 * whether it takes it for a repository at all: it may be missing, or not trust
 * whose folder it is. `read` writes nothing. Throws what `read` throws.
 */
export async function readIn<T>(
  system: System,
  workspace: Workspace,
  read: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  try {
    return await read(workspace);
  } catch (error) {
    const isGits = error instanceof MpmError && error.code === "GIT_FAILED";
    if (!isGits || workspace.git !== "repository") throw error;
    const told = await locate(system, workspace.cwd);
    if (told.git === "repository") throw error;
    return await read(told);
  }
}
