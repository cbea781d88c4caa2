/**
 * The facts about one conversation from the files of an agent's client, in
 * terms that fit every client. Texts are not redacted, escaped or otherwise
 * changed. Lists are in order of time.
 */
export interface Conversation {
  /** Words of the user, or of the program that runs the agent. */
  readonly prompts: readonly Said[];
  /** The agent's last messages. */
  readonly messages: readonly Said[];
  /** The text with which the agent ended its last turn. */
  readonly lastMessage: Said | undefined;
  /** The agent's questions, answered or not. */
  readonly questions: readonly Asked[];
  /** The agent's plans; the last approved plan counts. */
  readonly plans: readonly Planned[];
  /** The client's summary at each compaction. */
  readonly summaries: readonly Said[];
  readonly todos: readonly Todoed[];
  readonly commands: readonly Ran[];
  readonly files: readonly FileUse[];
  /** The searched patterns. */
  readonly searches: readonly string[];
  /** Files that commands and searches named, if they exist. */
  readonly seen: readonly Seen[];
  /** Results of sub-agents. */
  readonly reports: readonly Reported[];
  /** API errors at the end, and the last failed tool calls. */
  readonly errors: readonly Said[];
  /** Unfinished work: background commands and sub-agents. */
  readonly background: readonly Said[];
  /** Parts that were not read or could not be read, in one sentence each. */
  readonly unread: readonly string[];
}

export interface Said {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly text: string;
  /** Identifies the same thing in every report, e.g. a line's UUID. */
  readonly key: string;
}

export interface Asked extends Said {
  /** The answer, with notes; `undefined`: the question is still open. */
  readonly answer?: string | undefined;
  /** The labels of the options. */
  readonly options: readonly string[];
  /** The user's own words in the answer, apart from the options. */
  readonly words?: string | undefined;
}

export interface Planned extends Said {
  readonly state: "approved" | "rejected" | "open";
  /** The user's words about the plan. */
  readonly words?: string | undefined;
}

export interface Todoed {
  readonly key: string;
  readonly text: string;
  readonly description: string;
  readonly state: "open" | "doing" | "done" | "dropped";
  readonly at: string;
  /** The texts of open todos that must be done before this one. */
  readonly blockedBy: readonly string[];
}

export interface Ran {
  readonly key: string;
  readonly at: string;
  readonly command: string;
  /** `undefined`: unknown. */
  readonly exit?: number | undefined;
  /** Its output, with the middle cut out if it is long. */
  readonly output: string;
  /** The reason why the exit status says nothing about the command. */
  readonly doubt?: string | undefined;
  /** True if files changed after the command in this conversation. */
  readonly changedSince: boolean;
  /** The tree on which the command ran, as seen by a hook. */
  readonly tree?: RanTree | undefined;
}

export interface RanTree {
  /** Full commit ID; null: no commit. */
  readonly head: string | null;
  /** SHA-256 of the paths and contents of the uncommitted files. */
  readonly changes: string;
  /** The uncommitted files, each with a fingerprint of its content. */
  readonly files?:
    | readonly { readonly path: string; readonly content: string }[]
    | undefined;
}

export interface FileUse {
  /** Absolute. */
  readonly path: string;
  readonly how: "created" | "edited" | "deleted" | "read";
  readonly at: string;
  /** Names of functions, classes and so on in the edited text. */
  readonly symbols: readonly string[];
}

/** The files that one command or search named. */
export interface Seen {
  readonly at: string;
  /** Absolute; some of these files may not exist. */
  readonly paths: readonly string[];
  /** The number of names. The more names there are, the less each one means. */
  readonly names: number;
}

export interface Reported extends Said {
  /** E.g. `Explore`. */
  readonly type: string;
  /** Its task. */
  readonly task: string;
}

/** Sources that a setting can exclude, named like `handoff.*`. */
export const CONVERSATION_SOURCES = [
  ...["prompts", "messages", "answers", "plans", "summaries", "tasks"],
  ...["commands", "files", "agents", "errors"],
] as const;

export type ConversationSource = typeof CONVERSATION_SOURCES[number];

/** The maximum length of a text to keep, in UTF-16 units. */
export const LONGEST_TEXT = 8000;

/** Compares times in ISO 8601, for sorting. */
export function byTime(a: { at: string }, b: { at: string }): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
}

/** Nothing is known. */
export const NO_CONVERSATION: Conversation = {
  prompts: [],
  messages: [],
  lastMessage: undefined,
  questions: [],
  plans: [],
  summaries: [],
  todos: [],
  commands: [],
  files: [],
  searches: [],
  seen: [],
  reports: [],
  errors: [],
  background: [],
  unread: [],
};

/** The start of a prompt from `mpm resume --in`, as lists show it. */
export const TAKE_OVER = "Continue this work where it stopped.";

/** Matches text that mpm gave an agent; a cut text may lack its end. */
const GIVEN = new RegExp(
  `(?:${TAKE_OVER.replace(".", "\\.")}\\s*)?` +
    "(?:The text between the fences[^\\n]*\\n)?" +
    '<mpm-(session|context) fence="([^"\\n]*)">' +
    '[^]*?(?:</mpm-\\1 fence="\\2">|$)',
  "g",
);

/**
 * Returns prompts without the hand-offs in them. The facts in a hand-off come
 * from an earlier session and are carried separately; no person said them here.
 */
export function withoutHandoffs(prompts: readonly Said[]): Said[] {
  return prompts.map((said) =>
    said.text.includes("<mpm-")
      ? { ...said, text: said.text.replaceAll(GIVEN, "").trim() }
      : said
  ).filter(({ text }) => text !== "");
}
