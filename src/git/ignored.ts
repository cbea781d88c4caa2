import type { Workspace } from "../session/repository.ts";
import type { System } from "../system/system.ts";
import { Git } from "./git.ts";

/** Whether git ignores a file of the main worktree. */
export async function isIgnored(
  system: System,
  { root }: Workspace,
  path: string,
): Promise<boolean> {
  const git = new Git(system, root);
  const { status } = await git.run(["check-ignore", "--quiet", "--", path]);
  return status === 0;
}
