/** The only door of `worktrees/`: worktrees that agents left behind. */

export { readBoxes, removingFolder } from "./box.ts";
export { journaledPrune, plannedPrune, planPrune } from "./prune.ts";
export { removeWorktrees } from "./remove.ts";
export { readRescues, RESCUE } from "./rescue.ts";
export { undoPrune } from "./restore.ts";
export { type WorktreeRules, worktreeRules } from "./decision.ts";
export { survey } from "./survey.ts";
export { finishRemovals } from "./delete_worktrees.ts";
export { cleanupText } from "./text.ts";
