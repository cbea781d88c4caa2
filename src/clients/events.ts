import { type Fields, isFields } from "../base/parsed_values.ts";

/**
 * An event in a conversation with an agent, in terms that fit every client.
 * Texts are bounded, but not redacted or escaped.
 */
export interface AgentEvent {
  /**
   * ISO 8601, UTC; the time of the previous event if the client recorded none.
   */
  readonly at: string;
  /**
   * A key that identifies the same thing in every report, e.g. the ID of a tool
   * call.
   */
  readonly key: string;
  /** The sub-agent that caused the event; `undefined`: the main agent. */
  readonly agent?: EventAgent | undefined;
  /** True if this is on a branch that was withdrawn or rewound. */
  readonly dead: boolean;
  /** The folder in which the agent worked, if the client recorded it. */
  readonly cwd?: string | undefined;
  readonly what: EventKind;
}

export interface EventAgent {
  /** Its ID in the client's files. */
  readonly id: string;
  /** E.g. `Explore`. */
  readonly name: string;
}

export type EventKind =
  | { readonly type: "prompt"; readonly text: string }
  | { readonly type: "answer"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  | ToolCall
  | FileEdit
  | {
    readonly type: "todo";
    readonly text: string;
    /** E.g. `pending`, `in_progress`, `completed`. */
    readonly state: string;
  }
  | {
    readonly type: "question";
    readonly text: string;
    readonly options: readonly string[];
    /** `undefined`: the question was not answered. */
    readonly answer: string | undefined;
  }
  | {
    readonly type: "plan";
    readonly text: string;
    readonly state: "approved" | "rejected" | "open";
  }
  | {
    readonly type: "agent";
    /** E.g. `Explore`. */
    readonly name: string;
    readonly task: string;
    /** `undefined`: the sub-agent did not report in this event. */
    readonly report: string | undefined;
  }
  | {
    readonly type: "compaction";
    /** Tokens in the context before the compaction and after it, if known. */
    readonly before: number | undefined;
    readonly after: number | undefined;
    /** The client's summary that replaces the conversation. */
    readonly summary: string;
  }
  | {
    readonly type: "rewind";
    /** Number of withdrawn prompts. */
    readonly prompts: number;
  }
  | {
    readonly type: "model";
    /** `undefined`: this is the first model of the conversation. */
    readonly from: string | undefined;
    readonly to: string;
  }
  | {
    readonly type: "usage";
    /** Tokens in the context at the agent's answer. */
    readonly context: number;
    readonly output: number;
  }
  | { readonly type: "error"; readonly text: string };

interface Called {
  readonly tool: string;
  /** The arguments, with long texts shortened. */
  readonly args: unknown;
  /** `undefined`: the transcript has no result. */
  readonly result: CallResult | undefined;
}

export interface ToolCall extends Called {
  readonly type: "tool_call";
  /** The command, if the tool runs one in a shell. */
  readonly command?: string | undefined;
  /** The files that the call changed, if the client noticed the changes. */
  readonly edits: readonly Edit[];
  /** The file that the call read, absolute, if the client reports it. */
  readonly reads?: string | undefined;
  /** The pattern that the call searched for. */
  readonly search?: string | undefined;
}

export interface FileEdit extends Called {
  readonly type: "file_edit";
  readonly edits: readonly Edit[];
}

export interface CallResult {
  readonly text: string;
  readonly isError: boolean;
  /** The exit status of a command, if the client reports it separately. */
  readonly exit?: number | undefined;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A change of one file. */
export interface Edit {
  /** Absolute. */
  readonly path: string;
  readonly how: "created" | "edited" | "deleted";
  /** `undefined`: the client did not record the lines. */
  readonly hunks: readonly Hunk[] | undefined;
}

/** Lines of a change, as in a unified diff. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Each line begins with `+`, `-` or a blank. */
  readonly lines: readonly string[];
}

/**
 * Counts of the parts of a transcript that were left out while its events were
 * read.
 */
export interface EventsLost {
  /**
   * Lines that are not JSON, for example because they are incomplete, or that
   * have an unknown type.
   */
  torn: number;
  /** Lines that were too long. */
  long: number;
  /** Bytes left out at the start of a file that is too large. */
  bytes: number;
  /** Files, or parts of them, that could not be read. */
  failed: number;
}

/** An opened transcript. */
export interface OpenEvents {
  /** In order of time. Can be iterated once. */
  readonly events: Iterable<AgentEvent>;
  /** Counts of the parts left out so far. */
  readonly lost: EventsLost;
  /**
   * The time when the transcript was last added to, in milliseconds since the
   * epoch.
   */
  readonly changed: number;
  /** Size of the transcript in bytes. */
  readonly size: number;
}

/**
 * Returns whether a client's record holds words of a person or an agent. A
 * record of an unknown type without such words only describes the conversation.
 */
export function holdsWords(
  { role, content, message, text }: Fields,
): boolean {
  return role !== undefined ||
    [content, message, text].some((value) =>
      typeof value === "string"
        ? value.trim() !== ""
        : Array.isArray(value)
        ? value.length > 0
        : isFields(value)
    );
}
