import { field, textField } from "../../base/parsed_values.ts";
import { callText, type NewsReader } from "../headless/news.ts";

/** Reads the stream of Codex with `--json`. */
export const news: NewsReader = (line) => {
  const { item } = line;
  const failed = line.type === "turn.failed" ? line.error : undefined;
  const error = textField(failed ?? line, "message");
  if (error !== undefined && (failed || line.type === "error")) {
    return [{ error }];
  }
  if (line.type !== "item.completed") return [];
  const said = textField(item, "text");
  if (field(item, "type") === "agent_message" && said) return [{ said }];
  const command = textField(item, "command");
  return command === undefined ? [] : [{ call: callText("exec", item) }];
};
