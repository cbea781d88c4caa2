import type { Fields } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { HookAdapter, HookAnswer } from "../client.ts";

/** Returns the answer as JSON for Claude Code; empty without an answer. */
function answerText(event: string, answer: HookAnswer): string {
  const { block, deny, context, message } = answer;
  // This event accepts only plain text, for the model that summarizes the
  // conversation.
  if (event === "PreCompact") return context ? `${context}\n` : "";
  const specific = {
    ...context ? { additionalContext: context } : {},
    ...deny === undefined ? {} : {
      permissionDecision: "deny",
      permissionDecisionReason: deny,
    },
    ...answer.answered ? { suppressOriginalPrompt: true } : {},
  };
  const output = {
    ...block === undefined ? {} : { decision: "block", reason: block },
    ...message ? { systemMessage: message } : {},
    ...Object.keys(specific).length === 0
      ? {}
      : { hookSpecificOutput: { hookEventName: event, ...specific } },
  };
  return Object.keys(output).length === 0 ? "" : `${JSON.stringify(output)}\n`;
}

/**
 * Returns whether an event is from Copilot CLI, which also runs a project's
 * hooks for Claude Code. For that client, mpm handles only the client's own
 * events. Claude Code sends no time, but may run in a shell of the other
 * client.
 */
function isFromCopilot(given: Fields, system: System): boolean {
  return system.env("COPILOT_CLI") === "1" && given.timestamp !== undefined;
}

/** The events of mpm have the same format as those of Claude Code. */
export const adapter: HookAdapter = {
  fields: (given, _event, system) =>
    isFromCopilot(given, system) ? undefined : {
      ...given,
      project_dir: system.env("CLAUDE_PROJECT_DIR"),
    },
  answer: answerText,
};
