import type { StoredCheckpoint } from "../checkpoint.ts";
import { nextSteps } from "../show_text.ts";
import type { CheckpointSaveResult } from "../commands/results.ts";

/** What a save says that takes nothing since `record` will do. */
export function unchanged(record: StoredCheckpoint): CheckpointSaveResult {
  return unsaved(record, `Nothing has changed since "${record.name}"`);
}

/** What it says of the checkpoint there is, and why it takes none. */
export function unsaved(
  record: StoredCheckpoint,
  reason: string,
): CheckpointSaveResult {
  const nothing = { next_steps: [], pruned: [] };
  return { ...answer(record), saved: false, reason, ...nothing };
}

/** What it says of the one that it took. */
export function saved(
  record: StoredCheckpoint,
  pruned: string[],
): CheckpointSaveResult {
  const next_steps = nextSteps(record);
  return { ...answer(record), saved: true, reason: null, next_steps, pruned };
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
