import type { ReplayStep } from "../commands/results.ts";

/** The keys of the player. */
export const HELP: readonly string[] = [
  "j, Space, Right   next step",
  "k, Left           previous step",
  "g, Home           first step",
  "G, End            last step",
  "Up, Down          scroll, also Page Up and Down",
  "12, :             go to a number or time",
  "                  such as 14:30, start, end",
  "/                 search in all steps",
  "n, N              next and previous match",
  "t                 show one type of steps",
  "d                 changes of files in this step",
  "f                 files at this step",
  "b, B              set a bookmark, list them",
  "?                 these keys",
  "Ctrl-Z            stop; fg continues",
  "q, Esc, Ctrl-C    leave",
];

/** Returns the text of a step, in lower case, for searching. */
export function searchable(step: ReplayStep): string {
  const { type, description, text, args, result, edits, agent } = step;
  return [
    ...[type, description, text, result, agent?.name],
    args === null ? "" : JSON.stringify(args),
    ...edits.map(({ path, diff }) => `${path}\n${diff ?? ""}`),
  ].filter((one) => typeof one === "string").join("\n").toLowerCase();
}

/** A position in a session. */
type Place = "end" | { readonly step: number } | { readonly time: number };

/**
 * Returns the typed position: a number, a date, a time in UTC on the day of
 * `near`, `start` or `end`.
 */
export function placeIn(typed: string, near: Date): Place | undefined {
  const text = typed.trim().toLowerCase();
  if (text === "end") return "end";
  if (text === "start") return { step: 1 };
  const number = /^#?(\d{1,9})$/.exec(text)?.[1];
  if (number !== undefined) return { step: Number(number) };
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text);
  if (clock) {
    const [hours, minutes, seconds = 0] = clock.slice(1).map((part) =>
      part === undefined ? undefined : Number(part)
    );
    const time = new Date(near).setUTCHours(hours!, minutes, seconds, 0);
    return Number.isNaN(time) ? undefined : { time };
  }
  const time = /^\d{4}-\d\d/.test(text) ? Date.parse(typed.trim()) : NaN;
  return Number.isNaN(time) ? undefined : { time };
}
