import type { Context } from "../../cli/command.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import { checkpointRules } from "../rules.ts";
import type { Workspace } from "../../git/repository.ts";
import type { CheckpointSaveResult } from "../commands/results.ts";
import { readRecord, recordIds } from "../store.ts";
import { readConfigAnyway } from "../../config/config.ts";
import { unsaved } from "./answer.ts";
import { minesOf } from "../mine.ts";
import {
  type CheckpointPlace,
  listCheckpoints,
  newestFirst,
} from "../place.ts";
import { pruneCheckpoints } from "../prune.ts";

/**
 * The answer where the last one is too young for another. Mostly it is, and a
 * hook asks often: the records' files alone are read.
 */
export async function tooEarly(
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

/** Drops the oldest automatic ones after `taken`; returns their names. */
export async function pruneAuto(
  context: Context,
  place: CheckpointPlace,
  taken: string,
): Promise<string[]> {
  return await pruneCheckpoints(context, place, {
    records: await listCheckpoints(context.system, place, { light: true }),
    kind: "auto",
    keep: place.rules.keepAuto,
    taken,
  });
}
