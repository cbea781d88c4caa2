import { isAbsolute } from "@std/path";
import {
  field,
  type Fields,
  isFields,
  listIn,
  textField,
} from "../../base/parsed_values.ts";
import { cutWords, LONGEST_RESULT, MOST_ENTRIES } from "../edits.ts";
import {
  type AgentEvent,
  type CallResult,
  type Edit,
  type EventAgent,
  type EventKind,
  holdsWords,
  type LineReader,
} from "../events.ts";
import { cutMiddle } from "../notes.ts";
import { type Call, changedTodos, eventsOf } from "./calls.ts";
import { contextOf, unquoted } from "./tools.ts";

/**
 * The lines of opencode's transcripts, which mpm's plugin writes. They contain
 * the data from the client's events, as JSON. Each has a `type` and a `time`,
 * in milliseconds since the epoch:
 * - `session` and `message`: `info`, the session or the message
 * - `part`: `part`, a part of a message that no longer changes
 * - `window`: `tokens` of the model's context, and `model`
 * - `revert`: `messageID` of the first message that was withdrawn, or null
 * - `removed`: `messageID` of the message that was deleted
 *
 * An export of the client has the same messages and parts in one object.
 */

/** Returns the lines for an export; `undefined` for other values. */
export function linesOfExport(value: unknown): Fields[] | undefined {
  const [info, messages] = [field(value, "info"), field(value, "messages")];
  if (!isFields(info) || !Array.isArray(messages)) return undefined;
  const revert = field(info, "revert");
  return [
    { type: "session", info },
    ...messages.flatMap((message) => {
      return [
        { type: "message", info: field(message, "info") },
        ...listIn(message, "parts").map((part) => ({ type: "part", part })),
      ];
    }),
    ...isFields(revert) ? [{ type: "revert", ...revert }] : [],
  ];
}

/** Returns whether a line can belong to such a transcript. */
export function isLine(value: Fields): boolean {
  return TYPES.has(textField(value, "type")) &&
    ("info" in value || "part" in value || "tokens" in value ||
      "messageID" in value);
}

const TYPES: ReadonlySet<string | undefined> = new Set(
  ["session", "message", "part", "window", "revert", "removed"],
);

/** The withdrawn messages of a conversation. */
export class Withdrawn {
  readonly #removed = new Set<string>();
  #from: string | undefined;

  /** Processes a line; only the last line about a revert counts. */
  take(line: Fields): void {
    const id = textField(line, "messageID");
    if (line.type === "revert") this.#from = id;
    if (line.type === "removed" && id !== undefined) this.#removed.add(id);
  }

  /** Message IDs are in order of time. */
  has(id: string | undefined): boolean {
    return id !== undefined &&
      (this.#removed.has(id) || this.#from !== undefined && id >= this.#from);
  }
}

interface Message {
  readonly isUser: boolean;
  /** True if the message summarizes the conversation before it. */
  readonly isSummary: boolean;
  /** Files that the calls in the message changed. */
  readonly changed: Set<string>;
  hasCommand: boolean;
  hasError: boolean;
}

/** The most messages to remember; parts follow their message soon. */
const MOST_MESSAGES = 1000;

interface Part {
  readonly value: Fields;
  readonly message: Message | undefined;
  readonly agent: EventAgent | undefined;
}

/** Turns lines into events. Memory use does not grow with the transcript. */
export class Reader implements LineReader {
  readonly #withdrawn: Withdrawn;
  readonly #agents = new Map<string, EventAgent>();
  readonly #messages = new Map<string, Message>();
  #todos = new Map<string, string>();
  #at = "";
  #cwd: string | undefined;
  #model: string | undefined;
  /** Tokens in the context at the last answer. */
  #context: number | undefined;
  #prompts: string[] = [];

  constructor(withdrawn: Withdrawn) {
    this.#withdrawn = withdrawn;
  }

