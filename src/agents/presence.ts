import { agentNameIn } from "../base/names.ts";
import { field, textField } from "../base/parsed_values.ts";
import {
  type AgentSession,
  changeAgentFile,
  type HookInput,
  readAgentFiles,
  removeAgentFile,
  writeAgentFile,
} from "../clients/mod.ts";
import type { System } from "../system/system.ts";
import { agentOfEvent } from "./names.ts";

/** An agent session that works in this project, as its hooks reported it. */
export interface Presence {
  /** The name of its agent; null: it has none. */
  readonly agent: string | null;
  /** The top folder of the worktree it began in, absolute. */
  readonly worktree: string | null;
  /** When it began, ISO 8601. */
  readonly since: string | null;
  readonly subagents: readonly Subagent[];
}

export interface Subagent {
  /** As its client numbers it. */
  readonly id: string;
  /** Its type; null for a type that is not a name. */
  readonly name: string | null;
  /** When it began, ISO 8601. */
  readonly since: string;
}

/** Sub-agents of one session that are kept; each has one that stops. */
const MOST = 100;

/** Characters of an id. */
const LONGEST_ID = 100;

/** Keeps that a session works in a worktree. */
export function noteSession(
  system: System,
  { session, input, worktree }: {
    session: AgentSession;
    input: HookInput;
    worktree: string;
  },
): void {
  // A compaction may come while sub-agents work.
  if (input.text("source") === "compact") return;
  const presence: Presence = {
    agent: agentOfEvent(system, input)?.name ?? null,
    worktree,
    since: system.now().toISOString(),
    subagents: [],
  };
  const value = { version: 1, ...presence };
  writeAgentFile(system, session, { file: "presence", value });
}

/** Forgets a session that has ended. */
export function forgetSession(system: System, session: AgentSession): void {
  removeAgentFile(system, session, "presence");
}

/** Keeps that a sub-agent began or stopped. */
export async function noteSubagent(
  system: System,
  { session, input, began }: {
    session: AgentSession;
    input: HookInput;
    began: boolean;
  },
): Promise<void> {
  const id = input.text("agent_id")?.slice(0, LONGEST_ID);
  if (id === undefined) return;
  await changeAgentFile(system, session, {
    file: "presence",
    change(value) {
      const before = presenceFromJson(value);
      const others = before.subagents.filter((one) => one.id !== id);
      if (!began && others.length === before.subagents.length) return undefined;
      const name = agentOfEvent(system, input)?.name ?? null;
      const one = { id, name, since: system.now().toISOString() };
      const subagents = began ? [...others, one].slice(-MOST) : others;
      return { version: 1, ...before, subagents };
    },
  });
}

/** Returns what its hooks reported of a session; empty if nothing. */
export function readPresence(
  system: System,
  session: AgentSession,
): Presence {
  return presenceFromJson(readAgentFiles(system, session, "presence")[0]);
}

/** Reads a kept value. */
export function presenceFromJson(value: unknown): Presence {
  const subagents = field(value, "subagents");
  return {
    agent: nameIn(textField(value, "agent")),
    worktree: textField(value, "worktree") ?? null,
    since: textField(value, "since") ?? null,
    subagents: (Array.isArray(subagents) ? subagents : []).slice(-MOST)
      .map((one) => ({
        id: textField(one, "id") ?? "",
        name: nameIn(textField(one, "name")),
        since: textField(one, "since") ?? "",
      })),
  };
}

function nameIn(text: string | undefined): string | null {
  return agentNameIn(text ?? "")?.name ?? null;
}
