import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import type { StoredCheckpoint } from "../session/checkpoint.ts";
import { autoName, checkedCheckpointName } from "../session/checkpoint_name.ts";
import { printOf } from "../session/checkpoint_record.ts";
import type { CheckpointSaveResult } from "../session/results_checkpoints.ts";
import { withLock } from "../store/lock.ts";
import {
  captureNow,
  type CheckpointPlace,
  listCheckpoints,
  openPlace,
} from "./checkpoint_place.ts";
import { pruneCheckpoints, storeCheckpoint } from "./checkpoint_take.ts";
import { settleDetour } from "./detour_settle.ts";

interface SaveInput {
  readonly name: readonly string[];
  readonly message: string | undefined;
  readonly auto: boolean;
}

/** Takes a checkpoint, or says why there is none to take. */
export async function save(
  context: Context,
  input: SaveInput,
): Promise<CheckpointSaveResult> {
  const name = nameOf(context, input);
  const place = await openPlace(context);
  await settleDetour(context, place.workspace);
  const before = await listCheckpoints(context.system, place);
  const here = before.filter(({ worktree }) =>
    worktree === place.vault.workspace.worktree
  );
  if (input.auto) {
    const early = tooEarly(context, place, here);
    if (early) return early;
  }
  const taken = await captureNow(context.system, place, { write: true });
  const print = printOf(taken.capture);
  const same = input.auto ? here[0] : here.find((one) => one.name === name);
  const unsaid = input.message === undefined || same?.note === input.message;
  if (same?.print === print && unsaid) {
    return unsaved(same, `Nothing has changed since "${same.name}"`);
  }
  const kind = input.auto ? "auto" : "named";
  return await withLock(context.system, place.workspace.root, async () => {
    const record = await storeCheckpoint(context, place, {
      order: { name, kind, note: input.message },
      taken,
    });
    const pruned = kind === "auto"
      ? await pruneCheckpoints(context, place, {
        records: [record, ...before],
        kind,
        keep: place.rules.keepAuto,
      })
      : [];
    return { ...answer(record), saved: true, reason: null, pruned };
  });
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

/** The answer where the last automatic one is too young for another. */
function tooEarly(
  { system }: Context,
  { rules }: CheckpointPlace,
  here: readonly StoredCheckpoint[],
): CheckpointSaveResult | undefined {
  const last = here.find(({ kind }) => kind === "auto" || kind === "named");
  if (!last) return undefined;
  const age = system.now().getTime() - Date.parse(last.created_at);
  if (age < 0 || age >= rules.autoMinutes * 60_000) return undefined;
  const minutes = Math.floor(age / 60_000);
  return unsaved(
    last,
    `Not due: "${last.name}" is ${minutes} of ${rules.autoMinutes} minutes old`,
  );
}

function unsaved(
  record: StoredCheckpoint,
  reason: string,
): CheckpointSaveResult {
  return { ...answer(record), saved: false, reason, pruned: [] };
}

function answer(record: StoredCheckpoint) {
  const { name, id, commit, kind, created_at, branch, head, size } = record;
  return {
    name,
    id,
    commit,
    kind,
    created_at,
    branch,
    head,
    files: record.files.length + record.files_omitted,
    size,
    left_out: record.left_out.map(({ path, reason }) => ({ path, reason })),
  };
}
