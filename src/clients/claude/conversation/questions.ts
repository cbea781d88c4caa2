import { field, listIn, textField } from "../../../base/parsed_values.ts";
import { cutMiddle } from "../../notes.ts";
import {
  type Asked,
  LONGEST_TEXT,
  type Planned,
  type Said,
} from "../../conversation.ts";
import {
  between,
  type Call,
  type Line,
  textOf,
  type Transcript,
} from "./lines.ts";
import { refusalIn } from "./prompts.ts";

/** Returns the agent's multiple-choice questions, answered or not. */
export function questionsIn({ calls, alive }: Transcript): Asked[] {
  const asked = [...calls.values()]
    .filter(({ name, line }) => name === "AskUserQuestion" && alive(line))
    .flatMap((call) => questionsOf(call));
  // If the person was asked several times, only the last counts.
  return asked.filter((one, at) =>
    one.answer !== undefined ||
    !asked.slice(at + 1).some(({ text }) => text === one.text)
  );
}

function questionsOf({ id, input, line, result }: Call): Asked[] {
  const refused = field(result?.line.value, "toolDenialKind") !== undefined;
  // The tool is not available if there is no person to ask.
  if (result?.isError && !refused) return [];
  const at = (result?.line ?? line).at;
  return askedOf({ id, input, response: result?.kept, at });
}

/** Reads the answer from PostToolUse or the transcript. */
function answerOf(
  kept: unknown,
  question: unknown,
  text: string,
): Pick<Asked, "answer" | "options" | "words"> {
  const options = listIn(question, "options")
    .map((option) => textField(option, "label") ?? "")
    .filter((label) => label !== "");
  const given = textField(field(kept, "answers"), text);
  if (given === undefined) return { options };
  const notes = textField(field(field(kept, "annotations"), text), "notes");
  const own = [withoutLabels(given, options), notes ?? ""]
    .filter((words) => words !== "");
  return {
    options,
    answer: notes ? `${given} (${notes})` : given,
    ...own.length > 0 && { words: own.join("; ") },
  };
}

/** Returns the person's own words in an answer, without the choices. */
function withoutLabels(answer: string, options: readonly string[]): string {
  let rest = answer;
  // Longest first, since one label may be the prefix of another.
  for (const label of [...options].sort((a, b) => b.length - a.length)) {
    if (rest === label) return "";
    if (rest.startsWith(`${label}, `)) rest = rest.slice(label.length + 2);
    else if (rest.endsWith(`, ${label}`)) {
      rest = rest.slice(0, -label.length - 2);
    } else rest = rest.replace(`, ${label}, `, ", ");
  }
  return options.includes(rest) ? "" : rest;
}

/** Returns the questions and answers of a call, as passed to a hook. */
export function askedOf(
  { id, input, response, at }: {
    id: string;
    input: unknown;
    /** `undefined`: not answered yet. */
    response: unknown;
    at: string;
  },
): Asked[] {
  return listIn(input, "questions").flatMap((one, number) => {
    const text = textField(one, "question");
    if (text === undefined) return [];
    return [{
      ...answerOf(response, one, text),
      at,
      text,
      key: `${id}#${number}`,
    }];
  });
}

/** Returns the plans that were shown to a person. */
export function plansIn({ calls, alive }: Transcript): Planned[] {
  return [...calls.values()]
    .filter(({ name, line }) => name === "ExitPlanMode" && alive(line))
    .flatMap(({ id, input, line, result }) => {
      const text = textField(result?.kept, "plan") ?? textField(input, "plan");
      if (text === undefined || text.trim() === "") return [];
      const value = result?.line.value;
      const words = value && refusalIn(value);
      return [
        {
          at: (result?.line ?? line).at,
          text: cutMiddle(text, 2 * LONGEST_TEXT),
          key: id,
          state: !result ? "open" : result.isError ? "rejected" : "approved",
          ...words !== undefined && { words },
        } as const,
      ];
    });
}

const SUMMARY_END = /\n\nIf you need specific details from before compaction/;

/** Returns the client's summary at each compaction. */
export function summariesIn({ notable }: Transcript): Said[] {
  return notable.filter(({ value }) => value.isCompactSummary === true)
    .map((line) => ({
      at: line.at,
      key: line.uuid ?? line.at,
      text: cutMiddle(summaryText(line), 3 * LONGEST_TEXT),
    }));
}

/** Returns the summary in a line that the client wrote at a compaction. */
export function summaryText(line: Line): string {
  const whole = line.text ?? textOf(line.blocks);
  const start = whole.indexOf("Summary:\n");
  const rest = start < 0 ? whole : whole.slice(start + "Summary:\n".length);
  return withoutAnalysis(rest.split(SUMMARY_END, 1)[0]!);
}

/** Returns the summary of a PostCompact event without the model's thinking. */
export function withoutAnalysis(summary: string): string {
  const thought = between(summary, "<analysis>", "</analysis>") ?? "";
  return summary.replace(`<analysis>${thought}</analysis>`, () => "")
    .replace(/^\s*<summary>([^]*?)(<\/summary>\s*)?$/, "$1").trim();
}
