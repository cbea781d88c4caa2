import { type Fields, isFields, textField } from "../../base/parsed_values.ts";
import type { HookAdapter } from "../client.ts";
import { answerLine } from "../hook_input.ts";
import { responseText } from "./parts.ts";

/** The names that mpm uses for the tools it handles. */
const TOOLS: ReadonlyMap<string, string> = new Map([
  ["run_shell_command", "Bash"],
  ["read_file", "Read"],
  ["write_file", "MultiEdit"],
  ["replace", "MultiEdit"],
  ["glob", "Glob"],
  ["grep_search", "Grep"],
  ["write_todos", "TodoWrite"],
  ["invoke_agent", "Agent"],
]);

/** The names that Gemini uses for the events. */
const EVENTS: ReadonlyMap<string, string> = new Map([
  ["UserPromptSubmit", "BeforeAgent"],
  ["PreToolUse", "BeforeTool"],
  ["PostToolBatch", "AfterTool"],
  ["Stop", "AfterAgent"],
]);

/** The formats are similar to those of Claude Code, but the names differ. */
export const adapter: HookAdapter = {
  fields(given, event, system) {
    const path = textField(given, "transcript_path");
    return {
      ...given,
      hook_event_name: event,
      // The path is not set before the first message.
      ...path === "" && { transcript_path: undefined },
      ...callIn(given),
      ...event === "PostToolBatch" && {
        tool_calls: [{ ...callIn(given), tool_response: resultIn(given) }],
      },
      ...event === "Stop" && { last_assistant_message: given.prompt_response },
      project_dir: system.env("GEMINI_PROJECT_DIR"),
    };
  },
  answer(event, { block, deny, context, message }) {
    const refused = block ?? deny;
    return answerLine({
      ...refused !== undefined && { decision: "deny", reason: refused },
      ...message && { systemMessage: message },
      ...context && event !== "Stop" && {
        hookSpecificOutput: {
          hookEventName: EVENTS.get(event) ?? event,
          additionalContext: context,
        },
      },
    });
  },
};

function callIn(given: Fields): Fields {
  const name = textField(given, "tool_name");
  if (name === undefined) return {};
  const tool = TOOLS.get(name) ?? name;
  const input = given.tool_input;
  const path = textField(input, "file_path");
  return {
    tool_name: tool,
    tool_input: tool === "MultiEdit" && path !== undefined
      ? { paths: [path] }
      : input,
  };
}

function resultIn({ tool_response: response }: Fields): string {
  const content = isFields(response) ? response.llmContent : undefined;
  if (typeof content === "string") return content;
  const parts = Array.isArray(content) ? content : [content];
  return parts.map((part) => textField(part, "text") ?? responseText(part))
    .join("\n");
}
