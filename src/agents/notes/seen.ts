import { field } from "../../base/parsed_values.ts";
import {
  type AgentSession,
  changeAgentFile,
  currentAgentSession,
  readAgentFiles,
} from "../../clients/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { noteIds, type Place, readNotes } from "./store.ts";
import { agentLines } from "./view.ts";

/** The maximum number of notes remembered as seen by a session. */
const MOST = 3000;

function idsOf(value: unknown): string[] {
  const ids = field(value, "ids");
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
}

/** Remembers what this agent session has seen. */
export async function markSeen(
  system: System,
  { root }: Place,
  ids: readonly string[],
): Promise<void> {
  const id = currentAgentSession(system);
  if (id !== undefined) await remember(system, { id, root }, ids);
}

async function remember(
  system: System,
  session: AgentSession,
  ids: readonly string[],
): Promise<boolean> {
  return await changeAgentFile(system, session, {
    file: "seen_notes",
    change: (value) => {
      const all = [...new Set([...idsOf(value), ...ids])];
      return { version: 1, ids: all.slice(-MOST) };
    },
  });
}

/**
 * Returns the notes by others that an agent session has not seen, as lines for
 * the session, newest first. These notes then count as seen. With `again`,
 * as after a loss of context, the session gets all current notes.
 */
export async function takeNewNotes(
  system: System,
  place: Place,
  { session, agent, again = false }: {
    session: AgentSession;
    /** The key of the agent's name; `undefined`: no name. */
    agent: string | undefined;
    again?: boolean;
  },
): Promise<string[]> {
  const ids = noteIds(system, place);
  if (ids.size === 0) return [];
  const seen = new Set(
    again ? [] : readAgentFiles(system, session, "seen_notes").flatMap(idsOf),
  );
  if ([...ids].every((id) => seen.has(id))) return [];
  const { notes } = readNotes(system, place);
  // Otherwise each prompt would repeat these notes.
  if (!await remember(system, session, [...ids])) return [];
  const fresh = notes.filter(({ note: { id, by, person } }) =>
    ids.has(id) && !seen.has(id) && (person || by.toLowerCase() !== agent)
  );
  return agentLines(fresh, redactorOf(system));
}
