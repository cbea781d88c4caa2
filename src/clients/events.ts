import { type Fields, isFields } from "../base/parsed_values.ts";

/** An event of a conversation, bounded, but not redacted or escaped. */
export interface AgentEvent {
  /** ISO 8601, UTC; if unknown, the time of the previous event. */
  readonly at: string;
  /** Identifies the same thing in every report, e.g. a tool call's ID. */
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

/** Counts of the parts of a transcript that were left out. */
export interface EventsLost {
  /** Lines that are incomplete, not JSON, or of an unknown type. */
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
  /** When it was last added to, in milliseconds since the epoch. */
  readonly changed: number;
  /** Size of the transcript in bytes. */
  readonly size: number;
}

/** Returns whether a record holds words of a person or an agent. */
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

/** Turns the lines of one file into events. */
export interface LineReader {
  /** Processes a line, and returns the events that are ready. */
  take(line: Fields): Iterable<AgentEvent>;
  /** Returns the events that were still open at the end. */
  end?(): Iterable<AgentEvent>;
}

/** The maximum number of events that wait for the result of an earlier call. */
const MOST_WAITING = 500;

/** The fields that all events of one line share. */
export type EventFields = Omit<AgentEvent, "what" | "key">;

/** Keeps events in order while tool calls wait for their results. */
export class EventQueue<Call extends { readonly id: string }> {
  /** Calls without a result, by ID. */
  readonly calls = new Map<string, Call>();
  readonly #isEnded: (call: Call) => boolean;
  readonly #kindsOf: (call: Call, told: EventFields) => readonly EventKind[];
  #queue: (AgentEvent | { readonly call: Call; readonly told: EventFields })[] =
    [];

  /** @param kindsOf returns the events of a call that has ended */
  constructor(
    isEnded: (call: Call) => boolean,
    kindsOf: (call: Call, told: EventFields) => readonly EventKind[],
  ) {
    this.#isEnded = isEnded;
    this.#kindsOf = kindsOf;
  }

  get size(): number {
    return this.#queue.length;
  }

  add(event: AgentEvent): void {
    this.#queue.push(event);
  }

  /** Adds a call, unless it is already open. */
  addCall(call: Call, told: EventFields): void {
    if (this.calls.has(call.id)) return;
    this.calls.set(call.id, call);
    this.#queue.push({ call, told });
  }

  /** Yields the events before the first call that waits for its result. */
  *ready(all = false): Generator<AgentEvent> {
    let count = 0;
    for (const one of this.#queue) {
      const late = all || this.#queue.length - count > MOST_WAITING;
      if (!("call" in one)) yield one;
      else if (!this.#isEnded(one.call) && !late) break;
      else {
        const { call, told } = one;
        this.calls.delete(call.id);
        const kinds = this.#kindsOf(call, told);
        yield* kinds.map((what, at) => ({
          ...told,
          key: at === 0 ? call.id : `${call.id}#${at}`,
          what,
        }));
      }
      count++;
    }
    if (count > 0) this.#queue = this.#queue.slice(count);
  }
}
