import { field, listIn, textField } from "../../base/parsed_values.ts";
import { callText, type News, type NewsReader } from "../headless/news.ts";

/** Reads the stream of Claude Code with `--output-format stream-json`. */
export const news: NewsReader = (line) => {
  if (line.type === "rate_limit_event") {
    const info = line.rate_limit_info;
    const seconds = field(info, "resetsAt");
    return field(info, "status") === "rejected" && typeof seconds === "number"
      ? [{ until: seconds * 1000 }]
      : [];
  }
  if (line.type === "result") {
    if (line.is_error !== true) {
      const said = textField(line, "result");
      return said ? [{ said }] : [];
    }
    const outOfTurns = line.subtype === "error_max_turns";
    const [first] = listIn(line, "errors");
    const error = textField(line, "result") ?? String(first ?? line.subtype);
    const isLimit = line.api_error === "usage_limit_reached";
    return [{ error, outOfTurns, isLimit }];
  }
  // Skips messages of sub-agents, and errors, since the result repeats the
  // errors.
  if (line.type !== "assistant" || line.parent_tool_use_id) return [];
  if (line.is_api_error_message === true) return [];
  return listIn(line.message, "content").flatMap((block): News[] => {
    const name = textField(block, "name");
    const said = textField(block, "text");
    if (name !== undefined && field(block, "type") === "tool_use") {
      return [{ call: callText(name, field(block, "input")) }];
    }
    return said === undefined ? [] : [{ said }];
  });
};
