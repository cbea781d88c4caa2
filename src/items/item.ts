import { sha256 } from "../base/digest.ts";
import {
  COUNT,
  type Fitting,
  list,
  nullable,
  object,
  optional,
  record,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";

/**
 * The schema of a hand-off: the facts that the next agent, person or machine
 * receives and need not find out again. It is part of every save. Types,
 * validation and the published JSON Schema are all derived from this
 * definition.
 */

/** The kinds of items. */
export const ITEM_KINDS = [
  // Stated deliberately, or settled: open until done, dropped or superseded.
  ...["goal", "constraint", "next", "decision", "rejected"],
  ...["question", "blocker", "done"],
  // A command that shows whether the work is correct.
  "verify",
  // Part of one conversation: stored with its save.
  ...["prompt", "message", "plan", "summary", "report", "error", "background"],
] as const;

export type ItemKind = typeof ITEM_KINDS[number];

/** `open` until someone closes it; `doing`: in progress. */
export const ITEM_STATES = [
  "open",
  "doing",
  "done",
  "dropped",
  "superseded",
] as const;

export type ItemState = typeof ITEM_STATES[number];

/** The source of an item; `transcript`: mpm read it from a conversation. */
export const SOURCES = ["user", "agent", "transcript", "git", "model"] as const;

export type Source = typeof SOURCES[number];

/** The ID that a repaired save gives to an item without one. */
export const NO_ID = "000000000000";

const ITEM_FIELDS = {
  /** 12 random hex digits, the same in every copy of the item. */
  id: text({ pattern: /^[0-9a-f]{12}$/, neutral: NO_ID }),
  /**
   * The number with which the item is closed in this project; absent: it cannot
   * be closed by number.
   */
  number: optional(COUNT),
  kind: text<ItemKind>({ choices: ITEM_KINDS, neutral: "next" }),
  text: TEXT,
  /** The reason for a decision, or the description of a todo. */
  why: optional(TEXT),
  state: text<ItemState>({ choices: ITEM_STATES, neutral: "open" }),
  source: text<Source>({ choices: SOURCES, neutral: "agent" }),
  /**
   * The way it was added: `pause`, `command`, `prompt`, `todo`, `task`, `answer`, `plan`,
   * `compaction`, `last message`, `sub-agent`, `error`.
   */
  via: TEXT,
  /** Time at which it was added, ISO 8601, UTC. */
  at: TEXT,
  /** The first save that contained the item; null: no save yet. */
  save: nullable(TEXT),
  /** The agent session in which it was added. */
  agent: optional(TEXT),
  /** Identifies the item within the conversation, so it is added only once. */
  key: optional(TEXT),
  /** Time at which it was closed, ISO 8601, UTC. */
  closed_at: optional(TEXT),
  /** The ID of the item that replaced it. */
  superseded_by: optional(TEXT),
  /** The command that verifies the item, one of `commands`. */
  evidence: optional(TEXT),
};

export const ITEM = object(ITEM_FIELDS, { text: "text" });

/** An item stored in the project, `item-<number>.json`, until it is closed. */
export const KEPT_ITEM = object({
  schema: { is: "version" } as Shape<1>,
  ...ITEM_FIELDS,
  number: COUNT,
  /** The worktree in which it was added, by `placeKey()`. */
  place: TEXT,
  /** The session in which it was added; null: no current session. */
  session: nullable(TEXT),
  /** The HMAC-SHA256 of the preceding text, with this user's key. */
  seal: optional(TEXT),
});

/** A file that a conversation touched. */
export const TOUCHED = object({
  /** Relative to the worktree if it is inside, otherwise absolute. */
  path: TEXT,
  how: text<"created" | "edited" | "deleted" | "read">({
    choices: ["created", "edited", "deleted", "read"],
    neutral: "edited",
  }),
  /** Number of times. */
  times: COUNT,
  /** The time of the last touch, ISO 8601, UTC. */
  at: TEXT,
  /** Names of functions, classes and similar in the edited code. */
  symbols: optional(list(TEXT)),
});

/** The tree on which a command ran. */
export const RAN_ON = object({
  /** Full commit ID; null: no commit. */
  head: nullable(TEXT),
  /** SHA-256 of the uncommitted files: paths, modes and contents. */
  changes: TEXT,
  /** The uncommitted files, sorted by path; absent: there are more than 100. */
  files: optional(list(object({
    path: TEXT,
    /** Mode and start of the SHA-256, or `gone`. */
    content: TEXT,
  }))),
});

/** A command that ran, with its last result. */
export const RUN = object({
  command: TEXT,
  kind: text<"test" | "build" | "lint" | "types" | "other">({
    choices: ["test", "build", "lint", "types", "other"],
    neutral: "other",
  }),
  /** Exit status; null: unknown, for example after a pipe. */
  exit: nullable({ is: "number" } as Shape<number>),
  /** Time at which it ended, ISO 8601, UTC. */
  at: TEXT,
  /** The end of its output. */
  tail: TEXT,
  /** The SHA-256 of the known part of its output. */
  digest: TEXT,
  /** Absent: not known. */
  tree: optional(RAN_ON),
  /** Why the exit status means nothing, e.g. `a pipe hides it`. */
  doubt: optional(TEXT),
  /** `user`: `mpm evidence --run` ran it; absent: it ran in a conversation. */
  source: optional(text<Source>({ choices: SOURCES, neutral: "agent" })),
});

/** An unfinished hand-off document. */
export const OPEN_HANDOFF = object({
  id: TEXT,
  /** Names of agents. */
  from: TEXT,
  to: TEXT,
  title: TEXT,
  state: text<"waiting" | "accepted" | "disputed">({
    choices: ["waiting", "accepted", "disputed"],
    neutral: "waiting",
  }),
});

export const HANDOFF = object({
  schema: { is: "version" } as Shape<1>,
  /** The open items and the items of the conversation, oldest first. */
  items: list(ITEM),
  /** The files, the last touched first. */
  files: list(TOUCHED),
  /** The runs, newest first, each command once. */
  runs: list(RUN),
  /** State variables (`mpm var`). */
  vars: optional(record(TEXT)),
  /** The searched patterns, newest last. */
  searches: optional(list(TEXT)),
  /** Files that commands and searches named, the most relevant first. */
  seen: optional(list(TEXT)),
  /** The current partition. */
  partition: optional(TEXT),
  /** Open hand-off documents, newest first, at most 50. */
  handoffs: optional(list(OPEN_HANDOFF)),
  /**
   * The parts of the conversation that mpm could not read, one sentence each.
   */
  unread: list(TEXT),
  /** The number of entries that were left out to keep the save small. */
  left_out: optional(COUNT),
});

export type Item = Fitting<typeof ITEM>;
export type KeptItem = Fitting<typeof KEPT_ITEM>;
export type Touched = Fitting<typeof TOUCHED>;
export type Run = Fitting<typeof RUN>;
export type RanOn = Fitting<typeof RAN_ON>;
export type OpenHandoff = Fitting<typeof OPEN_HANDOFF>;
export type Handoff = Fitting<typeof HANDOFF>;

/** Matches the key of a todo from a list without IDs, and what identifies it. */
const TODO = /^(\S* next todo )([^]*)$/;

const DIGEST = /^[0-9a-f]{16}$/;

/** Matches the parts of other keys: agent session, kind, ID. */
const OTHER = /^(\S* \w+ )([^]*)$/;

const ID = /^[\w #+:.,/-]{0,200}$/;

/**
 * Returns an item's key without text from a conversation, since a key is never
 * redacted. The words of a todo can contain secrets and be longer than a file
 * of items allows. A digest replaces them.
 */
export function soundKey(key: string): string {
  const todo = TODO.exec(key);
  const [, start = "", own = key] = todo ?? OTHER.exec(key) ?? [];
  return (todo ? DIGEST : ID).test(own)
    ? key
    : start + sha256(own).slice(0, 16);
}
