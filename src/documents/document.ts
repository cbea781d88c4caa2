import { cutText } from "../base/words.ts";

/**
 * A hand-off document: Markdown in which one agent tells another what it
 * completed, what it needs, and when the need is met. People may also write
 * such documents, so mpm never changes one: answers are separate files.
 */

/** A line or an entry of a list, with the number of its first line, from 1. */
export interface Entry {
  readonly text: string;
  readonly line: number;
}

/** The parts of a hand-off document. */
export interface HandoffParts {
  /** Names of agents as written in the document: `Frontend`. */
  readonly from: string;
  readonly to: string;
  readonly byPerson: boolean;
  readonly completed: readonly string[];
  readonly files: readonly string[];
  readonly needs: readonly string[];
  readonly criteria: readonly string[];
  /** Commands that show that the work is correct, with their results. */
  readonly verified: readonly string[];
  readonly decisions: readonly string[];
  /** The request to the receiver, one paragraph. */
  readonly message: string;
  /** Links to read: `docs/api.md#users`, or `API spec: docs/api.md#users`. */
  readonly references: readonly string[];
}

type ListName = "completed" | "files" | "needs" | "criteria" | "references";

/** A parsed document, with the line number of each entry. */
export interface ReadDocument extends Readonly<Record<ListName, Entry[]>> {
  readonly from: Entry | undefined;
  readonly to: Entry | undefined;
  /** Text for the receiver, without the references. */
  readonly message: Entry[];
  /** All lines outside code blocks. */
  readonly prose: readonly Entry[];
  readonly headings: readonly Heading[];
}

/** A Markdown heading. */
export interface Heading extends Entry {
  /** From 1 to 6. */
  readonly level: number;
}

