/**
 * The facts about one conversation from the files of an agent's client, in
 * terms that fit every client. Texts are unchanged: not redacted, not escaped.
 * Lists are in the order of time.
 */
export interface Conversation {
  /**
   * Words of a person, or of the program that runs the agent; all seven ways.
   */
  readonly prompts: readonly Said[];
  /** The agent's last messages. */
  readonly messages: readonly Said[];
  /** The text that the agent ended its last turn with. */
  readonly lastMessage: Said | undefined;
  /** Questions of the agent, answered or not. */
  readonly questions: readonly Asked[];
  /** Plans; the last approved one counts. */
  readonly plans: readonly Planned[];
  /** The client's summary at each compaction. */
  readonly summaries: readonly Said[];
  readonly todos: readonly Todoed[];
  readonly commands: readonly Ran[];
  readonly files: readonly FileUse[];
  /** Patterns that were searched for. */
  readonly searches: readonly string[];
  /** Files that commands and searches named, if they exist. */
  readonly seen: readonly Seen[];
  /** Results of sub-agents. */
  readonly reports: readonly Reported[];
  /** Errors of the API at the end, and tools that failed last. */
  readonly errors: readonly Said[];
  /** Work that had not ended: commands and sub-agents in the background. */
  readonly background: readonly Said[];
  /** Parts that were not read, or could not be, a sentence each. */
  readonly unread: readonly string[];
}

export interface Said {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly text: string;
  /** The same wherever the same thing is told, e.g. a line's uuid. */
  readonly key: string;
}

export interface Asked extends Said {
  /** The answer, with notes; `undefined` if it is still open. */
  readonly answer?: string | undefined;
  /** The labels that could be chosen. */
  readonly options: readonly string[];
  /** The person's own words in the answer, outside the options. */
  readonly words?: string | undefined;
}

export interface Planned extends Said {
  readonly state: "approved" | "rejected" | "open";
  /** The person's words about it. */
  readonly words?: string | undefined;
}

export interface Todoed {
  readonly key: string;
  readonly text: string;
  readonly description: string;
  readonly state: "open" | "doing" | "done" | "dropped";
  readonly at: string;
  /** The texts of open ones that have to be done before it. */
  readonly blockedBy: readonly string[];
}

export interface Ran {
  readonly key: string;
  readonly at: string;
  readonly command: string;
  /** `undefined`: not known. */
  readonly exit?: number | undefined;
  /** Its output, cut in the middle if it is long. */
  readonly output: string;
  /** Why the exit status says nothing about the command. */
  readonly doubt?: string | undefined;
  /** True if files changed after it in this conversation. */
  readonly changedSince: boolean;
  /** The tree it ran on, as far as a hook saw it. */
  readonly tree?: RanTree | undefined;
}

export interface RanTree {
  /** Full commit id; null: no commit. */
  readonly head: string | null;
  /** SHA-256 of the uncommitted files, paths and contents. */
  readonly changes: string;
  /** Those files, with what tells their contents. */
  readonly files?:
    | readonly { readonly path: string; readonly content: string }[]
    | undefined;
}

export interface FileUse {
  /** Absolute. */
  readonly path: string;
  readonly how: "created" | "edited" | "deleted" | "read";
  readonly at: string;
  /** Names of functions, classes and similar in what was edited. */
  readonly symbols: readonly string[];
}

/** The files that one command or search named. */
export interface Seen {
  readonly at: string;
  /** Absolute; some may not exist. */
  readonly paths: readonly string[];
  /** Number of names: the more there are, the less each says. */
  readonly names: number;
}

export interface Reported extends Said {
  /** E.g. `Explore`. */
  readonly type: string;
  /** Its task. */
  readonly task: string;
}

/**
 * Sources that a setting can leave out; the names of the `handoff.*` settings.
 */
export const CONVERSATION_SOURCES = [
  ...["prompts", "messages", "answers", "plans", "summaries", "tasks"],
  ...["commands", "files", "agents", "errors"],
] as const;

export type ConversationSource = typeof CONVERSATION_SOURCES[number];

/** UTF-16 units that are kept of one text. */
export const LONGEST_TEXT = 8000;

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

/**
 * The first words of a prompt of `mpm resume --in`. Lists of sessions show them.
 */
export const TAKE_OVER = "Continue this work where it stopped.";

/**
 * Matches what mpm gave an agent within a prompt, as `mpm resume --in` does. A
 * text that was cut may have no end of it.
 */
const GIVEN = new RegExp(
  `(?:${TAKE_OVER.replace(".", "\\.")}\\s*)?` +
    "(?:The text between the fences[^\\n]*\\n)?" +
    '<mpm-(session|context) fence="([^"\\n]*)">' +
    '[^]*?(?:</mpm-\\1 fence="\\2">|$)',
  "g",
);

/**
 * Returns prompts without the hand-offs in them. Those facts are of an earlier
 * session and carried by themselves; no person said them here.
 */
export function withoutHandoffs(prompts: readonly Said[]): Said[] {
  return prompts.map((said) =>
    said.text.includes("<mpm-")
      ? { ...said, text: said.text.replaceAll(GIVEN, "").trim() }
      : said
  ).filter(({ text }) => text !== "");
}
