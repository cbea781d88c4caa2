import { isAgentId } from "../../base/ids.ts";
import { field, type Fields, textField } from "../../base/parsed_values.ts";
import type { HookAdapter } from "../client.ts";
import { answerLine, denial } from "../hook_input.ts";
import { copilotHome, eventsPath } from "./home.ts";

/** Tools that change the file in their `path`, as these events name them. */
const EDITORS = new Set(["Edit", "Write", "create", "edit"]);

/** The client's events under Claude Code's names are similar to those. */
export const adapter: HookAdapter = {
  compactsAlone: true,
  fields(given, event, system) {
    const parent = textField(given, "parent_agent_id");
    const id = parent ?? textField(given, "session_id") ??
      textField(given, "sessionId");
    const home = copilotHome(system);
    const told = textField(given, "transcript_path") ??
      textField(given, "transcriptPath");
    // Most events do not include the path. Only a valid ID may become part of a
    // path.
    const path = told ?? (home !== undefined && id !== undefined &&
        isAgentId(id)
      ? eventsPath(home, id)
      : undefined);
    return {
      ...given,
      hook_event_name: event,
      session_id: id,
      transcript_path: path,
      ...given.source === "new" && { source: "startup" },
      ...callIn(given),
      ...event === "PostToolBatch" && {
        tool_calls: [{ ...callIn(given), tool_response: resultIn(given) }],
      },
      project_dir: system.env("COPILOT_PROJECT_DIR"),
    };
  },
  // The client does not show answers to the user.
  answer: (event, { block, deny, context }) =>
    answerLine({
      ...block !== undefined && { decision: "block", reason: block },
      ...deny !== undefined && denial(deny),
      ...context && event !== "Stop" && { additionalContext: context },
    }),
};

function callIn(given: Fields): Fields {
  const tool = textField(given, "tool_name");
  if (tool === undefined) return {};
  const input = given.tool_input;
  const path = textField(input, "path");
  return EDITORS.has(tool) && path !== undefined
    ? { tool_name: "MultiEdit", tool_input: { paths: [path] } }
    : { tool_name: tool, tool_input: input };
}

function resultIn(given: Fields): string {
  return textField(field(given, "tool_result"), "text_result_for_llm") ?? "";
}