  *take(line: Fields): Generator<AgentEvent> {
    const { info, part } = line;
    const at = timeText(line.time) ?? "";
    // A line about an earlier time has the time of its message.
    if (at > this.#at) this.#at = at;
    if (line.type === "session" && isFields(info)) this.#session(info);
    if (line.type === "message" && isFields(info)) yield* this.#message(info);
    if (line.type === "revert") yield* this.#revert(line);
    if (line.type === "part" && isFields(part)) yield* this.#part(part);
  }

  #session(info: Fields): void {
    const id = textField(info, "id");
    this.#cwd ??= textField(info, "directory");
    if (id === undefined || textField(info, "parentID") === undefined) return;
    const name = textField(info, "agent") ?? textField(info, "title") ?? id;
    this.#agents.set(id, { id, name });
  }

  *#message(info: Fields): Generator<AgentEvent> {
    const id = textField(info, "id") ?? "";
    const isUser = info.role === "user";
    const agent = this.#agents.get(textField(info, "sessionID") ?? "");
    this.#at = timeText(field(info.time, "created")) ?? this.#at;
    this.#cwd = textField(info.path, "cwd") ?? this.#cwd;
    const known = this.#messages.get(id);
    const message = known ?? {
      ...{ isUser, isSummary: !isUser && info.summary === true },
      ...{ changed: new Set<string>(), hasCommand: false, hasError: false },
    };
    if (!known) this.#remember(id, message);
    const of = { key: id, messageID: id, agent };
    const model = textField(info, "modelID");
    if (!isUser && !agent && model !== undefined && model !== this.#model) {
      const from = this.#model;
      this.#model = model;
      yield this.#event({ type: "model", from, to: model }, of);
    }
    const error = errorText(info.error);
    if (error === undefined || message.hasError) return;
    message.hasError = true;
    yield this.#event({ type: "error", text: error }, of);
  }

  #remember(id: string, message: Message): void {
    this.#messages.set(id, message);
    if (this.#messages.size <= MOST_MESSAGES) return;
    const [oldest] = this.#messages.keys();
    this.#messages.delete(oldest!);
  }

  *#revert(line: Fields): Generator<AgentEvent> {
    const id = textField(line, "messageID");
    // A revert may be undone.
    if (id === undefined || !this.#withdrawn.has(id)) return;
    const prompts = this.#prompts.filter((one) => one >= id).length;
    if (prompts === 0) return;
    const key = `revert ${id} ${this.#at}`;
    yield this.#event({ type: "rewind", prompts }, { key });
  }

