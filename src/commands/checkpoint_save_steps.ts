import type { Context } from "../cli/command.ts";
import { during } from "../cli/progress.ts";
import { MpmError } from "../errors.ts";
import type { Capture } from "../git/capture.ts";
import type { FastImport } from "../git/fast_import.ts";
import { readCheckpointRefs } from "../git/read_checkpoints.ts";
import { locate } from "../git/workspace.ts";
import { checkpointImport } from "../git/write_checkpoint.ts";
import type { StoredCheckpoint } from "../session/checkpoint.ts";
import {
  autoName,
  checkedCheckpointName,
  checkpointId,
} from "../session/checkpoint_name.ts";
import { printOf } from "../session/checkpoint_record.ts";
import { CHECKPOINT_PREFIX } from "../session/origin.ts";
import type { Workspace } from "../session/repository.ts";
import type { CheckpointSaveResult } from "../session/results_checkpoints.ts";
import { shellWord } from "../session/shell.ts";
import { readRecord, recordIds } from "../store/checkpoints.ts";
import { checkpointRules } from "../session/checkpoint_rules.ts";
import { readConfigAnyway } from "../store/config.ts";
import { withLock } from "../store/lock.ts";
import { readyRedaction } from "../store/redaction.ts";
import type { System } from "../system/system.ts";
import type { Ahead } from "./checkpoint_ahead.ts";
import { isMine, minesOf } from "./checkpoint_mine.ts";
import {
  captureNow,
  type CheckpointPlace,
  listCheckpoints,
  newestFirst,
  openPlace,
  type Taken,
} from "./checkpoint_place.ts";
import { savedFact } from "./checkpoint_rm_steps.ts";
import { pruneCheckpoints } from "./checkpoint_prune.ts";
import { type Around, aroundOf } from "./checkpoint_record_steps.ts";
import { storeCheckpoint } from "./checkpoint_take.ts";
import { settleDetour } from "./detour_settle.ts";
import { noteOperation } from "./journaled.ts";

interface SaveInput {
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
    const early = await tooEarly(context, workspace);
    if (early) return early;
  }
  const place = await openPlace(context, ahead);
  for (const fault of place.faults) context.note(`Warning: ${fault}`);
  await settleDetour(context, place.workspace);
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
  const sameIn = sameOf(context.system, place, {
    input,
    name,
    capture: taken.capture,
  });
  const same = await sameIn(
    await recordsHere(context.system, place, input.auto ? undefined : name),
  );
  if (same && await isKept(place, same)) return unchanged(same);
  try {
    return await during(
      context,
      "Storing the checkpoint",
      () => stored(context, place, { name, input, taken, around, importing }),
    );
  } catch (error) {
    if (!(error instanceof MpmError) || error.code !== "CONFLICT") throw error;
    // One that a save which died has left without the record's file.
    const all = await listCheckpoints(context.system, place, { light: true });
    const { worktree } = place.vault.workspace;
    const left = await sameIn(all.filter((one) => one.worktree === worktree));
    if (left) return unchanged(left);
    const mine = minesOf(context.system);
    if (all.some((one) => one.name === name && !mine(one))) {
      throw takenByOthers(name);
    }
    throw error;
  }
}

/** Finds the user's own checkpoint that holds the present state already. */
function sameOf(
  system: System,
  place: CheckpointPlace,
  { input, name, capture }: {
    input: SaveInput;
    name: string;
    capture: Capture;
  },
) {
  const print = printOf(capture);
  return async (records: readonly StoredCheckpoint[]) => {
    const one = input.auto
      ? records.find(minesOf(system))
      : records.find((one) => one.name === name);
    const unsaid = input.message === undefined || one?.note === input.message;
    return one?.print === print && unsaid &&
        await isMine(system, place, { record: one, capture })
      ? one
      : undefined;
  };
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
    const pruned = kind === "auto"
      ? await pruneCheckpoints(context, place, {
        records: await listCheckpoints(system, place, { light: true }),
        kind,
        keep: place.rules.keepAuto,
        taken: record.id,
      })
      : [];
    return { ...answer(record), saved: true, reason: null, pruned };
  });
}

function takenByOthers(name: string): MpmError {
  const word = shellWord(name);
  return new MpmError(
    "CONFLICT",
    `There is a checkpoint "${name}" already, and nothing says that you made ` +
      "it on this machine",
    {
      hint: `Take another name, or remove it: mpm checkpoint rm ${word}; if ` +
        `it is yours: mpm sessions trust ${CHECKPOINT_PREFIX}${word}`,
    },
  );
}

function unchanged(record: StoredCheckpoint): CheckpointSaveResult {
  return unsaved(record, `Nothing has changed since "${record.name}"`);
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

/** A record's file may have outlived its checkpoint. */
async function isKept(
  { vault }: CheckpointPlace,
  { id, commit }: StoredCheckpoint,
): Promise<boolean> {
  return (await readCheckpointRefs(vault.git)).get(id) === commit;
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

/**
 * The answer where the last one is too young for another. Mostly it is, and a
 * hook asks often: the records' files alone are read.
 */
async function tooEarly(
  { system }: Context,
  { root, git, worktree: top }: Workspace,
): Promise<CheckpointSaveResult | undefined> {
  const { config } = await readConfigAnyway(system, root);
  const { autoMinutes } = checkpointRules(config, { faulty: false });
  const worktree = git === "repository" ? top : root;
  const now = system.now().getTime();
  const young: StoredCheckpoint[] = [];
  for (const id of recordIds(system, root)) {
    const record = await readRecord(system, root, id, { light: true });
    if (!record || record.worktree !== worktree) continue;
    const age = now - Date.parse(record.created_at);
    const counts = ["auto", "named"].includes(record.kind) && age >= 0 &&
      age < autoMinutes * 60_000;
    if (counts) young.push(record);
  }
  const last = young.sort(newestFirst).find(minesOf(system));
  if (!last) return undefined;
  const minutes = Math.floor((now - Date.parse(last.created_at)) / 60_000);
  return unsaved(
    last,
    `Not due: "${last.name}" is ${minutes} of ${autoMinutes} minutes old`,
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
