import {
  layout,
  putBack,
  readJournal,
  takeLock,
  worktreeOf,
} from "../../ops/mod.ts";
import type { Context } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import {
  readCheckpointRefs,
  releaseIndex,
  type Workspace,
} from "../../git/mod.ts";
import { dropMarker, hasMarker, readMarker } from "./marker.ts";
import { placeOf } from "../place.ts";
import { leavesLarge, readTarget } from "./target.ts";
import { restoreLocked } from "./apply.ts";

/** Milliseconds to wait for a restore that may be running. */
const WAIT = 250;

/**
 * Finishes a restore of this worktree that was killed. Later changes by the
 * user first go into a safety checkpoint. Without a marker, this costs one look
 * at a file. A running restore is left alone. It never fails: what is in the
 * way is said, and the next command tries again.
 */
export async function settleRestore(
  context: Context,
  workspace: Workspace,
): Promise<void> {
  const { system } = context;
  const { root } = workspace;
  if (!hasMarker(system, root, worktreeOf(workspace))) return;
  try {
    using held = await takeLock(system, layout(root).lock, WAIT);
    if (held) await settleLocked(context, workspace);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    context.note(
      `Warning: an unfinished restore could not be finished: ${error.message}`,
    );
  }
}

/** Finishes a restore under the lock. Throws what is in the way. */
export async function settleLocked(
  context: Context,
  workspace: Workspace,
): Promise<void> {
  const { system } = context;
  const { root } = workspace;
  const worktree = worktreeOf(workspace);
  if (!hasMarker(system, root, worktree)) return;
  const marker = readMarker(system, root, worktree);
  const place = await placeOf(system, workspace, { create: false });
  const { vault } = place;
  if (!marker || !vault) return dropMarker(system, root, worktree);
  releaseIndex(system, vault, marker.restore);
  const done = readJournal(system, root).find(({ after }) =>
    after.restore === marker.restore
  );
  if (done) {
    if (done.own && marker.undoes !== null) {
      const back = putBack(system, { root, worktree }, marker.undoes);
      const paths = back.map((path) => `"${path}"`).join(", ");
      if (back.length > 0) context.note(`Put back from the trash: ${paths}`);
    }
    return dropMarker(system, root, worktree);
  }
  // A marker may have come with a clone; the ref of its safety checkpoint not.
  const refs = await readCheckpointRefs(vault.git);
  if (refs.get(marker.safety.id) !== marker.safety.commit) {
    return dropMarker(system, root, worktree);
  }
  const target = await readTarget(vault, marker.target);
  if (!target) {
    dropMarker(system, root, worktree);
    context.note(
      `Warning: a restore was interrupted, and its checkpoint "${marker.target.id}" ` +
        `is gone. The state before is in "${marker.safety.id}"`,
    );
    return;
  }
  const clears = marker.clears === true;
  const leaveLarge = clears || leavesLarge(target);
  await restoreLocked(context, { ...place, vault, leaveLarge }, {
    order: {
      target,
      clears,
      paths: marker.paths,
      exact: marker.exact,
      begun: marker.safety.commit,
      operation: marker.operation,
      title: marker.title,
      brought: marker.brought ?? undefined,
      undoes: marker.undoes ?? undefined,
    },
    unfinished: marker,
  });
  context.note(
    `Finished an interrupted restore: ${marker.title}`,
  );
}
