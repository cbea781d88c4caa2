/**
 * The only door of `documents/`: hand-off documents, which one agent writes for
 * another, and the answers to them.
 */

export {
  ANSWER,
  type Answer,
  ANSWER_STATES,
  DOCUMENT_STATES,
  newAnswer,
} from "./answers.ts";
export {
  documentText,
  type Entry,
  type HandoffParts,
  type ReadDocument,
  readDocument,
  titleOf,
} from "./document.ts";
export {
  answerPath,
  documentAt,
  type DocumentFolder,
  documentFolders,
  type Documents,
  LARGEST_DOCUMENT,
  localHandoffs,
  openHandoffs,
  readDocuments,
  shownPath,
  type StoredDocument,
  writeInFolder,
} from "./store.ts";
