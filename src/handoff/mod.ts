/**
 * The only door of `handoff/`: what the next agent, or the client's status line,
 * is given.
 */

export {
  contextFilePath,
  fromBytes,
  toBytes,
  withoutContextPart,
} from "./context_file.ts";
export { injected } from "./inject.ts";
