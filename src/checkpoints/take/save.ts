import { join } from "../../base/join.ts";
import { MpmError } from "../../base/errors.ts";
import { isAgentId } from "../../base/ids.ts";
import { checkpointImport, type FastImport, locate } from "../../git/mod.ts";
import {
  type Ahead,
  askAhead,
  captureNow,
  type CheckpointPlace,
  minesOf,
  openPlace,
  type Taken,
} from "../place.ts";
import { type Context, during } from "../../cli/mod.ts";
import {
  ensureFolder,
  journaled,
  layout,
  takeLock,
  withLock,
} from "../../ops/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { readyRedaction } from "../../secrets/mod.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import type { CheckpointSaveResult } from "../commands/results.ts";
import { autoName, checkedCheckpointName, timedName } from "../name.ts";
import { pruneCheckpoints, recordBegun, savedFact } from "../remove.ts";
import { nextSteps } from "../show_text.ts";
import { noteStepTree } from "../step_trees.ts";
import { recordIds } from "../store.ts";
import { type Around, aroundOf } from "./around.ts";
import {
  keptSame,
  kindOf,
  recordsHere,
  sameOfAll,
  type SaveInput,
  type Wanted,
} from "./same.ts";
import { storeCheckpoint } from "./take.ts";

/** Takes a checkpoint, or says why it was not taken. */
export async function save(
  context: Context,
  input: SaveInput,
): Promise<CheckpointSaveResult> {
  const name = nameOf(context, input);
  const kind = kindOf(input);
  // An automatic checkpoint is rarely due.
  const early = kind === "auto" ? await tooEarly(context) : undefined;
  if (early) return early;
  if (kind === "batch") return await saveAfterBatch(context, { input, name });
  const ahead = kind === "auto" ? undefined : await askAhead(context);
  const { result } = await saveNow(context, { input, name }, ahead)
    .finally(() => ahead?.ended);
  return result;
}

/** Milliseconds that a batch waits for the tree of the preceding batch. */
const BATCH_WAIT = 5000;

/** Keeps the tree after an agent's tool batch, or only another entry for it. */
async function saveAfterBatch(
  context: Context,
  wanted: Omit<Wanted, "capture">,
): Promise<CheckpointSaveResult> {
  const { system, folder } = context;
  const { root } = await locate(system, folder);
  const { state } = layout(root);
  ensureFolder(system, state, root);
  // Batches may follow each other faster than large trees can be read.
  using held = await takeLock(system, join(state, ".batch-lock"), BATCH_WAIT);
  if (!held) {
    return notSaved("mpm is still reading the files for an earlier step");
  }
  const { result, captured } = await saveNow(context, wanted, undefined);
  const { "agent-session": id, "after-call": calls } = wanted.input;
  const { id: checkpoint, commit } = result;
  if (checkpoint !== null && commit !== null) {
    const tree = { call: calls.at(-1)!, checkpoint, commit, at: captured };
    await noteStepTree(system, { id: id!, root }, tree);
  }
  return result;
}

async function saveNow(
  context: Context,
  { input, name }: Omit<Wanted, "capture">,
  ahead: Ahead | undefined,
): Promise<{ result: CheckpointSaveResult; captured: string }> {
  const { system } = context;
  const opened = await openPlace(context, ahead);
  const place = { ...opened, leaveLarge: kindOf(input) === "batch" };
  for (const fault of place.faults) context.note(`Warning: ${fault}`);
  // Usually something has changed, so git starts early.
  await using importing = ahead &&
    checkpointImport(system, place.vault, { awaited: true });
  const [taken, around] = await during(
    context,
    "Reading the working tree",
    () =>
      Promise.all([
        captureNow(system, place, { write: true, ahead }),
        // Runs while git works.
        Promise.try(() => {
          readyRedaction(system);
          return aroundOf(context, place);
        }),
      ]),
  );
  const captured = system.now().toISOString();
  const wanted = { input, name, capture: taken.capture };
  const same = await keptSame(system, place, wanted);
  if (same) return { result: unchanged(same), captured };
  try {
    const result = await during(
      context,
      "Storing the checkpoint",
      () => stored(context, place, { name, input, taken, around, importing }),
    );
    return { result, captured };
  } catch (error) {
    if (!(error instanceof MpmError) || error.code !== "CONFLICT") throw error;
    const left = await sameOfAll(system, place, wanted);
    if (left) return { result: unchanged(left), captured };
    throw error;
  }
}

