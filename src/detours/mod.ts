/**
 * The only door of `detours/`: leaving work for something else and coming back
 * to an unchanged tree. A detour is recorded before it changes anything. The
 * next command finishes or undoes an interrupted detour.
 */

export { DETOURS } from "./commits.ts";
export { findSession } from "./find_session.ts";
export { readTree, treeText } from "./session_tree.ts";
export { isStranded } from "./stranded.ts";
export { alone, UnderWay } from "./under_way.ts";
