import { escapeText } from "../../base/escape.ts";
import { counted, firstLine } from "../../base/words.ts";
import type { Style } from "../../cli/mod.ts";
import { MARKDOWN } from "../../saves/mod.ts";
import type { StandupResult } from "./commands/results.ts";

/** The maximum length of an entry, in UTF-16 units. */
const LONGEST = 200;

type ActorReport = StandupResult["actors"][number];

/** The format of a report: terminal or Markdown. */
interface Form {
  /** The text between a heading and what follows. */
  readonly gap: string;
  readonly title: (text: string) => string;
  readonly heading: (text: string) => string;
  readonly words: (text: string) => string;
  readonly name: (text: string) => string;
}

/** Returns the output of standup, for a terminal or as Markdown. */
export function standupText(
  result: StandupResult,
  style: Style,
  { markdown }: { markdown: boolean },
): string {
  const form: Form = markdown
    ? {
      gap: "\n\n",
      title: (text) => `## ${text}`,
      heading: (text) => `**${text}**`,
      ...{ words: MARKDOWN.words, name: MARKDOWN.code },
    }
    : {
      gap: "\n",
      ...{ title: style.bold, heading: (text) => style.dim(text) },
      ...{ words: escapeText, name: (text) => style.cyan(escapeText(text)) },
    };
  const head = `Since ${minute(result.since)}`;
  const sections = [
    ...result.actors.map((actor) => actorText(actor, form)),
    overlapText(result.overlaps, form),
  ].filter((text) => text !== "");
  const notes = [
    ...result.left_out === 0
      ? []
      : [`${counted(result.left_out, "entry", "entries")} left out`],
    ...result.warnings.map((text) => `Warning: ${form.words(text)}`),
  ];
  return [
    markdown ? `# Standup\n\n${head}` : head,
    ...sections.length === 0
      ? ["No work was done, and nothing is waiting."]
      : sections,
    ...notes.length === 0 ? [] : [notes.join("\n")],
  ].join("\n\n") + "\n";
}

/** `2026-11-20 10:00 UTC` */
function minute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}

function actorText(actor: ActorReport, form: Form): string {
  const { name, person, done, next, blocked, waiting } = actor;
  const lists = [
    list("Done", done.map((entry) => entryText(entry, form)), form),
    list("Next", next.map(({ text }) => line(text, form)), form),
    list("Blocked by", blocked.map(({ text }) => line(text, form)), form),
    list(
      "Hand-offs",
      waiting.map(({ id, from, title, state }) => {
        const whose = from === "" ? "" : ` from ${form.words(from)}`;
        return `${form.name(id)} ${line(title, form)}${whose} (${state})`;
      }),
      form,
    ),
  ].filter((text) => text !== "");
  const title = form.title(form.words(name) + (person ? "" : " (agent)"));
  return lists.length === 0 ? "" : [title, ...lists].join(form.gap);
}

function entryText(
  { text, source, id }: ActorReport["done"][number],
  form: Form,
): string {
  const words = line(text, form);
  return source === "commit" ? `${form.name(id.slice(0, 7))} ${words}` : words;
}

function line(text: string, form: Form): string {
  return form.words(firstLine(text, LONGEST));
}

function list(heading: string, lines: readonly string[], form: Form): string {
  return lines.length === 0 ? "" : form.heading(heading) + form.gap +
    lines.map((one) => `- ${one}`).join("\n");
}

function overlapText(
  overlaps: StandupResult["overlaps"],
  form: Form,
): string {
  if (overlaps.length === 0) return "";
  const lines = overlaps.map(({ path, by, claimed_by: claimed }) => {
    const holders = claimed.length === 0
      ? ""
      : ` (claimed by ${claimed.map(form.words).join(", ")})`;
    return `- ${form.name(path)}: ${by.map(form.words).join(", ")}${holders}`;
  });
  return form.title("Same files") + form.gap + lines.join("\n");
}
