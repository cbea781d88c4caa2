import { textField } from "../../base/parsed_values.ts";
import { callText, type NewsReader } from "../headless/news.ts";

/** Reads the stream of Gemini with `--output-format stream-json`. */
export const news: NewsReader = (line) => {
  if (line.type === "message" && line.role === "assistant") {
    const part = textField(line, "content") ?? "";
    return line.delta === true ? [{ part }] : [{ said: part }];
  }
  if (line.type === "tool_use") {
    const name = textField(line, "tool_name") ?? "";
    return [{ call: callText(name, line.parameters) }];
  }
  const error = textField(line.error, "message");
  return line.type === "result" && error ? [{ error }] : [];
};
