import { defineCommand } from "../../cli/command.ts";
import { contextText } from "../text.ts";
import { AGENT_SESSION, readContext } from "../steps.ts";

/** `mpm context` */
export const context = defineCommand({
  name: "context",
  summary: "Show how full the agent's context is, and what follows from it",
  description: `
Tokens, window, percentage, how old the figure is and where it is from, and the
thresholds with what each one does. The session is the one mpm runs in, else the
latest of this project. The figure is what Claude Code told its status line
("mpm statusline"), unless the transcript has a later one. What is not known, or
stale, counts as unknown, and nothing is ever blocked for it.`,
  positionals: [],
  flags: { "agent-session": AGENT_SESSION },
  examples: ["mpm context", "mpm context --json"],
  result: async () => (await import("./results.ts")).ContextResult,
  run: (context, input) => readContext(context, input["agent-session"]),
  render: contextText,
});
