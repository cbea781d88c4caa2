import {
  fits,
  FLAG,
  list,
  nullable,
  NUMBER,
  object,
  optional,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";
import { listIn } from "../base/parsed_values.ts";
import { getOwn } from "../base/own.ts";
import { withoutPrivate } from "../secrets/mod.ts";
import { byTime, type Conversation } from "./conversation.ts";

/**
 * Notes that hooks keep during a conversation (the agent file `notes`), so that
 * later only the end of a long transcript must be read. The lists are those of
 * a conversation, in order of time. The hook that adds an entry redacts it.
 */

const SAID = { at: TEXT, text: TEXT, key: TEXT };

const SHAPES = {
  /** Key: the prompt's ID, with `+N` if it joined a running turn. */
  prompts: object(SAID),
  /**
   * The last message of the agent's turn, and statements of earlier messages.
   * Key: `last`, or `found` and the key of the statement.
   */
  messages: object(SAID),
  /** Key: the call's ID, `#`, and the question's number from 0. */
  questions: object({
    ...SAID,
    answer: optional(TEXT),
    options: list(TEXT),
    words: optional(TEXT),
  }),
  /** Key: the ID of the tool call. */
  plans: object({
    ...SAID,
    state: text<"approved" | "rejected" | "open">({
      choices: ["approved", "rejected", "open"],
    }),
    words: optional(TEXT),
  }),
  /** Key: the time. */
  summaries: object(SAID),
  /** Only verification commands. Key: the ID of the tool call. */
  commands: object({
    key: TEXT,
    at: TEXT,
    command: TEXT,
    exit: optional(NUMBER),
    output: TEXT,
    doubt: optional(TEXT),
    changedSince: FLAG,
    tree: optional(object({
      head: nullable(TEXT),
      changes: TEXT,
      files: optional(list(object({ path: TEXT, content: TEXT }))),
    })),
  }),
  /** Key: the ID of the sub-agent. */
  reports: object({ ...SAID, type: TEXT, task: TEXT }),
  errors: object(SAID),
  /** Background tasks at the end of the last turn. Key: the task ID. */
  background: object(SAID),
} satisfies Record<string, Shape>;

type List = keyof typeof SHAPES;

export type Notes = Pick<Conversation, List>;

/** The number of first and last entries to keep in each list. */
const KEPT: Readonly<Record<List, readonly [first: number, last: number]>> = {
  prompts: [5, 25],
  messages: [0, 31],
  questions: [0, 20],
  plans: [0, 3],
  summaries: [0, 3],
  commands: [0, 20],
  reports: [0, 5],
  errors: [0, 3],
  background: [0, 10],
};

const LISTS = Object.keys(SHAPES) as List[];

/** The most bytes of a session's notes; a file may have 64 KiB. */
const MOST = 60 * 1024;

/** Lengths of a text, in UTF-16 units, to try until all texts fit. */
const LENGTHS = [8000, 4000, 2000, 1000, 500, 250, 100];

export const NO_NOTES: Notes = notesFromJson(undefined);

/** Reads the notes in parsed JSON, and leaves out invalid parts. */
export function notesFromJson(value: unknown): Notes {
  return Object.fromEntries(LISTS.map((name) => {
    const shape = getOwn(SHAPES, name) as Shape;
    return [name, listIn(value, name).filter((one) => fits(shape, one))];
  })) as unknown as Notes;
}

/** Adds to the notes, by key; `background` replaces its whole list. */
export function withNotes(notes: Notes, more: Partial<Notes>): Notes {
  const merged = Object.fromEntries(LISTS.map((name) => {
    const given = getOwn(more, name) ?? [];
    const known = name === "background" && more.background
      ? []
      : getOwn(notes, name) ?? [];
    return [name, ends(byKey([...known, ...given]), getOwn(KEPT, name)!)];
  })) as unknown as Notes;
  const forms = LENGTHS.flatMap((length) => [
    ...length > 500 ? [{ length, trees: WITH_FILES }] : [],
    { length, trees: 0 },
  ]);
  for (const { length, trees } of forms) {
    const cut = shortened(withTrees(merged, trees), length) as Notes;
    const bytes = new TextEncoder().encode(JSON.stringify(cut)).length;
    if (bytes <= MOST) return cut;
  }
  return NO_NOTES;
}

/** The number of latest commands whose trees keep file names. */
const WITH_FILES = 3;

function withTrees(notes: Notes, kept: number): Notes {
  const { commands } = notes;
  return {
    ...notes,
    commands: commands.map((one, at) => {
      if (!one.tree || at >= commands.length - kept) return one;
      const { files: _, ...tree } = one.tree;
      return { ...one, tree };
    }),
  };
}

function byKey<T extends { readonly key: string }>(all: readonly T[]): T[] {
  const found = new Map<string, T>();
  all.forEach((one, at) => found.set(one.key || `\0${at}`, one));
  return [...found.values()];
}

function ends<T>(
  all: readonly T[],
  [first, last]: readonly [number, number],
): readonly T[] {
  if (all.length <= first + last) return all;
  return [...all.slice(0, first), ...all.slice(all.length - last)];
}

/** Returns the notes with these statements of the agent and no others. */
export function withStatements(
  notes: Notes,
  statements: Notes["messages"],
): Notes {
  const messages = statements
    .map(({ key, ...one }) => ({ ...one, key: `${FOUND}${key}` }));
  const last = notes.messages.filter((one) => !isStatement(one));
  return withNotes({ ...notes, messages: last }, { messages });
}

const FOUND = "found ";

function isStatement({ key }: { readonly key: string }): boolean {
  return key.startsWith(FOUND);
}

/** Returns the same value with the middle of each long text cut out. */
function shortened(value: unknown, longest: number): unknown {
  if (typeof value === "string") return cutMiddle(value, longest);
  if (Array.isArray(value)) return value.map((one) => shortened(one, longest));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      name,
      shortened(held, longest),
    ]),
  );
}

