/**
 * The only door of `tasks/`: work on many items that survives its process.
 */

export { listRuns } from "./read.ts";
export { undoRemovedRuns } from "./remove.ts";
export { taskNames } from "./store.ts";
