/**
 * The only door of `detours/`: leaving work for something else and coming back
 * to an untouched tree. A detour is written down before it changes
 * anything, and the next command finishes or undoes what a death left.
 */

export { DETOURS } from "./commits.ts";
export { findSession } from "./find_session.ts";
export { readTree, treeText } from "./session_tree.ts";
export { isStranded } from "./stranded.ts";
export { alone, UnderWay } from "./under_way.ts";
