import { escapeText } from "./session/escape.ts";
export { escapeText };

/** The same for a text of several lines, which stay lines. */
export function escapeLines(text: string): string {
  return text.split(/\r?\n/).map(escapeText).join("\n");
}
