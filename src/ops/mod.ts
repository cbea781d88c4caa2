/**
 * The only entry point of `ops/`, which changes files so that nothing is ever
 * lost.
 *
 * A command that changes something runs under `journaled()`, on a machine that
 * is a `Recorder`. Before a file is replaced or removed for the first time, its
 * content is put into the trash. At the end, the digests before and after the
 * change are added to the log, sealed with the user's key. This is all that
 * `mpm undo` needs. A lock belongs to the kernel and ends with the process.
 */

export {
  type AllowedFile,
  allowedFile,
  changeAllowed,
  damagedAllowed,
  fileState,
  readAllowable,
  undoAllow,
} from "./allowed.ts";
export {
  allowedProgram,
  commandText,
  type Program,
} from "./allowed_command.ts";
export { type Aside, putBack, putBackFrom } from "./aside.ts";
export {
  appendLog,
  readLog,
  readOwnJson,
  removeIfThere,
  removeQuietly,
  writeAtomic,
} from "./atomic.ts";
export {
  earlierHint,
  entryToUndo,
  type JournalEntry,
  type KnownEntry,
  nextToUndo,
  undoneIds,
  undoTitle,
  versionsIn,
} from "./entry.ts";
export {
  type FileMark,
  isMarked,
  lookingOnce,
  markOf,
  readOnce,
  replaceDerived,
} from "./derived.ts";
export { beginUndo, finishUndo, isUndoBegun } from "./intents/finish_undo.ts";
export {
  checkFolder,
  checkPath,
  ensureFolder,
  removeTree,
  sizeBelow,
  unlockedName,
} from "./folders.ts";
export {
  ensureHidden,
  ensureHome,
  ignoreFile,
  ignoreHome,
  keepLocal,
} from "./home.ts";
export {
  appendJournal,
  chosenRoot,
  dropTornLines,
  ensureJournalRoot,
  journalFile,
  type Operation,
  readJournal,
  tornLines,
  USER_FLAG,
  worktreeOf,
} from "./journal.ts";
export {
  allIntents,
  beginIntent,
  type Intent,
  readIntents,
  readUnsealed,
} from "./intents/intents.ts";
export { takeOldDetour, takeOldRestore } from "./intents/old_markers.ts";
export {
  type Finisher,
  isUnsettled,
  settleHeld,
  settleKinds,
} from "./intents/settle.ts";
export { journaled } from "./journaled.ts";
export { HOME, layout, saveFiles } from "./layout.ts";
export {
  settleLog,
  takeLock,
  takeStoreLock,
  withLock,
  withUserLock,
} from "./lock.ts";
export { lookOnly } from "./look_only.ts";
export {
  type Lasting,
  type OperationName,
  OPERATIONS,
  type UndoKind,
} from "./operations.ts";
export { surveyTrash } from "./prune_trash.ts";
export { fitChanges, pathBelow, recordFacts, unrecorded } from "./recorder.ts";
export { ensureJournalKey } from "./seal.ts";
export {
  ensureStoreId,
  ownSeals,
  projectSeals,
  readStoreId,
  RecordSeals,
} from "./sealed_record.ts";
export {
  type TeamFolder,
  teamFolders,
  writeTeamFolders,
} from "./team_folders.ts";
export { moveToTrash, newTrashFolder, TrashFolder } from "./trash.ts";
export { CannotUndo, noteUndo, type Undone, type UndoOrder } from "./undo.ts";
export {
  applyFiles,
  type FilesPlan,
  type FileStep,
  GONE,
  keepPresent,
  planFiles,
} from "./undo_files.ts";
export {
  claudeHome,
  ensureUserFolder,
  ensureUserWord,
  userFolder,
  userState,
  type UserWord,
  userWord,
  WRITER,
} from "./user_state.ts";
