import { field, textField } from "../../base/parsed_values.ts";
import { callText, type NewsReader } from "../headless/news.ts";

/** Reads the stream of opencode with `--format json`. */
export const news: NewsReader = (line) => {
  const { part } = line;
  const said = textField(part, "text");
  if (line.type === "text" && said) return [{ said }];
  const tool = textField(part, "tool");
  if (line.type === "tool_use" && tool) {
    return [{ call: callText(tool, field(field(part, "state"), "input")) }];
  }
  if (line.type !== "error") return [];
  const error = textField(field(line.error, "data"), "message") ??
    textField(line.error, "name");
  return [{ error: error ?? "it failed" }];
};
