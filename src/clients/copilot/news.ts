import { isFields, textField } from "../../base/parsed_values.ts";
import { callText, type NewsReader } from "../headless/news.ts";

/** Reads the stream of Copilot CLI with `--output-format json`. */
export const news: NewsReader = (line) => {
  const { data } = line;
  // A sub-agent's.
  if (!isFields(data) || line.agentId !== undefined) return [];
  const said = textField(data, "content");
  if (line.type === "assistant.message") return said ? [{ said }] : [];
  if (line.type === "tool.execution_start") {
    const name = textField(data, "toolName") ?? "";
    return [{ call: callText(name, data.arguments) }];
  }
  const error = textField(data, "message");
  return line.type === "session.error" && error ? [{ error }] : [];
};
