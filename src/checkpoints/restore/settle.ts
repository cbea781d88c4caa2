import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import type { Workspace } from "../../git/repository.ts";
import { layout } from "../../ops/layout.ts";
import { hasMarker } from "./marker.ts";

/** Milliseconds to wait for a restore that may be running. */
const WAIT = 250;

/**
 * Finishes a restore of this worktree that was killed. What the user changed
 * since is in a safety checkpoint of its own first. Costs one look at a file
 * where there is none, and leaves one that is still running alone. It never
 * fails: what is in the way is said, and the next command tries again.
 */
export async function settleRestore(
  context: Context,
  workspace: Workspace,
): Promise<void> {
  const { system } = context;
  const { root } = workspace;
  const worktree = workspace.git === "repository" ? workspace.worktree : root;
  if (!hasMarker(system, root, worktree)) return;
  try {
    using held = await system.files.lock(layout(root).lock, WAIT);
    // Loaded here: there hardly ever is one.
    const { settleLocked } = await import("./finish.ts");
    if (held) await settleLocked(context, { workspace, worktree });
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    context.note(
      `Warning: an unfinished restore could not be finished: ${error.message}`,
    );
  }
}
