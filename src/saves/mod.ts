/**
 * The only entry point of `saves/`: a session as it was left, in its own file.
 * The format is in `save.ts`, the files are in `store/`, and the changes since
 * are in `compare/`. Earlier formats, including claude-mpm's, are in `legacy/`.
 */

export type { ResumeAnswer, ResumeResult } from "./commands/results.ts";
export type { ChangedCommit, Changes, FileChange } from "./compare/changes.ts";
export { applyInit, initText, planInit } from "./commands/init.ts";
export { detectChanges } from "./compare/detect.ts";
export { storeFor } from "./compare/place.ts";
export { MARKDOWN } from "./compare/marks.ts";
export { renderChanges } from "./compare/report.ts";
export { revealBranch } from "./compare/reveal.ts";
export {
  type ContextFacts,
  contextFilePath,
  renewContextFile,
  updateContextFile,
  withoutContextPart,
} from "./context/context_file.ts";
export {
  changeMarkedFile,
  fromBytes,
  makeShared,
  type MarkedFile,
  refuseLink,
  toBytes,
  withoutPart,
} from "./context/marked_file.ts";
export { completed, givenSummary, NO_CONTENT } from "./content.ts";
export { buildSave, type Draft, type Slot } from "./draft.ts";
export { evidenceOfSave } from "./evidence.ts";
export { agentContext, asData, handoffText } from "./handoff/agent_context.ts";
export type { Section } from "./handoff/budget.ts";
export { type Outline, outlineOf } from "./handoff/outline.ts";
export { OPEN_REST, openSections } from "./handoff/open_sections.ts";
export { handoffSections, restOf } from "./handoff/sections.ts";
export {
  oneLine,
  otherCommands,
  touchedName,
  verification,
} from "./handoff/wording.ts";
export { openLine, takenUpLine } from "./handoff/taken_up.ts";
export { listBackups } from "./legacy/migrate/backups.ts";
export { undoMigration } from "./legacy/migrate/migrate.ts";
export { oldName } from "./legacy/old_names.ts";
export { recommended } from "./legacy/resume_log.ts";
export { parseLimit, parseSince, summaryBeside } from "./list.ts";
export {
  bullets,
  gitLines,
  numbered,
  saveMarkdown,
  section,
} from "./markdown.ts";
export {
  aboutOf,
  LAST_ANSWER,
  LAST_PROMPT,
  RECOVERED,
} from "./auto_summary.ts";
export { isLeftToKeep } from "./contents/keep_with.ts";
export {
  contentsMark,
  parseContentsRecord,
  recordBytes,
} from "./contents/record.ts";
export {
  readBrought,
  sharedContents,
  storeBrought,
} from "./contents/shared.ts";
export { agentOf, agentWork } from "./pause/agent.ts";
export { editedText } from "./pause/edit.ts";
export { applied, gather } from "./pause/pause.ts";
export { NO_WORDS } from "./content.ts";
export type { PastConversation } from "./pause/pause_items.ts";
export {
  doneBefore,
  doneOf,
  type DoneOrder,
  lastSave,
  projectParts,
} from "./pause/project_parts.ts";
export { collectedOf } from "./pause/pause_items.ts";
export { redactChanges, redactCommits, redactSave } from "./redact.ts";
export { pruneAutomatic } from "./remove.ts";
export { importCommand, otherStores } from "./resume/other_stores.ts";
export {
  findOne,
  type LastSave,
  lastSaveHere,
  loadResumed,
} from "./resume/resume.ts";
export { handoffStart } from "./resume/take_over.ts";
export { isOfWorktree, lastSteps, ownSavesHere } from "./resume/select.ts";
export type { Save } from "./save.ts";
export { openItems } from "./saved_session.ts";
export { SaveSchema } from "./schema.ts";
export { noteAutoSave } from "./store/auto_saves.ts";
export {
  type Copies,
  lostRows,
  lostSaves,
  readCopies,
} from "./store/copies.ts";
export { derivedBeside, pointedTo, pointToNewest } from "./store/derived.ts";
export { namesIn } from "./store/find_saves.ts";
export { loadSave } from "./store/load_save.ts";
export { importFrom, importText } from "./share/import_from.ts";
export {
  type ExportTarget,
  exportTarget,
  writeExport,
  type WrittenFile,
} from "./share/export.ts";
export {
  findSave,
  listSaves,
  matchSaves,
  newestSaves,
  SessionStates,
} from "./store/read_saves.ts";
export { changeStore, openStore } from "./store/recover.ts";
export { listingMark } from "./store/save_index.ts";
export { fullId, isLog, isTeams, type SaveEntry } from "./store/save_entry.ts";
export { ensureStoreId, readStoreId } from "../ops/mod.ts";
export {
  dueContentsIds,
  noteUncopied,
  uncopiedIds,
} from "./store/due_copies.ts";
export { areCopied, copySaves } from "./store/second_copy.ts";
export {
  type Checker,
  inspect,
  type Inspected,
  isMaintained,
  repairAll,
} from "./store/verify.ts";
export { writeSave } from "./store/write_save.ts";
export {
  contentDigestOf,
  importedFrom,
  noteOwn,
  noteSigned,
  type Origin,
  Origins,
} from "./trust/origins.ts";
export {
  CHECKPOINT_PREFIX,
  CONTENTS_PREFIX,
  foreignCheckpointNote,
  foreignContentsNote,
  foreignNote,
  fromWhom,
} from "./trust/foreign.ts";
export {
  changeTrust,
  readTrusted,
  trustedFile,
  trustedFolders,
  trustSaves,
  undoTrust,
  WRITER_ID,
} from "./trust/trusted.ts";
