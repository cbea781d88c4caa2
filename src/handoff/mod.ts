/**
 * The only door of `handoff/`: everything given to the next agent or to the
 * client's status line.
 */

export { renewContext } from "./context_renewal.ts";
export { readEvidence } from "./evidence/read.ts";
export { injected } from "./inject.ts";
export type { ExtraPart } from "./injection.ts";
export { saidIn } from "./summary/facts.ts";
export { SaveReader } from "./summary/read.ts";
export { presentOutline, presentSave } from "./resume_file.ts";
