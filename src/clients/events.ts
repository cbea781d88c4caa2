import { type Fields, isFields } from "../base/parsed_values.ts";

/**
 * An event of a conversation with an agent, in terms that fit every client.
 * Texts are unchanged: not redacted, not escaped, but bounded.
 */
export interface AgentEvent {
  /** ISO 8601, UTC; of the event before where the client noted none. */
  readonly at: string;
  /** The same wherever the same thing is told, e.g. the id of a tool call. */
  readonly key: string;
  /** The sub-agent that did it; `undefined`: the agent itself. */
  readonly agent?: EventAgent | undefined;
  /** True if it is on a branch that was withdrawn or rewound. */
  readonly dead: boolean;
  /** The folder that the agent worked in, if the client noted it. */
  readonly cwd?: string | undefined;
  readonly what: EventKind;
}

export interface EventAgent {
  /** Its id in the client's files. */
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
    /** `undefined`: it was not answered. */
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
    /** `undefined`: it has not reported in this event. */
    readonly report: string | undefined;
  }
  | {
    readonly type: "compaction";
    /** Tokens in the context before and after, as far as they are known. */
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
    /** `undefined`: the first model of the conversation. */
    readonly from: string | undefined;
    readonly to: string;
  }
  | {
    readonly type: "usage";
    /** Tokens in the context when the agent answered. */
    readonly context: number;
    readonly output: number;
  }
  | { readonly type: "error"; readonly text: string };

interface Called {
  readonly tool: string;
  /** The arguments, with long texts cut. */
  readonly args: unknown;
  /** `undefined`: the transcript holds no result. */
  readonly result: CallResult | undefined;
}

export interface ToolCall extends Called {
  readonly type: "tool_call";
  /** The command, if the tool runs one in a shell. */
  readonly command?: string | undefined;
  /** Files that the call changed, as far as the client noticed. */
  readonly edits: readonly Edit[];
  /** The file that the call read, absolute, if the client tells it. */
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
  /** The exit status of a command, where the client tells it by itself. */
  readonly exit?: number | undefined;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A change of one file. */
export interface Edit {
  /** Absolute. */
  readonly path: string;
  readonly how: "created" | "edited" | "deleted";
  /** `undefined`: the client did not keep them. */
  readonly hunks: readonly Hunk[] | undefined;
}

/** Lines of a change, as a unified diff has them. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Each begins with `+`, `-` or a blank. */
  readonly lines: readonly string[];
}

/**
 * Counts of the parts of a transcript that were left out while its events were
 * read.
 */
export interface EventsLost {
  /** Lines that are not JSON, such as a torn one, or of an unknown type. */
  torn: number;
  /** Lines that were too long. */
  long: number;
  /** Bytes at the beginning of a file that is too large. */
  bytes: number;
  /** Files, or parts of them, that could not be read. */
  failed: number;
}

/** An opened transcript. */
export interface OpenEvents {
  /** In the order of time. Can be gone through once. */
  readonly events: Iterable<AgentEvent>;
  /** Counts of the parts left out so far. */
  readonly lost: EventsLost;
  /** When the transcript was last added to, milliseconds since the epoch. */
  readonly changed: number;
  /** Bytes of the transcript. */
  readonly size: number;
}

/**
 * Returns whether a record of a client holds words of a person or an agent.
 * Records of unknown types without words only describe the conversation.
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