/** The line that replaces the middle of a text. */
export const CUT_MARK = "[…]";

/**
 * Returns a text of at most `longest` UTF-16 units. If the text is longer,
 * keeps its beginning and its end, with `CUT_MARK` on a separate line in
 * between. Removes private parts first.
 */
export function cutMiddle(text: string, longest: number): string {
  if (text.length <= longest) return text;
  text = withoutPrivate(text);
  if (text.length <= longest) return text;
  const half = Math.max(0, Math.floor((longest - CUT_MARK.length - 2) / 2));
  const start = text.slice(0, half).replace(/[\ud800-\udbff]$/, "");
  const end = text.slice(text.length - half).replace(/^[\udc00-\udfff]/, "");
  return `${start}\n${CUT_MARK}\n${end}`;
}

/**
 * Returns a conversation with additions from the notes: the parts older than
 * `from`, and the trees on which commands ran. For the rest, the transcript is
 * better, since it no longer contains withdrawn prompts.
 */
export function withNoted(
  read: Conversation,
  notes: Notes,
  { from, to = "", seen, ended }: {
    /** The time at which the part that was read begins, if any. */
    from: string | undefined;
    /** When this part ends; too early for an incomplete transcript. */
    to?: string | undefined;
    /** IDs of the prompts in this part, including withdrawn prompts. */
    seen?: ReadonlySet<string> | undefined;
    /** Background tasks that are known to have ended. */
    ended: ReadonlySet<string>;
  },
): Conversation {
  const joined = <T extends { readonly key: string; readonly at: string }>(
    noted: readonly T[],
    known: readonly T[],
  ): T[] => {
    const keys = new Set(known.map(({ key }) => key));
    const older = noted.filter(({ key, at }) =>
      !keys.has(key) &&
      (from === undefined || at < from || at > to && !seen?.has(key))
    );
    return [...older, ...known].sort(byTime);
  };
  const messages = joined(
    notes.messages.filter((noted) => !isSaid(read.lastMessage, noted)),
    read.messages,
  );
  const isWhole = (one: Conversation["messages"][number]) => !isStatement(one);
  const trees = new Map(notes.commands.map(({ key, tree }) => [key, tree]));
  const running = new Set(read.background.map(({ key }) => key));
  return {
    ...read,
    prompts: joined(
      notes.prompts.filter((noted) => !isAmong(read.prompts, noted)),
      read.prompts,
    ),
    messages,
    // A client that dies may not have written its last message.
    lastMessage: messages.findLast(isWhole) ?? notes.messages.findLast(isWhole),
    questions: joined(notes.questions, read.questions),
    plans: joined(notes.plans, read.plans),
    summaries: joined(notes.summaries, read.summaries),
    commands: joined(notes.commands, read.commands).map((one) => ({
      ...one,
      tree: one.tree ?? trees.get(one.key),
    })),
    reports: joined(notes.reports, read.reports),
    errors: from === undefined ? notes.errors : read.errors,
    background: [
      ...notes.background.filter(({ key }) =>
        !running.has(key) && !ended.has(key)
      ),
      ...read.background,
    ],
  };
}

/** The most milliseconds between a hook and its line in a transcript. */
const APART = 60_000;

/** Returns whether the transcript has a prompt that has no ID. */
function isAmong(
  known: Conversation["prompts"],
  { key, at, text }: Conversation["prompts"][number],
): boolean {
  return key === "" &&
    known.some((one) =>
      Math.abs(Date.parse(one.at) - Date.parse(at)) < APART &&
      isNoteOf(text, one.text)
    );
}

/** Returns whether a transcript ends with the message that a hook noted. */
function isSaid(
  last: Conversation["lastMessage"],
  { text }: Conversation["messages"][number],
): boolean {
  if (!last) return false;
  const [noted, read] = [text.trimEnd(), last.text.trimEnd()];
  // Clients differ in how much of a turn they count as its last message.
  return read.endsWith(noted) || noted.endsWith(read) || isNoteOf(noted, read);
}

/** Marks a part of a note that was cut or redacted. */
const LEFT_OUT = /\n\[…\]\n|\[redacted:[^\]\n]*\]/;

/** UTF-16 units that are compared at both ends of a text that was cut. */
const END = 200;

/** Returns whether a note contains the text, perhaps with parts left out. */
function isNoteOf(note: string, text: string): boolean {
  if (note === text) return true;
  const [start = "", ...others] = note.split(LEFT_OUT);
  if (others.length === 0) return false;
  // Redacting a secret changes the place where a long text is cut.
  if (text.includes(`\n${CUT_MARK}\n`)) {
    return text.startsWith(start.slice(0, END)) &&
      text.endsWith(others.at(-1)!.slice(-END));
  }
  if (!text.startsWith(start)) return false;
  let from = start.length;
  return others.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}
