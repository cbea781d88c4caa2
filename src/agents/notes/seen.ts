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

/** Notes of a session that are known to have been seen. */
const MOST = 3000;

function idsOf(value: unknown): string[] {
  const ids = field(value, "ids");
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
}

/** Remembers what the agent session that runs this command has seen. */
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
 * Takes the notes that an agent session has not seen, by others, as lines for
 * it: the newest first. They count as seen from now on. After `again`, as where
 * the session lost what it knew, it gets all that hold.
 */
export async function takeNewNotes(
  system: System,
  place: Place,
  { session, agent, again = false }: {
    session: AgentSession;
    /** The key of its agent's name; `undefined`: it has no name. */
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
  // Otherwise each prompt would repeat them.
  if (!await remember(system, session, [...ids])) return [];
  const fresh = notes.filter(({ note: { id, by, person } }) =>
    ids.has(id) && !seen.has(id) && (person || by.toLowerCase() !== agent)
  );
  return agentLines(fresh, redactorOf(system));
}
