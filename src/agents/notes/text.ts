import { escapeLines, escapeText } from "../../base/escape.ts";
import { shortAge } from "../../base/times.ts";
import { counted } from "../../base/words.ts";
import type { Style } from "../../cli/mod.ts";
import type { NoteResult, NotesResult, NoteView } from "./commands/results.ts";
import { remarks } from "./view.ts";

/** Returns the output of `note` and `notes settle`. */
export function noteText(result: NoteResult, style: Style): string {
  const { note, dry_run: dry, unknown } = result;
  const { id, by, text, contradicts } = note;
  const name = `note ${style.cyan(id)} as ${escapeText(by)}`;
  return [
    `${dry ? "Would add" : "Added"} ${name}: ${escapeText(text)}`,
    ...note.supersedes.length === 0
      ? []
      : [`Supersedes ${note.supersedes.join(", ")}`],
    ...unknown.length === 0 ? [] : [
      style.yellow(
        "Superseded notes that this worktree does not have yet: " +
          `${unknown.join(", ")}`,
      ),
    ],
    ...contradicts.length === 0
      ? []
      : remarks(id, { ...note, supersededBy: [] }).map(style.yellow),
    "",
  ].join("\n");
}

/** Returns the output of `notes`. */
export function notesText(result: NotesResult, style: Style): string {
  const { notes, warnings } = result;
  const now = new Date(result.listed_at);
  return [
    ...notes.length === 0
      ? ["No notes."]
      : notes.flatMap((note) => noteLines(note, { now, style })),
    ...warnings.map((text) => style.yellow(`Warning: ${escapeText(text)}`)),
    "",
  ].join("\n");
}

function noteLines(
  note: NoteView,
  { now, style }: { now: Date; style: Style },
): string[] {
  const { id, by, person, at, branch, here } = note;
  const facts = [
    shortAge(Date.parse(at), now),
    ...branch === null ? [] : [escapeText(branch)],
    ...person ? [] : ["agent"],
    ...here ? [] : ["in another worktree"],
    ...note.superseded_by.length === 0
      ? []
      : [`superseded by ${note.superseded_by.join(", ")}`],
  ];
  const dot = style.ascii ? "-" : "·";
  const rest = style.dim(`${dot} ${facts.join(", ")}`);
  return [
    `${style.cyan(id)} ${style.bold(escapeText(by))} ${rest}`,
    ...escapeLines(note.text).split("\n").map((line) => `  ${line}`),
    ...remarks(id, { ...note, supersededBy: [] })
      .map((line) => style.yellow(`  ${line}`)),
  ];
}

/** Returns one line for each note removed by `notes rm`. */
export function removedText(
  removed: readonly NoteView[],
  { dry, style }: { dry: boolean; style: Style },
): string {
  const verb = dry ? "Would remove" : "Removed";
  const lines = removed.map(({ id, by, text }) =>
    `${verb} note ${style.cyan(id)} by ${escapeText(by)}: ${escapeText(text)}`
  );
  const sum = removed.length < 2
    ? []
    : [`${verb} ${counted(removed.length, "note")}`];
  return [...lines.length === 0 ? ["No note is superseded."] : lines, ...sum]
    .join("\n") + "\n";
}
