/**
 * The only door of `tasks/`: work on many items that survives its process.
 */

export { listRuns, openRun } from "./read.ts";
export { undoRemovedRuns } from "./remove.ts";
export { runIds, taskNames } from "./store.ts";
