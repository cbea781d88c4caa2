import { escapeText } from "../../base/escape.ts";
import { counted, cutText } from "../../base/words.ts";
import { asData, MARKDOWN } from "../../saves/mod.ts";
import type { Redactor } from "../../secrets/mod.ts";
import type { StandingNote } from "./note.ts";

/**
 * The maximum number of notes in the shared file, and the maximum length of the
 * list in UTF-16 units.
 */
const MOST_SHOWN = 200;
const MOST_WRITTEN = 128 * 1024;

/** Returns the current notes, newest first. */
export function holding(notes: readonly StandingNote[]): StandingNote[] {
  return notes.filter(({ supersededBy }) => supersededBy.length === 0)
    .toReversed();
}

/**
 * Returns the paragraphs of `.claude/shared-context.md`: the current notes as
 * Markdown. This is a pure function of the set of notes.
 */
export function viewParagraphs(
  notes: readonly StandingNote[],
  redactor: Redactor,
  eol: string,
): string[] {
  const entries: string[] = [];
  let size = 0;
  const all = holding(notes);
  for (const one of all.slice(0, MOST_SHOWN)) {
    const entry = entryLines(one, redactor).join(eol);
    size += entry.length;
    if (size > MOST_WRITTEN) break;
    entries.push(entry);
  }
  const more = all.length - entries.length;
  return [
    entries.join(eol),
    ...more === 0 ? [] : [`${counted(more, "older note")}: "mpm notes"`],
  ];
}

function entryLines(one: StandingNote, redactor: Redactor): string[] {
  const { note: { id, by, person, at, branch, text }, ...state } = one;
  const [first, ...rest] = redactor.text(text).trim().split(/\r?\n/)
    .map((line) => MARKDOWN.words(line.trimEnd()));
  const where = branch === null
    ? ""
    : ` on ${MARKDOWN.code(redactor.name(branch))}`;
  const who = MARKDOWN.words(redactor.text(by)) + (person ? "" : " (agent)");
  return [
    `- **${who}**, ${at.slice(0, 10)}${where}, \`${id}\`: ${first}`,
    ...[...rest, ...remarks(one.note.id, state)].map((line) =>
      line === "" ? "" : `  ${line}`
    ),
  ];
}

/** Returns a sentence for each unusual property of a note. */
export function remarks(
  id: string,
  { contradicts, cyclic, changed }: Omit<StandingNote, "note">,
): string[] {
  const settle = `"mpm notes settle ${id}" keeps this note.`;
  return [
    ...contradicts.length === 0
      ? []
      : [`Contradicts ${contradicts.join(", ")}. ${settle}`],
    ...cyclic ? [`Notes supersede each other in a cycle. ${settle}`] : [],
    ...changed ? ["Changed after mpm wrote it, or written by hand."] : [],
  ];
}

/** The maximum length of a note in a text for an agent, in UTF-16 units. */
const LONGEST = 500;

/** Returns the notes as data for an agent, one line each. */
export function agentLines(
  notes: readonly StandingNote[],
  redactor: Redactor,
): string[] {
  return holding(notes).map(({ note, ...state }) => {
    const { id, by, person, at, branch, text } = note;
    const where = branch === null ? "" : ` on ${redactor.name(branch)}`;
    const words = redactor.text(text).trim().split(/\s+/).join(" ");
    const who = redactor.text(by) + (person ? " (person)" : "");
    const line = [
      `- ${who}, ${at.slice(0, 16)}Z${where}, ${id}: ${
        cutText(words, LONGEST)
      }`,
      ...remarks(id, state),
    ].join(" ");
    return asData(escapeText(line));
  });
}
