import { attempt, MpmError } from "../../base/errors.ts";
import {
  baseEntry,
  type Capture,
  changesBetween,
  checkpointImport,
  type FastImport,
  locate,
  partOf,
  readCheckpointRefs,
  treeDelta,
  type Vault,
} from "../../git/mod.ts";
import { begunMark, ownMark, printOf } from "../record.ts";
import { CHECKPOINT_PREFIX, noteOwn, Origins } from "../../saves/mod.ts";
import {
  type Ahead,
  askAhead,
  captureNow,
  type CheckpointPlace,
  checkpointRules,
  listCheckpoints,
  minesOf,
  newestFirst,
  openPlace,
  type Taken,
} from "../place.ts";
import { type Context, during } from "../../cli/mod.ts";
import { shellWord } from "../../base/shell.ts";
import { noteOperation, withLock, worktreeOf } from "../../ops/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { readyRedaction } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import type { CheckpointSaveResult } from "../commands/results.ts";
import { autoName, checkedCheckpointName, checkpointId } from "../name.ts";
import { pruneCheckpoints, savedFact } from "../remove.ts";
import { nextSteps } from "../show_text.ts";
import { readRecord, recordIds } from "../store.ts";
import { type Around, aroundOf } from "./around.ts";
import { storeCheckpoint } from "./take.ts";

interface SaveInput {
  readonly name: readonly string[];
  readonly message: string | undefined;
  readonly auto: boolean;
}

/** Takes a checkpoint, or says why not. */
export async function save(
  context: Context,
  input: SaveInput,
): Promise<CheckpointSaveResult> {
  const name = nameOf(context, input);
  // An automatic one is rarely due.
  const early = input.auto ? await tooEarly(context) : undefined;
  if (early) return early;
  const ahead = input.auto ? undefined : await askAhead(context);
  return await saveNow(context, { input, name }, ahead)
    .finally(() => ahead?.ended);
}

async function saveNow(
  context: Context,
  { input, name }: Omit<Wanted, "capture">,
  ahead: Ahead | undefined,
): Promise<CheckpointSaveResult> {
  const { system } = context;
  const place = await openPlace(context, ahead);
  for (const fault of place.faults) context.note(`Warning: ${fault}`);
  // Mostly something has changed, and by then git has begun.
  await using importing = ahead &&
    checkpointImport(system, place.vault, { awaited: true });
  const [taken, around] = await during(
    context,
    "Reading the working tree",
    () =>
      Promise.all([
        captureNow(system, place, { write: true, ahead }),
        // While git works.
        Promise.try(() => {
          readyRedaction(system);
          return aroundOf(context, place);
        }),
      ]),
  );
  const wanted = { input, name, capture: taken.capture };
  const same = await keptSame(system, place, wanted);
  if (same) return unchanged(same);
  try {
    return await during(
      context,
      "Storing the checkpoint",
      () => stored(context, place, { name, input, taken, around, importing }),
    );
  } catch (error) {
    if (!(error instanceof MpmError) || error.code !== "CONFLICT") throw error;
    const left = await sameOfAll(system, place, wanted);
    if (left) return unchanged(left);
    throw error;
  }
}

function nameOf({ system }: Context, { name, auto }: SaveInput): string {
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
  const { root } = place.workspace;
  const known = new Set(recordIds(system, root));
  const kind = input.auto ? "auto" : "named";
  return await withLock(system, root, async () => {
    const record = await storeCheckpoint(context, place, {
      order: { name, kind, note: input.message },
      taken,
      around,
      importing,
      known,
    });
    noteOperation(context, root, {
      at: record.created_at,
      operation: input.auto ? "automatic checkpoint" : "checkpoint save",
      title: `save the checkpoint ${record.name}`,
      worktree: record.worktree,
      before: {},
      after: savedFact(context, record),
      ...input.auto ? { automatic: true as const } : {},
    });
    const pruned = input.auto
      ? await pruneCheckpoints(context, place, { kind: "auto", taken: record })
      : [];
    const next_steps = nextSteps(record);
    return {
      ...answer(record),
      saved: true,
      reason: null,
      next_steps,
      pruned,
    };
  });
}

/**
 * The answer where the last one is too young for another. Mostly it is, and a
 * hook asks often: the records' files alone are read.
 */
async function tooEarly(
  { system, folder }: Context,
): Promise<CheckpointSaveResult | undefined> {
  const workspace = await locate(system, folder);
  const { root } = workspace;
  const { config } = await readConfigAnyway(system, root);
  const { autoMinutes } = checkpointRules(config, { faulty: false });
  const now = system.now().getTime();
  const last = (await recordsHere(system, workspace)).filter((record) => {
    const age = now - Date.parse(record.created_at);
    return ["auto", "named"].includes(record.kind) && age >= 0 &&
      age < autoMinutes * 60_000;
  }).find(minesOf(system));
  if (!last) return undefined;
  const minutes = Math.floor((now - Date.parse(last.created_at)) / 60_000);
  return unsaved(
    last,
    `Not due: "${last.name}" is ${minutes} of ${autoMinutes} minutes old`,
  );
}

