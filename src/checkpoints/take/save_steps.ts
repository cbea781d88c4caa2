import type { Context } from "../../cli/command.ts";
import { during } from "../../cli/progress.ts";
import { MpmError } from "../../base/errors.ts";
import type { FastImport } from "../../git/run/objects.ts";
import { locate } from "../../git/workspace.ts";
import { checkpointImport } from "../../git/tree/checkpoints.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import { autoName, checkedCheckpointName, checkpointId } from "../name.ts";
import type { CheckpointSaveResult } from "../commands/results.ts";
import { readRecord, recordIds } from "../store.ts";
import { withLock } from "../../ops/lock.ts";
import { readyRedaction } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import type { Ahead } from "../ahead.ts";

import {
  captureNow,
  type CheckpointPlace,
  newestFirst,
  openPlace,
  type Taken,
} from "../place.ts";
import { savedFact } from "../removed.ts";
import { saved, unchanged } from "./answer.ts";
import { type Around, aroundOf } from "./record_steps.ts";
import { storeCheckpoint } from "./take.ts";
import { noteOperation } from "../../ops/journaled.ts";

export interface SaveInput {
  readonly name: readonly string[];
  readonly message: string | undefined;
  readonly auto: boolean;
}

/**
 * Takes a checkpoint, or says why there is none to take. `ahead`: what git was
 * asked before.
 */
export async function save(
  context: Context,
  input: SaveInput,
  ahead?: Ahead,
): Promise<CheckpointSaveResult> {
  const name = nameOf(context, input);
  if (input.auto) {
    const workspace = await locate(context.system, context.folder);
    const { tooEarly } = await import("./auto.ts");
    const early = await tooEarly(context, workspace);
    if (early) return early;
  }
  const place = await openPlace(context, ahead);
  for (const fault of place.faults) context.note(`Warning: ${fault}`);
  // Mostly something has changed, and by then git has begun.
  await using importing = ahead &&
    checkpointImport(context.system, place.vault, { awaited: true });
  const [taken, around] = await during(
    context,
    "Reading the working tree",
    () =>
      Promise.all([
        captureNow(context.system, place, { write: true, ahead }),
        // While git works.
        Promise.try(() => {
          readyRedaction(context.system);
          return aroundOf(context, place);
        }),
      ]),
  );
  const wanted = { input, name, capture: taken.capture };
  const named = input.auto ? undefined : name;
  const records = await recordsHere(context.system, place, named);
  if (records.length > 0) {
    // Loaded here: mostly there is none of that name.
    const { keptSame } = await import("./same.ts");
    const same = await keptSame(context.system, place, { ...wanted, records });
    if (same) return unchanged(same);
  }
  try {
    return await during(
      context,
      "Storing the checkpoint",
      () => stored(context, place, { name, input, taken, around, importing }),
    );
  } catch (error) {
    if (!(error instanceof MpmError) || error.code !== "CONFLICT") throw error;
    const { sameOfAll } = await import("./same.ts");
    const left = await sameOfAll(context.system, place, wanted);
    if (left) return unchanged(left);
    throw error;
  }
}

async function stored(
  context: Context,
  place: CheckpointPlace,
  { name, input, taken, around, importing }: {
    name: string;
    input: SaveInput;
    taken: Taken;
    around: Around;
    importing: FastImport | undefined;
  },
): Promise<CheckpointSaveResult> {
  const { system } = context;
  const known = new Set(recordIds(system, place.workspace.root));
  const kind = input.auto ? "auto" : "named";
  return await withLock(system, place.workspace.root, async () => {
    const record = await storeCheckpoint(context, place, {
      order: { name, kind, note: input.message },
      taken,
      around,
      importing,
      known,
    });
    noteOperation(context, place.workspace.root, {
      at: record.created_at,
      operation: input.auto ? "automatic checkpoint" : "checkpoint save",
      title: `save the checkpoint ${record.name}`,
      worktree: record.worktree,
      before: {},
      after: savedFact(context, record),
      ...input.auto ? { automatic: true as const } : {},
    });
    if (!input.auto) return saved(record, []);
    const { pruneAuto } = await import("./auto.ts");
    return saved(record, await pruneAuto(context, place, record.id));
  });
}

/**
 * This worktree's by their files alone, the newest first; with a name the one of
 * that name, whose id is made of it.
 */
async function recordsHere(
  system: System,
  { vault, workspace }: CheckpointPlace,
  name: string | undefined,
): Promise<StoredCheckpoint[]> {
  const { root } = workspace;
  const ids = name === undefined
    ? recordIds(system, root)
    : [checkpointId(name)];
  const records: StoredCheckpoint[] = [];
  for (const id of ids) {
    const record = await readRecord(system, root, id, { light: true });
    if (record?.worktree === vault.workspace.worktree) records.push(record);
  }
  return records.sort(newestFirst);
}

function nameOf(
  { system }: Context,
  { name, auto }: SaveInput,
): string {
  const words = name.join(" ").trim();
  if (auto && words !== "") {
    throw new MpmError("USAGE", "An automatic checkpoint takes no name", {
      hint: "Leave out the name, or --auto",
    });
  }
  if (auto) return autoName(system.now());
  if (words !== "") return checkedCheckpointName(words);
  throw new MpmError("USAGE", "The checkpoint has no name", {
    hint: 'E.g. mpm checkpoint save "before the refactoring"',
  });
}