/** Writes a document in the format of the protocol. */
export function documentText(parts: HandoffParts): string {
  const { from, to, message, references } = parts;
  const sections = [
    [`# Agent Handoff: ${from} → ${to}`],
    [
      `## From: ${parts.byPerson ? from : agentTitle(from)}`,
      ...field("Completed", parts.completed, false),
      ...field("Files", parts.files, true),
    ],
    [`## Needs from ${to}:`, ...bullets(parts.needs)],
    [`## Acceptance Criteria:`, ...bullets(parts.criteria)],
    ...parts.verified.length === 0
      ? []
      : [["## Verified:", ...bullets(parts.verified)]],
    ...parts.decisions.length === 0
      ? []
      : [["## Decisions:", ...bullets(parts.decisions)]],
    [
      `## To: ${agentTitle(to)}`,
      ...message === "" ? [] : [oneLine(message)],
      ...references.map((one) => `See ${oneLine(one)}`),
    ],
  ];
  return sections.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

/** Returns a title such as `Frontend Agent`, without a second `Agent`. */
function agentTitle(name: string): string {
  return /agent$/i.test(name) ? name : `${name} Agent`;
}

/** Returns the lines of a field; a single value follows its name. */
function field(name: string, values: readonly string[], joined: boolean) {
  if (values.length === 0) return [];
  const inline = joined && values.length <= INLINE &&
    values.every((value) => !/[,`]/.test(value));
  return values.length === 1 || inline
    ? [`${name}: ${values.map(oneLine).join(", ")}`]
    : [`${name}:`, ...bullets(values)];
}

/** The maximum number of files on one line. */
const INLINE = 3;

function bullets(values: readonly string[]): string[] {
  return values.map((value) => `- ${oneLine(value)}`);
}

/** Puts an entry on one line: a line break in it could begin a heading. */
function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}

/** Returns the title: the first completed entry, or else the first need. */
export function titleOf({ completed, needs }: ReadDocument): string {
  return cutText(completed[0]?.text ?? needs[0]?.text ?? "(empty)", 120);
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$/;
const BULLET = /^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(.*)$/;
const SEE = /^see:?[ \t]+(?=\S)/i;

/** Parses a document; missing parts are empty. */
export function readDocument(text: string): ReadDocument {
  const prose = proseOf(text);
  const headings = prose.flatMap(({ text, line }): Heading[] => {
    const [, marks, words] = HEADING.exec(text) ?? [];
    return marks === undefined
      ? []
      : [{ level: marks.length, text: words!, line }];
  });
  const found = new Reading();
  const starts = new Map(headings.map((heading) => [heading.line, heading]));
  for (const one of prose) {
    const heading = starts.get(one.line);
    if (heading) found.open(heading);
    else found.take(one);
  }
  return { ...found.parts(), prose, headings };
}

/** The longest line and name to match: expressions take quadratic time. */
const LONGEST_LINE = 4000;
const LONGEST_NAME = 100;

/** Returns the lines outside code blocks. */
function proseOf(text: string): Entry[] {
  const kept: Entry[] = [];
  let fence: string | undefined;
  text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/).forEach((line, at) => {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      const closes = mark?.startsWith(fence) && line.trim() === mark;
      if (closes) fence = undefined;
    } else if (mark !== undefined) fence = mark;
    else kept.push({ text: line.slice(0, LONGEST_LINE), line: at + 1 });
  });
  return kept;
}

/** The section that the lines below a heading belong to. */
type Section = ListName | "from" | "to" | "other";

const SECTIONS: readonly (readonly [RegExp, Section])[] = [
  [/^from:/i, "from"],
  [/^to:/i, "to"],
  [/^needs\b/i, "needs"],
  [/^acceptance criteria\b/i, "criteria"],
  [/^references\b/i, "references"],
];

/** Parses one document, line by line. */
class Reading {
  readonly #lists: Record<ListName, Entry[]> = {
    completed: [],
    files: [],
    needs: [],
    criteria: [],
    references: [],
  };
  readonly #message: Entry[] = [];
  #from: Entry | undefined;
  #to: Entry | undefined;
  #section: Section = "other";
  /** The list for entries in the sender's section. */
  #field: "completed" | "files" | undefined;
  #last: Entry[] | undefined;

  open({ text, line }: Heading): void {
    const [, title] = /^agent hand-?off:(.*)$/i.exec(text) ?? [];
    const named = title?.split(/→|->|=>/) ?? [];
    if (named.length === 2) {
      this.#from ??= { text: nameIn(named[0]!), line };
      this.#to ??= { text: nameIn(named[1]!), line };
    }
    this.#section = SECTIONS.find(([form]) => form.test(text))?.[1] ?? "other";
    this.#field = undefined;
    this.#last = undefined;
    const name = { text: nameIn(text.replace(/^[^:]*:/, "")), line };
    if (this.#section === "from") this.#from ??= name;
    if (this.#section === "to") this.#to ??= name;
  }

  take(one: Entry): void {
    const text = one.text.trim();
    const bullet = BULLET.exec(one.text)?.[1]?.trim();
    if (text === "" || this.#section === "other") this.#last = undefined;
    else if (this.#section === "from") this.#takeFrom(one, { text, bullet });
    else if (this.#section === "to") this.#takeTo(one.line, bullet ?? text);
    else this.#takeItem(this.#lists[this.#section], one, { text, bullet });
  }

  /** Takes a list entry, or another line of the previous entry. */
  #takeItem(
    list: Entry[],
    { text: whole, line }: Entry,
    { text, bullet }: { text: string; bullet: string | undefined },
  ): void {
    const last = list.at(-1);
    const continues = bullet === undefined && /^[ \t]/.test(whole) &&
      this.#last === list && last !== undefined;
    if (continues) {
      list[list.length - 1] = { ...last, text: `${last.text} ${text}` };
    } else if (bullet !== "") list.push({ text: bullet ?? text, line });
    this.#last = list;
  }

  #takeFrom(
    one: Entry,
    { text, bullet }: { text: string; bullet: string | undefined },
  ): void {
    const [, name, value = ""] = /^(completed|files):[ \t]*(.*)$/i
      .exec(bullet ?? text) ?? [];
    if (name === undefined) {
      if (this.#field === "files" && bullet !== undefined) {
        this.#lists.files.push({ text: fileIn(bullet), line: one.line });
      } else if (this.#field) {
        this.#takeItem(this.#lists[this.#field], one, { text, bullet });
      }
      return;
    }
    this.#field = name.toLowerCase() === "files" ? "files" : "completed";
    if (value === "") return;
    const values = this.#field === "files" ? value.split(/,[ \t]*/) : [value];
    for (const text of values.filter((text) => text.trim() !== "")) {
      const entry = this.#field === "files" ? fileIn(text) : text;
      this.#lists[this.#field].push({ text: entry, line: one.line });
    }
  }

  #takeTo(line: number, text: string): void {
    if (!SEE.test(text)) this.#message.push({ text, line });
    else this.#lists.references.push({ text: text.replace(SEE, ""), line });
  }

  parts() {
    const named = (one: Entry | undefined) =>
      one?.text === "" ? undefined : one;
    return {
      from: named(this.#from),
      to: named(this.#to),
      ...this.#lists,
      message: this.#message,
    };
  }
}

/** Returns `Frontend` from `Frontend Agent`. */
function nameIn(text: string): string {
  return text.trim().replace(/:$/, "").replace(/[ _.-]agent$/i, "").trim()
    .slice(0, LONGEST_NAME);
}

/** Returns a path without code quotes and without the text after the path. */
function fileIn(text: string): string {
  const trimmed = text.trim();
  return /^`([^`]+)`/.exec(trimmed)?.[1] ?? trimmed;
}
