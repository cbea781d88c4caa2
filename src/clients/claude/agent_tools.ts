/**
 * The tools of Claude Code that start sub-agents. `Task` is the older name of
 * `Agent`; a workflow is a script that starts many.
 */
export const AGENT_TOOLS = ["Agent", "Task", "Workflow"] as const;

/** Whether a tool starts sub-agents. */
export function startsAgents(tool: string | undefined): boolean {
  return AGENT_TOOLS.some((name) => name === tool);
}
