import { escapeText } from "../../base/escape.ts";
import { ageWords } from "../../base/times.ts";
import { counted } from "../../base/words.ts";
import { noteLines, type Style, table } from "../../cli/mod.ts";
import { fromWhom } from "../../saves/mod.ts";
import type {
  HandoffAnswerResult,
  HandoffListResult,
  HandoffView,
} from "./commands/results.ts";

/** Returns `Frontend → Backend`. */
export function partiesText(
  { from, to }: Pick<HandoffView, "from" | "to">,
  { ascii }: Pick<Style, "ascii">,
): string {
  const sides = [from || "(unknown)", to].map(escapeText);
  return sides.join(ascii ? " -> " : " → ");
}

/** The column of the title, which is shortened if a line is too long. */
const PARTIES = 3;

/** Returns the table of hand-offs. */
export function listText(
  { handoffs, hidden, listed_at, warnings }: HandoffListResult,
  style: Style,
): string {
  const now = new Date(listed_at);
  const rows = handoffs.map((one) => [
    style.cyan(String(one.number)),
    style.dim(
      one.created_at === null ? "" : ageWords(new Date(one.created_at), now),
    ),
    stateText(one, style),
    style.bold(partiesText(one, style)),
    senderText(one, style) + escapeText(one.title),
  ]);
  return [
    rows.length === 0
      ? "No open hand-offs.\n"
      : table(rows, style.columns, [PARTIES]),
    hidden > 0
      ? `And ${counted(hidden, "finished hand-off")}: mpm handoff list --all\n`
      : "",
    ...warnings.map((text) => style.yellow(`Note: ${escapeText(text)}\n`)),
  ].join("");
}

/** Returns `from Ann: ` for a document that came through a sync. */
function senderText({ sender }: HandoffView, style: Style): string {
  if (!sender) return "";
  return sender.verified
    ? `from ${escapeText(sender.name)}: `
    : style.yellow(`${fromWhom(sender.name)}: `);
}

function stateText({ state }: HandoffView, style: Style): string {
  switch (state) {
    case "waiting":
      return style.yellow(state);
    case "disputed":
    case "rejected":
      return style.red(state);
    default:
      return style.green(state);
  }
}

/** Returns one line for each answer: `accepted by Backend, 2 hours ago`. */
export function answerLines({ answers }: HandoffView, now: Date): string[] {
  return answers.map(({ state, by, at, reason, person }) => {
    const age = ageWords(new Date(at), now);
    const who = `${escapeText(by)}${person ? " (a person)" : ""}`;
    const why = reason === null ? "" : `: ${escapeText(reason)}`;
    return `${state} by ${who}, ${age}${why}`;
  });
}

/** Returns the output for an answer to a hand-off. */
export function answeredText(
  result: HandoffAnswerResult,
  style: Style,
): string {
  const { answer, changed, dry_run: dry, handoff, warnings } = result;
  const verb = dry
    ? `Would be ${answer}`
    : changed
    ? answer.slice(0, 1).toUpperCase() + answer.slice(1)
    : `Already ${answer}`;
  return [
    `${verb}: ${escapeText(handoff.id)} (${partiesText(handoff, style)})`,
    ...noteLines(warnings, style),
    "",
  ].join("\n");
}
