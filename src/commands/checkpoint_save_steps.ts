import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { locate } from "../git/workspace.ts";
import type { StoredCheckpoint } from "../session/checkpoint.ts";
import { autoName, checkedCheckpointName } from "../session/checkpoint_name.ts";
import { printOf } from "../session/checkpoint_record.ts";
import type { Workspace } from "../session/repository.ts";
import type { CheckpointSaveResult } from "../session/results_checkpoints.ts";
import { readRecord, recordIds } from "../store/checkpoints.ts";
import { checkpointRules } from "../session/checkpoint_rules.ts";
import { readConfig } from "../store/config.ts";
import { withLock } from "../store/lock.ts";
import { captureNow, listCheckpoints, openPlace } from "./checkpoint_place.ts";
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
  if (input.auto) {
    const workspace = await locate(context.system, context.folder);
    const early = await tooEarly(context, workspace);
    if (early) return early;
  }
  const place = await openPlace(context);
  await settleDetour(context, place.workspace);
  const [before, taken] = await Promise.all([
    listCheckpoints(context.system, place, { light: true }),
    captureNow(context.system, place, { write: true }),
  ]);
  const here = before.filter(({ worktree }) =>
    worktree === place.vault.workspace.worktree
  );
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
      known: new Set(before.map(({ id }) => id)),
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

/**
 * The answer where the last one is too young for another. Mostly it is, and a
 * hook asks often: the records' files alone are read.
 */
async function tooEarly(
  { system }: Context,
  { root, git, worktree: top }: Workspace,
): Promise<CheckpointSaveResult | undefined> {
  const rules = checkpointRules(await readConfig(system, root));
  const worktree = git === "repository" ? top : root;
  let last: StoredCheckpoint | undefined;
  for (const id of recordIds(system, root)) {
    const record = await readRecord(system, root, id, { light: true });
    const counts = record?.worktree === worktree &&
      ["auto", "named"].includes(record.kind);
    if (counts && !(last && last.created_at > record.created_at)) last = record;
  }
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
