/**
 * The only door of `agents/`: what several agents and people share in one
 * project. `names.ts` says who acts. A folder each has the hand-off documents,
 * the notes, the claims on paths and the standup.
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
