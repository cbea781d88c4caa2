import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { releaseIndex } from "../git/restore_index.ts";
import type { Workspace } from "../session/repository.ts";
import { readJournal } from "../store/journal.ts";
import { layout } from "../store/layout.ts";
import { dropMarker, hasMarker, readMarker } from "../store/restore_marker.ts";
import { placeOf, recordOf } from "./checkpoint_place.ts";
import { restoreLocked } from "./restore_apply.ts";

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
    if (held) await settleLocked(context, { workspace, worktree });
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    context.note(
      `Warning: an unfinished restore could not be finished: ${error.message}`,
    );
  }
}

/** The same under the lock. Throws what stands in the way. */
export async function settleLocked(
  context: Context,
  { workspace, worktree }: { workspace: Workspace; worktree: string },
): Promise<void> {
  const { system } = context;
  const { root } = workspace;
  if (!hasMarker(system, root, worktree)) return;
  const marker = readMarker(system, root, worktree);
  const place = await placeOf(system, workspace, { create: false });
  const { vault } = place;
  if (!marker || !vault) return dropMarker(system, root, worktree);
  releaseIndex(system, vault, marker.token);
  const done = readJournal(system, root).some(({ after }) =>
    after.token === marker.token
  );
  if (done) return dropMarker(system, root, worktree);
  const target = await recordOf(vault, marker.target);
  if (!target) {
    dropMarker(system, root, worktree);
    context.note(
      `Warning: a restore was cut short and its checkpoint "${marker.target.id}" ` +
        `is gone. What was before is in "${marker.safety.id}"`,
    );
    return;
  }
  await restoreLocked(context, { ...place, vault }, {
    order: {
      target,
      paths: marker.paths,
      exact: marker.exact,
      operation: marker.operation,
      title: marker.title,
      brought: marker.brought ?? undefined,
      undoes: marker.undoes ?? undefined,
    },
    unfinished: marker,
  });
  context.note(
    `A restore that was cut short is finished now: ${marker.title}`,
  );
}
