import type { Context } from "../../cli/command.ts";
import { ProgressLine } from "../../cli/progress.ts";
import { indexStamp, refuseHeldIndex } from "../../git/tree/restore_index.ts";
import { timedName } from "../name.ts";
import { isNothing } from "../../git/tree/plan.ts";
import { withLock } from "../../ops/lock.ts";
import { hasMarker, type RestoreMarker } from "./marker.ts";
import { captureNow, type CheckpointPlace } from "../place.ts";
import { storeCheckpoint } from "../take/take.ts";
import { planFrom, type PlannedRestore, type RestoreOrder } from "./steps.ts";
import { Restore, type RestoreOutcome } from "./run.ts";

export type { RestoreOutcome };

/**
 * Restores a checkpoint: takes a safety checkpoint, writes what differs, then
 * the index, and journals it. Takes the lock. Throws CONFLICT where another git
 * command holds the index, GIT_FAILED; a restore that ends in its middle is
 * finished by the next command that looks.
 */
export function restoreCheckpoint(
  context: Context,
  place: CheckpointPlace,
  order: RestoreOrder,
): Promise<RestoreOutcome> {
  return withLock(
    context.system,
    place.workspace.root,
    async () => {
      const { root } = place.workspace;
      const { worktree } = place.vault.workspace;
      if (hasMarker(context.system, root, worktree)) {
        // One that was killed a moment ago comes first.
        const { settleLocked } = await import("./finish.ts");
        await settleLocked(context, { workspace: place.workspace, worktree });
      }
      return await restoreLocked(context, place, { order });
    },
  );
}

/**
 * The same under the lock. `unfinished`: the restore that is done once more;
 * `always`: journalled even where nothing had to be changed.
 */
export async function restoreLocked(
  context: Context,
  place: CheckpointPlace,
  { order, unfinished, always = false }: {
    order: RestoreOrder;
    unfinished?: RestoreMarker;
    always?: boolean;
  },
): Promise<RestoreOutcome> {
  const { system } = context;
  const { vault } = place;
  using line = new ProgressLine(context);
  line.waiting("Restoring");
  if (!vault.own) refuseHeldIndex(system, vault);
  const stamp = vault.own ? undefined : indexStamp(system, vault);
  const taken = await captureNow(system, place, { write: true });
  const { capture } = taken;
  const planned = await planFrom(system, place, {
    order,
    capture,
    write: true,
  });
  const idle = isNothing(planned.plan) && !planned.indexDiffers;
  if (idle && !unfinished && !always) return nothingDone(planned);
  const safety = await storeCheckpoint(context, place, {
    order: {
      name: timedName("safety", system.now()),
      kind: "safety",
      note: `before: ${order.title}`,
    },
    taken: { ...taken, capture: planned.capture },
    again: async () => {
      const { capture } = await captureNow(system, place, { write: true });
      const parts = { order, capture, write: true };
      return (await planFrom(system, place, parts)).capture;
    },
  });
  return await new Restore(context, place, {
    order,
    planned,
    safety,
    stamp,
    unfinished,
  }).run();
}

function nothingDone({ plan, capture }: PlannedRestore): RestoreOutcome {
  return {
    capture,
    safety: undefined,
    written: [],
    removed: [],
    trashed: [],
    kept: plan.kept,
    movedAside: [],
    putBack: [],
    trash: undefined,
    skipped: plan.skipped,
    indexRestored: false,
    notes: [],
    entry: undefined,
  };
}
