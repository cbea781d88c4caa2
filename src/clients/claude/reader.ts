import type { SessionReader } from "../client.ts";
import { readConversation } from "./conversation/read.ts";
import { openEvents } from "./events/open.ts";

/** The conversations of Claude Code. */
export const reader: SessionReader = {
  open: (system, { path }, part) => openEvents(system, path, part),
  conversation: readConversation,
};
