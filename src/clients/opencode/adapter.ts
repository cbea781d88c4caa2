import { type Fields, listIn, textField } from "../../base/parsed_values.ts";
import type { HookAdapter } from "../client.ts";
import { answerLine } from "../hook_input.ts";
import { beginTranscript } from "./transcripts.ts";
import { namedTool, unquoted } from "./tools.ts";

/** mpm's plugin reports in mpm's format, but with the client's tools. */
export const adapter: HookAdapter = {
  fields(given, _event) {
    const tool = textField(given, "tool_name");
    const prompt = textField(given, "prompt");
    return {
      ...given,
      ...tool !== undefined && namedTool(tool, given.tool_input),
      ...prompt !== undefined && { prompt: unquoted(prompt) },
      ..."tool_calls" in given && {
        tool_calls: listIn(given, "tool_calls").map((call) => ({
          ...call as Fields,
          ...namedTool(
            textField(call, "tool_name") ?? "",
            (call as Fields | null)?.tool_input,
          ),
        })),
      },
    };
  },
  answer(_event, { block, deny, context, message }) {
    const text = [block, context].filter(Boolean).join("\n\n");
    return answerLine({
      ...text !== "" && { context: text },
      ...deny !== undefined && { deny },
      ...message && { message },
    });
  },
  begun: (system, { sessionId }) => beginTranscript(system, sessionId),
};
