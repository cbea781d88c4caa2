/**
 * The only door of `checkpoints/`: snapshots of all files of a worktree.
 * `take/` captures and records the files; `restore/` plans a restore and writes
 * the files back. The bytes are in commits under an mpm ref, made by `git/`.
 */

export type { StoredCheckpoint } from "./checkpoint.ts";
export { CHECKPOINT_ID, checkpointId, isTargetId, timedName } from "./name.ts";
export {
  captureNow,
  type CheckpointPlace,
  listCheckpoints,
  placeOf,
  rawFolder,
  recordOf,
} from "./place.ts";
export { ownMark, printOf } from "./record.ts";
export {
  dropCheckpoints,
  refsOfRemovals,
  REMOVED,
  undoRemoval,
} from "./remove.ts";
export { restoreLocked, type RestoreOutcome } from "./restore/apply.ts";
export { RESTORES } from "./restore/finish.ts";
export {
  changedSince,
  type CheckpointRef,
  type PlannedRestore,
} from "./restore/plan.ts";
export { readTarget } from "./restore/target.ts";
export { writeTo } from "./restore/write_to.ts";
export { undoRestore } from "./restore/undo.ts";
export {
  hasRecord,
  latestCheckpoint,
  readRecord,
  recordIds,
  writeRecord,
} from "./store.ts";
export { isHidden, listed } from "./select.ts";
export {
  filesIn,
  type KeptTree,
  type KeptTrees,
  openKeptTrees,
  readFileIn,
  type StepTree,
  stepTrees,
} from "./step_trees.ts";
export { takeCheckpoint } from "./take/take.ts";
