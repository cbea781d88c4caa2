import { counted } from "./words.ts";

/**
 * Room for the line that reports the omission, without the place to find the
 * rest.
 */
const MARK = 40;

/** A line that announces others: nothing without them. */
const HEADING = /^\s*(?:#+\s.*|.*:)$/;

/**
 * At most `limit` UTF-16 units of a text, cut between its lines. The last line
 * then says how many lines are left out, and `rest` where they are. A
 * heading whose items are all left out goes with them. Only a single line that
 * is too long by itself is cut within.
 */
export function bounded(
  text: string,
  limit: number,
  { rest, partial = false }: {
    /** E.g. `mpm status --tree shows them`. */
    rest: string;
    /** True if even the text given is not all there is. */
    partial?: boolean;
  },
): string {
  if (text.length <= limit && !partial) return text;
  const room = limit - MARK - rest.length;
  if (room <= 0) return "";
  const kept: string[] = [];
  const lines = text.split("\n");
  let size = 0;
  for (const line of lines) {
    if (size + line.length > room) break;
    kept.push(line);
    size += line.length + 1;
  }
  if (kept.length === 0) kept.push(`${lines[0]!.slice(0, room - 1)}…`);
  const left = lines.slice(kept.length);
  while (
    kept.length > 1 && (kept.at(-1) === "" || HEADING.test(kept.at(-1)!))
  ) {
    left.push(kept.pop()!);
  }
  const count = left.filter((line) => line.trim() !== "").length;
  const more = partial || count === 0
    ? "… more left out"
    : `… ${counted(count, "more line")} left out`;
  return [...kept, `${more}: ${rest}`].join("\n");
}
