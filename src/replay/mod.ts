/**
 * The only entry point of `replay/`: an agent session as text, as a page and
 * step by step, and the files at a step.
 */

export { removeCarried } from "./carry.ts";
export { removeFork } from "./fork_tree.ts";
export type { ReplayStep } from "./commands/results.ts";
export type { PageEntries } from "./page/page.ts";
