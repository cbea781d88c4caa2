import { field, textField } from "../../base/parsed_values.ts";

/** Returns the text of a `functionResponse` part; empty for another part. */
export function responseText(part: unknown): string {
  const response = field(field(part, "functionResponse"), "response");
  return textField(response, "output") ?? textField(response, "error") ?? "";
}
