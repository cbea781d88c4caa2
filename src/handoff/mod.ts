/**
 * The only door of `handoff/`: what the next agent, or the client's status line,
 * is given.
 */

export { contextFilePath, withoutContextPart } from "./context_file.ts";
export { readEvidence } from "./evidence/read.ts";
export { injected } from "./inject.ts";
export type { ExtraPart } from "./injection.ts";
export { saidIn } from "./summary/facts.ts";
export { SaveReader } from "./summary/read.ts";
export {
  changeMarkedFile,
  fromBytes,
  makeShared,
  type MarkedFile,
  refuseLink,
  toBytes,
  withoutPart,
} from "./marked_file.ts";
export { presentOutline, presentSave } from "./resume_file.ts";
