import type { Fields } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { HookAdapter } from "../client.ts";
import { claudeAnswer } from "../hook_input.ts";

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
  // This event accepts only plain text, for the model that summarizes the
  // conversation.
  answer: (event, answer) =>
    event !== "PreCompact"
      ? claudeAnswer(event, answer)
      : answer.context
      ? `${answer.context}\n`
      : "",
};
