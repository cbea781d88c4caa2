/**
 * The only door of `work/`: sessions with their states and checklists.
 */

export {
  type Beginning,
  type BeginningInput,
  beginningOf,
  TEMPLATE_FLAGS,
} from "./beginning.ts";
export type {
  CheckResult,
  EndResult,
  StackResult,
  StartResult,
  WorkView,
} from "./commands/results.ts";
export {
  clearCurrent,
  currentStack,
  currentWork,
  leadsNowhere,
  lostWorks,
  placeKey,
  pointTo,
  type Stack,
} from "./current.ts";
export {
  type Action,
  isOpen,
  isSettled,
  stepsFor,
  type WorkState,
} from "./life_cycle.ts";
export {
  detoursDone,
  keptNotes,
  keptOf,
  missingNotes,
  parkedBy,
  withKept,
} from "./parked.ts";
export {
  checklistView,
  fullTitle,
  labelOf,
  moved,
  type NewWork,
  newWork,
  pausedBy,
  phasesOf,
  shortTitle,
  workView,
} from "./record.ts";
export {
  checkWorkFolders,
  findWork,
  freeWorkId,
  isSaved,
  listWorks,
  ownWork,
  readRecord,
  readWork,
  removeWork,
  type Works,
  workSeals,
  writeWork,
} from "./store.ts";
export { writeNewFile } from "./templates/new_file.ts";
export {
  findTemplate,
  listTemplates,
  readTemplate,
} from "./templates/store.ts";
export {
  checklistLines,
  foreignWorksNote,
  lostNote,
  progressTable,
  sessionLine,
  stateWord,
  titleOf,
} from "./text.ts";
export {
  CHECK_ITEM,
  type CheckItem,
  CHILDREN,
  DETOUR,
  type Detour,
  MOVES,
  TEMPLATE,
  type Work,
  type WorkMove,
} from "./work.ts";
