/** The only door of `tasks/`: work on many items that survives its process. */

export { clientFor } from "./agent.ts";
export {
  cancelParts,
  documentParts,
  LIMIT_FLAG,
  listedRuns,
  logText,
  removeParts,
} from "./run_commands.ts";
export { BACKGROUND, startInBackground } from "./background.ts";
export {
  definitionFile,
  listDefinitions,
  listRunsOf,
  readAllowedDefinition,
  readDefinitionFile,
} from "./definition_file.ts";
export {
  argumentsIn,
  type Fault,
  flagIn,
  GRACE,
  kindWords,
  LONGEST,
  numberIn,
  refuseUnknown,
  RETRIES,
  textIn,
  textsIn,
  timeIn,
  type Work,
  workIn,
} from "./fields.ts";
export { EXIT, line, lineReader, type RunRecord, TASK_NAME } from "./run.ts";
export { rewriteRun, writeNewRun } from "./runner/create_run.ts";
export {
  holdRun,
  notify,
  refuseSurvivors,
  stoppedBy,
} from "./runner/held_run.ts";
export { RunLog } from "./runner/log.ts";
export {
  type ChunkEnd,
  type ChunkOrder,
  runChunk,
  statePath,
} from "./runner/run_chunk.ts";
export { pauseAfter, Stops } from "./runner/stops.ts";
export { listRuns, openRun } from "./read.ts";
export { undoRemovedRuns } from "./remove.ts";
export { PIPELINE_RUN, taskRoot, typedRun } from "./root.ts";
export {
  isRunning,
  linesOf,
  readRun,
  runIds,
  type RunPaths,
  runPaths,
  taskNames,
  taskOf,
  taskPath,
} from "./store.ts";
export { fenced } from "./view/report_text.ts";
export { shortDuration } from "./view/pace.ts";
