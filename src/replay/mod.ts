/**
 * The only door of `replay/`: what happened in an agent session, as text, as a
 * page, step by step, and the files at a step.
 */

export { removeCarried } from "./carry.ts";
export { removeFork } from "./fork_tree.ts";
export type { ReplayStep } from "./commands/results.ts";
export type { PageEntries } from "./page/page.ts";
