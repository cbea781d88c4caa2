import { MpmError } from "../base/errors.ts";
import { checkedName } from "../base/names.ts";

type Todo = { content: string; status: string };

/** The fields with one text, as in the JSON of `mpm pause --input`. */
export const TEXT_FIELDS = [
  ...["summary", "name", "goal", "primary_task", "current_phase"],
] as const;

/** The fields with a list of texts, as in the JSON. */
export const LIST_FIELDS = [
  ...["accomplishments", "next_steps", "decisions", "blockers"],
  ...["open_questions", "constraints", "rejected", "verify"],
  ...["important_reminders", "files_to_review"],
] as const;

/** The user's or agent's own words about the session. */
export type Content =
  & Readonly<Record<typeof TEXT_FIELDS[number], string | undefined>>
  & Readonly<Record<typeof LIST_FIELDS[number], readonly string[]>>
  & {
    /** Numbers of finished items. */
    readonly close: readonly number[];
    readonly todos: readonly Todo[];
  };

/** Returns a todo that is still open. */
export function pending(content: string): Todo {
  return { content, status: "pending" };
}

/** Returns a todo that is done. */
export function completed(content: string): Todo {
  return { content, status: "completed" };
}

/** Nothing said. */
export const NO_CONTENT = {
  ...Object.fromEntries(TEXT_FIELDS.map((name) => [name, undefined])),
  ...Object.fromEntries(LIST_FIELDS.map((name) => [name, []])),
  ...{ close: [], todos: [] },
} as unknown as Content;

/** Merges two contents. Lists are joined; for single values, `over` wins. */
export function mergeContent(base: Content, over: Content): Content {
  const names = Object.keys(NO_CONTENT) as (keyof Content)[];
  const merged = names.map((name) => {
    const [under, upper] = [base[name], over[name]];
    const lists = Array.isArray(under) && Array.isArray(upper);
    return [name, lists ? [...under, ...upper] : upper ?? under];
  });
  return Object.fromEntries(merged) as Content;
}

/** The arguments and options of `mpm pause`. */
export interface PauseWords {
  readonly words: readonly string[];
  readonly summary: string | undefined;
  readonly message: string | undefined;
  readonly name: string | undefined;
  readonly accomplishment: readonly string[];
  readonly "next-step": readonly string[];
  readonly decision: readonly string[];
  readonly blocker: readonly string[];
  readonly todo: readonly string[];
  readonly done: readonly string[];
}

/** Returns the content given on a command line. Throws USAGE. */
export function contentOf(input: PauseWords): Content {
  const message = givenSummary(input);
  return {
    ...NO_CONTENT,
    // An empty message counts as missing, as in claude-mpm.
    summary: message?.trim() ? message : undefined,
    name: checkedName(input.name),
    accomplishments: input.accomplishment,
    next_steps: input["next-step"],
    decisions: input.decision,
    blockers: input.blocker,
    todos: [...input.todo.map(pending), ...input.done.map(completed)],
  };
}

/** Returns the summary. Throws USAGE if it was given twice. */
export function givenSummary(
  { words, summary, message }: Pick<
    PauseWords,
    "words" | "summary" | "message"
  >,
): string | undefined {
  const given = [
    words.length > 0 ? words.join(" ") : undefined,
    summary,
    message,
  ].filter((text) => text !== undefined);
  if (given.length <= 1) return given[0];
  throw new MpmError("USAGE", "The summary was given more than once", {
    hint: "Use only one of: words, -s, -m",
  });
}

/** The input of a pause that no one typed. */
export const NO_WORDS = {
  words: [],
  summary: undefined,
  message: undefined,
  name: undefined,
  accomplishment: [],
  "next-step": [],
  decision: [],
  blocker: [],
  todo: [],
  done: [],
  input: undefined,
  export: undefined,
  "agent-session": undefined,
  edit: false,
  commit: "never",
  "no-prune-worktrees": true,
} as const;
