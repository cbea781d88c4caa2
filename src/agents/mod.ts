/**
 * The only door of `agents/`: everything that agents and people share in one
 * project. `names.ts` says who acts. Hand-off documents, notes, path claims and
 * the standup each have a folder.
 */

export { deliverHandoffs, type Delivery } from "./handoffs/deliver.ts";
export { actingAgent, actorOf, agentOfEvent } from "./names.ts";
export { judgeEdit } from "./claims/edit.ts";
export { releaseSession } from "./claims/take.ts";
export { readClaims } from "./claims/store.ts";
export { claimLines } from "./claims/text.ts";
export {
  forgetSession,
  type KilledSession,
  killedSessions,
  noteSession,
  noteSubagent,
} from "./presence.ts";
export { NOTE } from "./notes/note.ts";
export { takeNewNotes } from "./notes/seen.ts";
export {
  NOTES_VIEW,
  readNotes,
  renewChangedView,
  renewView,
} from "./notes/store.ts";
export { whoWorks } from "./who.ts";
