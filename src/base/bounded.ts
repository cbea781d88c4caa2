import { counted, cutText } from "./words.ts";

/** Room for the line about omitted lines, without its end. */
const MARK = 40;

/** A line that introduces other lines, and is useless without them. */
const HEADING = /^\s*(?:#+\s.*|.*:)$/;

/**
 * Returns at most `limit` UTF-16 units of a text, cut between lines. The last
 * line counts the omitted ones, and `rest` says where they are. Omits a heading
 * without its items. Cuts only a line that is too long by itself.
 */
export function bounded(
  text: string,
  limit: number,
  { rest, partial = false, most = Infinity, omitted = 0 }: {
    /** For example, `mpm status --tree shows them`. */
    rest: string;
    /** True if the given text is already incomplete. */
    partial?: boolean;
    /** The maximum number of lines. */
    most?: number;
    /** The number of lines that are not in the given text. */
    omitted?: number;
  },
): string {
  const lines = text.split("\n");
  const isWhole = !partial && omitted === 0 && lines.length <= most;
  if (text.length <= limit && isWhole) return text;
  const room = limit - MARK - rest.length;
  if (room <= 0) return "";
  const kept: string[] = [];
  let size = 0;
  for (const line of lines) {
    if (size + line.length > room || kept.length === most) break;
    kept.push(line);
    size += line.length + 1;
  }
  if (kept.length === 0) kept.push(cutText(lines[0]!, room));
  const left = lines.slice(kept.length);
  while (
    kept.length > 1 && (kept.at(-1) === "" || HEADING.test(kept.at(-1)!))
  ) {
    left.push(kept.pop()!);
  }
  const count = left.filter((line) => line.trim() !== "").length + omitted;
  const more = partial || count === 0
    ? "… more left out"
    : `… ${counted(count, "more line")} left out`;
  return [...kept, `${more}: ${rest}`].join("\n");
}
