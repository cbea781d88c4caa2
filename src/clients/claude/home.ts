import type { System } from "../../system/system.ts";

/** An id as Claude Code makes them: it becomes part of a path. */
const AGENT_SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Whether `id` can be the id of a session or task list of Claude Code. */
export function isAgentId(id: string): boolean {
  return AGENT_SESSION_ID.test(id);
}

/** The id of the Claude Code session this process was started by, if any. */
export function currentAgentSession(system: System): string | undefined {
  if (system.env("CLAUDECODE") !== "1") return undefined;
  const id = system.env("CLAUDE_CODE_SESSION_ID");
  return id !== undefined && isAgentId(id) ? id : undefined;
}