/**
 * The records of this worktree by their files alone, the newest first. With a
 * name, only the one whose id is made of that name.
 */
async function recordsHere(
  system: System,
  workspace: CheckpointPlace["workspace"],
  name?: string,
): Promise<StoredCheckpoint[]> {
  const { root } = workspace;
  const worktree = worktreeOf(workspace);
  const ids = name === undefined
    ? recordIds(system, root)
    : [checkpointId(name)];
  const records: StoredCheckpoint[] = [];
  for (const id of ids) {
    const record = await readRecord(system, root, id, { light: true });
    if (record?.worktree === worktree) records.push(record);
  }
  return records.sort(newestFirst);
}

/** A save that is about to be made. */
interface Wanted {
  readonly input: SaveInput;
  readonly name: string;
  readonly capture: Capture;
}

/** The user's own checkpoint that holds the present state already. */
async function keptSame(
  system: System,
  place: CheckpointPlace,
  wanted: Wanted,
): Promise<StoredCheckpoint | undefined> {
  const name = wanted.input.auto ? undefined : wanted.name;
  const records = await recordsHere(system, place.workspace, name);
  const same = await sameIn(system, place, { records, wanted });
  if (!same) return undefined;
  // A record's file may have outlived its checkpoint.
  const refs = await readCheckpointRefs(place.vault.git);
  return refs.get(same.id) === same.commit ? same : undefined;
}

/**
 * The same among all checkpoints there are, where the name is taken: one that a
 * save which died has left has no record's file. Throws CONFLICT if the one of
 * that name may be someone else's.
 */
async function sameOfAll(
  system: System,
  place: CheckpointPlace,
  wanted: Wanted,
): Promise<StoredCheckpoint | undefined> {
  const all = await listCheckpoints(system, place, { light: true });
  const { worktree } = place.vault.workspace;
  const records = all.filter((one) => one.worktree === worktree);
  const left = await sameIn(system, place, { records, wanted });
  if (left) return left;
  const mine = minesOf(system);
  if (all.some((one) => one.name === wanted.name && !mine(one))) {
    throw takenByOthers(wanted.name);
  }
  return undefined;
}

async function sameIn(
  system: System,
  place: CheckpointPlace,
  { records, wanted: { input, name, capture } }: {
    records: readonly StoredCheckpoint[];
    wanted: Wanted;
  },
): Promise<StoredCheckpoint | undefined> {
  const one = input.auto
    ? records.find(minesOf(system))
    : records.find((one) => one.name === name);
  const unsaid = input.message === undefined || one?.note === input.message;
  return one?.print === printOf(capture) && unsaid &&
      await isMine(system, place, { record: one, capture })
    ? one
    : undefined;
}

/**
 * Returns whether a checkpoint of the state that was captured is this user's.
 * One whose save died before that was noted is as well, and noted now: its
 * words are known from before, and its files are compared.
 */
async function isMine(
  system: System,
  { vault }: CheckpointPlace,
  { record, capture }: { record: StoredCheckpoint; capture: Capture },
): Promise<boolean> {
  const origins = new Origins(system);
  if (origins.of(ownMark(record)) !== "foreign") return true;
  if (origins.of(begunMark(record)) !== "own") return false;
  if (!await holds(vault, record, capture)) return false;
  noteOwn(system, ownMark(record));
  return true;
}

/** Returns whether the commit has the files that were captured. */
async function holds(
  { git }: Vault,
  { commit }: StoredCheckpoint,
  capture: Capture,
): Promise<boolean> {
  return await attempt(async () => {
    for (const part of ["worktree", "index"] as const) {
      const tree = partOf(commit, part);
      const differing = changesBetween({
        current: await treeDelta(git, capture.base, tree),
        target: capture[part],
        base: (path) => baseEntry(capture, path),
        paths: [],
      });
      if (differing.length > 0) return false;
    }
    return true;
  }) ?? false;
}

function takenByOthers(name: string): MpmError {
  const word = shellWord(name);
  return new MpmError(
    "CONFLICT",
    `There is a checkpoint "${name}" already, and nothing says that you made ` +
      "it on this machine",
    {
      hint: `Take another name, or remove it: mpm checkpoint rm ${word}; if ` +
        `it is yours: mpm saves trust ${CHECKPOINT_PREFIX}${word}`,
    },
  );
}

/** Says which checkpoint holds what is here, since nothing has changed. */
function unchanged(record: StoredCheckpoint): CheckpointSaveResult {
  return unsaved(record, `Nothing has changed since "${record.name}"`);
}

function unsaved(
  record: StoredCheckpoint,
  reason: string,
): CheckpointSaveResult {
  const nothing = { next_steps: [], pruned: [] };
  return { ...answer(record), saved: false, reason, ...nothing };
}

function answer(record: StoredCheckpoint) {
  const { name, id, commit, kind, created_at, branch, head, size } = record;
  return {
    ...{ name, id, commit, kind, created_at, branch, head, size },
    files: record.files.length + record.files_omitted,
    left_out: record.left_out.map(({ path, reason }) => ({ path, reason })),
  };
}