  *#part(value: Fields): Generator<AgentEvent> {
    const state = field(value, "state");
    const time = field(state, "time") ?? value.time;
    this.#at = timeText(field(time, "end")) ?? timeText(field(time, "start")) ??
      this.#at;
    const messageID = textField(value, "messageID");
    const message = this.#messages.get(messageID ?? "");
    const agent = this.#agents.get(textField(value, "sessionID") ?? "");
    const id = textField(value, "callID") ?? textField(value, "id") ??
      `${this.#at} ${textField(value, "type")}`;
    let count = 0;
    for (const what of this.#kinds({ value, message, agent })) {
      if (what.type === "prompt" && messageID !== undefined) {
        this.#prompts = [...this.#prompts, messageID].slice(-MOST_MESSAGES);
      }
      const key = count === 0 ? id : `${id}#${count}`;
      count++;
      yield this.#event(what, { key, messageID, agent });
    }
  }

  #event(
    what: EventKind,
    { key, messageID, agent }: {
      readonly key: string;
      readonly messageID?: string | undefined;
      readonly agent?: EventAgent | undefined;
    },
  ): AgentEvent {
    return {
      ...{ at: this.#at, key, what, dead: this.#withdrawn.has(messageID) },
      ...agent && { agent },
      ...this.#cwd !== undefined && { cwd: this.#cwd },
    };
  }

  #kinds(part: Part): EventKind[] {
    switch (part.value.type) {
      case "text":
        return this.#text(part);
      case "reasoning":
        return [{ type: "thinking", text: cutWords(textOf(part.value)) }];
      case "tool":
        return this.#call(part);
      case "step-finish":
        return this.#usage(part);
      case "patch":
        return this.#patch(part);
      default:
        return [];
    }
  }

  #text({ value, message, agent }: Part): EventKind[] {
    const text = textOf(value);
    if (text.trim() === "" || value.synthetic === true) return [];
    const isUser = message?.isUser ?? !isFields(value.time);
    if (isUser) {
      // A sub-agent's prompt is its task, which the call already contains.
      return agent ? [] : [{ type: "prompt", text: cutWords(unquoted(text)) }];
    }
    if (!message?.isSummary) return [{ type: "answer", text: cutWords(text) }];
    const before = this.#context;
    this.#context = undefined;
    const summary = cutWords(text);
    return [{ type: "compaction", before, after: undefined, summary }];
  }

  #usage({ value, message, agent }: Part): EventKind[] {
    const used = contextOf(value.tokens);
    if (used === undefined || message?.isSummary) return [];
    if (!agent) this.#context = used.context;
    return [{ type: "usage", ...used }];
  }

  #call({ value, message }: Part): EventKind[] {
    const state = field(value, "state");
    const input = field(state, "input");
    const call: Call = {
      tool: textField(value, "tool") ?? "",
      input: isFields(input) ? input : {},
      metadata: field(state, "metadata"),
      result: this.#result(state),
      cwd: this.#cwd,
    };
    if (call.tool === "todowrite") {
      const [todos, next] = changedTodos(call, this.#todos);
      this.#todos = next;
      if (todos.length > 0) return todos;
    }
    const kinds = eventsOf(call);
    for (const what of kinds) {
      if (what.type !== "file_edit" && what.type !== "tool_call") continue;
      for (const { path } of what.edits) message?.changed.add(path);
      if (message && call.tool === "bash") message.hasCommand = true;
    }
    return kinds;
  }

  #result(state: unknown): CallResult | undefined {
    const status = textField(state, "status");
    if (status !== "completed" && status !== "error") return undefined;
    const isError = status === "error";
    const text = textField(state, isError ? "error" : "output") ?? "";
    const exit = field(field(state, "metadata"), "exit");
    return {
      text: cutMiddle(text, LONGEST_RESULT),
      ...{ isError, at: this.#at },
      ...typeof exit === "number" && { exit },
    };
  }

  /** Reports the files that the commands of a step changed. */
  #patch({ value, message }: Part): EventKind[] {
    if (!message?.hasCommand || !Array.isArray(value.files)) return [];
    const edits = value.files.slice(0, MOST_ENTRIES)
      .filter((path): path is string =>
        typeof path === "string" && isAbsolute(path) &&
        !message.changed.has(path)
      )
      .map((path): Edit => ({ path, how: "edited", hunks: undefined }));
    return edits.length === 0 ? [] : [{
      type: "file_edit",
      tool: "bash",
      args: {},
      edits,
      result: undefined,
    }];
  }
}

function errorText(error: unknown): string | undefined {
  const name = textField(error, "name");
  const message = textField(field(error, "data"), "message");
  const parts = [name, message].filter((one) => one);
  return parts.length === 0 ? undefined : cutWords(parts.join(": "));
}

function textOf(value: Fields): string {
  return textField(value, "text") ?? "";
}

/** The latest time that a date can have, in milliseconds. */
const LATEST = 8_640_000_000_000_000;

/** ISO 8601, UTC. */
export function timeText(value: unknown): string | undefined {
  return typeof value === "number" && value > 0 && value <= LATEST
    ? new Date(value).toISOString()
    : undefined;
}

const PARTS = new Set(
  ("text reasoning tool step-start step-finish patch file snapshot agent" +
    " subtask retry compaction").split(" "),
);

/** Returns whether a line of the conversation has an unknown type. */
export function isUnknown({ part }: Fields): boolean {
  return isFields(part) && !PARTS.has(String(part.type)) && holdsWords(part);
}
