/**
 * The only door of `handoff/`: what the next agent, or the client's status line,
 * is given.
 */

export { fromBytes, toBytes } from "./context_file.ts";
export { injected } from "./inject.ts";
