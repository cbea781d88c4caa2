import { defineCommand } from "../../cli/command.ts";
import type { AcknowledgeResult } from "./results.ts";
import { acknowledgeLevel, AGENT_SESSION } from "../steps.ts";

/** `mpm context acknowledge` */
export const contextAcknowledge = defineCommand({
  name: "context acknowledge",
  summary: "Note that you have seen the recommendation to pause",
  description: `
Records it for the level that the session has reached, with the time. A higher
level asks again. It lifts no block: pausing, compacting or clearing does.`,
  positionals: [],
  flags: { "agent-session": AGENT_SESSION },
  examples: ["mpm context acknowledge"],
  result: async () => (await import("./results.ts")).AcknowledgeResult,
  run: (context, input) => acknowledgeLevel(context, input["agent-session"]),
  render,
});

function render({ level, changed }: AcknowledgeResult): string {
  if (level === "normal") return "There is nothing to acknowledge.\n";
  return changed
    ? `Acknowledged: level "${level}".\n`
    : `Level "${level}" was acknowledged already.\n`;
}
