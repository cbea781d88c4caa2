import { escapeText } from "../../base/escape.ts";
import { shortAge } from "../../base/times.ts";
import {
  commandForm,
  type Evidence,
  evidenceLine,
  type Item,
  type Run,
  type Touched,
  verifies,
} from "../../items/mod.ts";

/** Wording of hand-off entries, for agents and people. */

/** Milliseconds within which an item counts as being as old as its save. */
const SAME_TIME = 3_600_000;

/** The times for computing ages. */
export interface Clock {
  readonly now: Date;
  /** Time of the save, ISO 8601. */
  readonly paused: string;
  /** True if someone else made the save. Its user is then another person. */
  readonly foreign?: boolean;
}

/** Returns the whole `text` as one escaped line, however long it is. */
export function oneLine(text: string): string {
  return escapeText(text.trim().replaceAll(/\s+/g, " "));
}

/** Returns an item as one line, without state, source and age if obvious. */
export function itemLine(item: Item, clock: Clock): string {
  return worded(item, clock, oneLine);
}

/** Does the same for a person: not escaped, their own words unmarked. */
export function itemText(item: Item, clock: Clock): string {
  const source = item.source === "user" ? "agent" : item.source;
  return worded({ ...item, source }, clock, (text) => text.trim());
}

/** Kinds whose second text is a reason. For other kinds it is a description. */
const REASONED = new Set(["decision", "rejected", "blocker", "goal"]);

/** The maximum length of a description. Longer ones are shown elsewhere. */
const LONGEST_WHY = 400;

function worded(
  { number, kind, text, why = "", source, via, state, at }: Item,
  clock: Clock,
  word: (text: string) => string,
): string {
  // Only items carried here have a number, and they are the user's own.
  const theirs = clock.foreign === true && number === undefined;
  const marks = [
    ...state === "doing" ? ["in progress"] : [],
    ...source === "user" || source === "model"
      ? [source === "user" && theirs ? "someone else" : source]
      : [],
    // The item was found in prose that the agent addressed to someone else.
    ...source === "transcript" && /message$/.test(via) ? ["inferred"] : [],
    ...ageMark(at, clock),
  ];
  const reason = why.trim() === "" || isLongWhy(why)
    ? []
    : REASONED.has(kind)
    ? [`(why: ${word(why)})`]
    : [`(${word(why)})`];
  return [
    ...number === undefined ? [] : [`#${number}`],
    word(text),
    ...reason,
    ...marks.length > 0 ? [`(${marks.join(", ")})`] : [],
  ].join(" ");
}

/** Returns whether a reason is too long for a line, as a plan may be. */
export function isLongWhy(why: string | undefined): why is string {
  return why !== undefined && why.length > LONGEST_WHY;
}

/** Returns the age of an entry that is older or newer than the save. */
export function ageMark(at: string, { now, paused }: Clock): string[] {
  const time = Date.parse(at);
  const apart = Math.abs(Date.parse(paused) - time);
  return Number.isNaN(time) || apart <= SAME_TIME ? [] : [shortAge(time, now)];
}

/** The commands that ran, and the items that name verification commands. */
interface Commands {
  readonly runs: readonly Run[];
  readonly verify: readonly Item[];
}

/** Returns the verification commands, with the last lines of a failure. */
export function verification(
  { evidence }: { evidence: readonly Evidence[] },
  commands: Commands,
  clock: Clock,
): string[] {
  const shown = commands.runs.filter((run) => isCheck(run, commands));
  if (evidence.length === 0) return shown.map((run) => runLine(run, clock));
  return evidence.filter(({ verifies }) => verifies).map((one) => {
    const run = commands.runs.find(({ command, at }) =>
      commandForm(command) === commandForm(one.command) && at === one.at
    );
    return oneLine(evidenceLine(one)) + tailOf(run);
  });
}

/** Returns the other commands that were run. */
export function otherCommands(commands: Commands, clock: Clock): string[] {
  return commands.runs.filter((run) => !isCheck(run, commands))
    .map((run) => runLine(run, clock));
}

function isCheck(run: Run, { verify }: Commands): boolean {
  return verifies(run) ||
    verify.some(({ text }) => commandForm(text) === commandForm(run.command));
}

/** The most characters of a failed command's output to show. */
const TAIL = 300;

function runLine(run: Run, { now }: Clock): string {
  const { command, exit, at, doubt } = run;
  const age = shortAge(Date.parse(at), now);
  const result = exit === null
    ? "result unknown"
    : exit === 0
    ? verifies(run) ? "passed" : "succeeded"
    : `failed, exit ${exit}`;
  const why = doubt ? `, ${oneLine(doubt)}` : "";
  return `${oneLine(command)}: ${result}${why} (${age})${tailOf(run)}`;
}

function tailOf(run: Run | undefined): string {
  const tail = run && run.exit ? lastLines(run.tail) : "";
  return tail === "" ? "" : `; ended with: ${tail}`;
}

/** Returns a touched file, with the kind of access. */
export function touchedName(file: Touched): string {
  const { path, how, times, symbols = [] } = file;
  const marks = [
    ...how === "edited" ? [] : [how],
    ...times > 1 ? [`${times}x`] : [],
    ...symbols.length > 0 ? [symbols.map(oneLine).join(" ")] : [],
  ];
  return oneLine(path) + (marks.length > 0 ? ` (${marks.join(", ")})` : "");
}

/** Returns whole lines from the end of an output. */
function lastLines(output: string): string {
  const kept: string[] = [];
  let size = 0;
  for (const line of output.trim().split("\n").reverse()) {
    const text = oneLine(line);
    size += text.length + 3;
    if (size > TAIL) break;
    if (text !== "") kept.unshift(text);
  }
  return kept.join(" / ");
}

/** Matches a line that begins a new block, such as a list entry. */
const BEGINS = /^\s*(?:[-*+•]\s|\d+[.)]\s|#{1,6}\s|\||\*\*|>)/;

/** The maximum length of a text that is not split into sentences. */
const LONGEST_PIECE = 400;

/**
 * Splits a longer text into escaped pieces, shown whole or not at all: list
 * entries, paragraphs, code blocks, and sentences of a long paragraph.
 */
export function pieces(text: string): string[] {
  const found: string[] = [];
  let code: string[] | undefined;
  let open = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:```|~~~)/.test(line)) {
      if (code) found.push([...code, escapeText(line)].join("\n"));
      code = code ? undefined : [escapeText(line)];
      open = false;
    } else if (code) {
      code.push(escapeText(line));
    } else if (line.trim() === "") {
      open = false;
    } else if (open && !BEGINS.test(line)) {
      found.push(`${found.pop()} ${oneLine(line)}`);
    } else {
      found.push(escapeText(line.trimEnd()));
      open = true;
    }
  }
  if (code) found.push(code.join("\n"));
  return found.flatMap((piece) =>
    piece.length <= LONGEST_PIECE || piece.includes("\n")
      ? [piece]
      : piece.split(/(?<=[.!?]) +/)
  );
}
