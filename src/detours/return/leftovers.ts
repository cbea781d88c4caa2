import type { Context } from "../../cli/command.ts";
import { readCheckpointRefs } from "../../git/tree/checkpoints.ts";
import type { StoredCheckpoint } from "../../checkpoints/checkpoint.ts";
import { checkpointId, timedName } from "../../checkpoints/name.ts";
import { labelOf } from "../../work/record.ts";
import { withLock } from "../../ops/lock.ts";
import type { System } from "../../system/system.ts";
import {
  type CheckpointPlace,
  listCheckpoints,
} from "../../checkpoints/place.ts";
import { dropCheckpoints } from "../../checkpoints/remove.ts";
import { takeCheckpoint } from "../../checkpoints/take/take.ts";
import { type How, leftoverName } from "./answer.ts";
import type { ReturnPlan } from "./plan.ts";

/** What the detour leaves uncommitted is in a checkpoint, whatever comes. */
export async function keepLeftovers(
  context: Context,
  { child, tree }: ReturnPlan,
  how: How,
): Promise<StoredCheckpoint> {
  const { system } = context;
  const isSafety = how === "carried";
  return await takeCheckpoint(context, tree!, {
    name: isSafety
      ? timedName("safety", system.now())
      : await freeName(system, tree!, leftoverName(child, how)),
    kind: isSafety ? "safety" : "named",
    note: `left by the detour ${labelOf(child)}`,
  });
}

async function freeName(
  system: System,
  tree: CheckpointPlace,
  name: string,
): Promise<string> {
  const records = await listCheckpoints(system, tree);
  const taken = new Set(records.map(({ id }) => id));
  let free = name;
  for (let nth = 2; taken.has(checkpointId(free)); nth++) {
    free = `${name}-${nth}`;
  }
  return free;
}

/** Removes a checkpoint that is still the one it was. */
export async function dropIfThere(
  context: Context,
  tree: CheckpointPlace,
  record: StoredCheckpoint,
): Promise<void> {
  const refs = await readCheckpointRefs(tree.vault.git);
  if (refs.get(record.id) !== record.commit) return;
  await withLock(
    context.system,
    tree.workspace.root,
    () => dropCheckpoints(context, tree, [record]),
  );
}