/** The maximum number of a batch's tool calls, and the format of their IDs. */
const MOST_CALLS = 50;
const CALL_ID = /^[\w.:-]{1,80}$/;

function nameOf({ system }: Context, input: SaveInput): string {
  const words = input.name.join(" ").trim();
  const kind = kindOf(input);
  if (kind !== "named" && words !== "") {
    throw new MpmError("USAGE", "An automatic checkpoint has no name", {
      hint: "Omit the name, or omit --auto and --after-call",
    });
  }
  if (kind === "auto") return autoName(system.now());
  if (kind === "batch") {
    checkBatch(input);
    return timedName("batch", system.now());
  }
  if (words !== "") return checkedCheckpointName(words);
  throw new MpmError("USAGE", "Missing name of the checkpoint", {
    hint: 'E.g. mpm checkpoint save "before the refactoring"',
  });
}

function checkBatch(input: SaveInput): void {
  const { "agent-session": session = "", "after-call": calls } = input;
  if (!isAgentId(session)) {
    throw new MpmError("USAGE", `Invalid agent session ID "${session}"`, {
      hint: "--after-call needs --agent-session with the ID of the session",
    });
  }
  const wrong = calls.find((call) => !CALL_ID.test(call));
  if (wrong === undefined && calls.length <= MOST_CALLS) return;
  throw new MpmError(
    "USAGE",
    wrong === undefined
      ? `--after-call was given ${calls.length} times; the limit is ` +
        `${MOST_CALLS}`
      : `Invalid ID of a tool call "${wrong}"`,
  );
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
  const kind = kindOf(input);
  const batch = kind === "batch"
    ? {
      agent_session: input["agent-session"]!,
      calls: [...input["after-call"]],
    }
    : undefined;
  const order = { name, kind, note: input.message, batch };
  const record = await journaled(
    context,
    (context) =>
      storeCheckpoint(context, place, {
        order,
        taken,
        around,
        importing,
        known,
        // Entries for the trees of all steps would push other operations out of
        // the journal.
        begun: batch ? undefined : (one) => recordBegun(context, one),
      }),
    {
      operation: input.auto ? "automatic checkpoint" : "checkpoint save",
      workspace: place.workspace,
      lock: withLock,
      keepsOwn: true,
      title: ({ name }) => `save the checkpoint ${name}`,
      facts: (record) =>
        batch ? undefined : { after: savedFact(context, record) },
      ...input.auto ? { automatic: true as const } : {},
    },
  );
  const pruned = kind === "named" ? [] : await withLock(
    system,
    root,
    () => pruneCheckpoints(context, place, { kind, taken: record }),
  );
  const next_steps = nextSteps(record);
  return { ...answer(record), saved: true, reason: null, next_steps, pruned };
}

/**
 * Returns the answer if the last checkpoint is too recent. This is the usual
 * case, and hooks ask often, so only the files of the records are read.
 */
async function tooEarly(
  { system, folder }: Context,
): Promise<CheckpointSaveResult | undefined> {
  const workspace = await locate(system, folder);
  const { root } = workspace;
  const { config } = await readConfigAnyway(system, root);
  const autoMinutes = config["checkpoint.auto_minutes"];
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

/** Names the checkpoint that already contains the current state. */
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

/** Returns the answer if no checkpoint contains the current state. */
function notSaved(reason: string): CheckpointSaveResult {
  const nothing = { next_steps: [], pruned: [], left_out: [] };
  const unknown = { name: null, id: null, commit: null, created_at: null };
  return {
    ...{ saved: false, reason, ...unknown, ...nothing },
    ...{ kind: "batch", branch: null, head: null, files: 0, size: 0 },
  };
}

function answer(record: StoredCheckpoint) {
  const { name, id, commit, kind, created_at, branch, head, size } = record;
  return {
    ...{ name, id, commit, kind, created_at, branch, head, size },
    files: record.files.length + record.files_omitted,
    left_out: record.left_out.map(({ path, reason }) => ({ path, reason })),
  };
}
