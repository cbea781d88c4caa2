/**
 * The only entry point of `pipelines/`: programs and agents as steps of a
 * graph.
 */

export { listPipelineRuns } from "./read.ts";
