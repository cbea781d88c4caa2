/** The only door of `items/`: hand-offs, and items carried between saves. */

export { isCarried, isOpenItem, MOST_OPEN } from "./carry.ts";
export { collected } from "./collect.ts";
export { adoptItems, adoptVars, unknownItems, unknownVars } from "./adopt.ts";
export { readDifferences } from "./differences.ts";
export {
  commandForm,
  EVIDENCE,
  type Evidence,
  evidenceLine,
  evidenceOf,
  lastRuns,
  ONLY_NAMED,
  unverified,
  verifies,
} from "./evidence.ts";
export {
  type Collected,
  handoffFor,
  type HandoffOrder,
  NOTHING_COLLECTED,
  withQuestions,
  withSeen,
} from "./handoff.ts";
export {
  HANDOFF,
  type Handoff,
  ITEM,
  type Item,
  type ItemKind,
  type ItemState,
  type KeptItem,
  NO_ID,
  OPEN_HANDOFF,
  type OpenHandoff,
  type RanOn,
  type Run,
  type Source,
  type Touched,
} from "./item.ts";
export { type ItemsNow, itemsNow } from "./items_now.ts";
export { itemsAt, itemsHere, newItemId, openItems } from "./open_items.ts";
export { cleanRuns, keepRuns, keptRuns, readRuns } from "./runs.ts";
export { type DamagedFile, readItems } from "./store.ts";
export { significantWords } from "./prose/telling_words.ts";
export { treeOf, type TreeState, withTrees } from "./tree.ts";
export { verificationOf } from "./verification.ts";
export { faultyVars, readVarsHere, varsHere } from "./vars.ts";
export { itemLines, itemView, originOf } from "./text.ts";
