import { type Fields, isFields, textField } from "../../base/parsed_values.ts";
import type { HookAdapter } from "../client.ts";
import { claudeAnswer } from "../hook_input.ts";
import { patchedPaths } from "../edits.ts";

/** Codex reports each tool separately, as a step with one tool. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["PostToolBatch", "PostToolUse"],
]);

/** Events whose answer may contain text for the agent. */
const TELLING = new Set([
  ...["SessionStart", "UserPromptSubmit", "PostToolBatch", "SubagentStart"],
]);

/** The fields of Codex are those of Claude Code, except for its own tools. */
export const adapter: HookAdapter = {
  fields(given, event) {
    const { tool_name, tool_input, tool_response, tool_use_id, ...others } =
      given;
    const name = NAMES.get(event) ?? event;
    if ((textField(given, "hook_event_name") ?? name) !== name) return;
    const call = {
      ...toolOf(textField(given, "tool_name"), given.tool_input),
      ...{ tool_response, tool_use_id },
    };
    const isTool = tool_name !== undefined || tool_input !== undefined;
    return {
      ...others,
      hook_event_name: event,
      // A sub-agent's transcript is another file.
      ...event === "SubagentStart" ? { transcript_path: undefined } : {},
      ...isTool && event === "PostToolBatch"
        ? { tool_calls: [call] }
        : isTool
        ? call
        : {},
    };
  },
  answer: (event, { block, deny, context, message }) =>
    claudeAnswer(NAMES.get(event) ?? event, {
      ...deny !== undefined && { deny },
      ...message && { message },
      ...block !== undefined && event === "UserPromptSubmit" && { block },
      ...context && TELLING.has(event) && { context },
    }),
};

function toolOf(name: string | undefined, input: unknown): Fields {
  const patch = isFields(input) ? textField(input, "command") : undefined;
  if (name === "apply_patch" && patch !== undefined) {
    return {
      tool_name: "MultiEdit",
      tool_input: { paths: patchedPaths(patch) },
    };
  }
  // The tool's namespace comes before its name.
  const started = name?.endsWith("spawn_agent") ? "Agent" : name;
  return { tool_name: started, tool_input: input };
}
