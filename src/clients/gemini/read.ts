import { basename, dirname } from "@std/path";
import { join } from "../../base/join.ts";
import {
  field,
  type Fields,
  isFields,
  jsonIn,
  listIn,
  textField,
} from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { SessionReader } from "../client.ts";
import type {
  AgentEvent,
  EventAgent,
  EventKind,
  LineReader,
} from "../events.ts";
import { countIn } from "../gauge.ts";
import { listNames } from "../look.ts";
import { openTranscript, startIn } from "../open_events.ts";
import { firstLines } from "../tail.ts";
import { projectOf, sessionIn, STOCK } from "./store.ts";
import { callIn, type GeminiCall, GeminiCalls, isUnknown } from "./calls.ts";
import { cutWords } from "../edits.ts";

/** The maximum number of sub-agents whose chats are read. */
const MOST_AGENTS = 200;

/** Reads the chats of Gemini CLI. */
export const reader: SessionReader = {
  open: (system, { path }, { beginning = false, most } = {}) =>
    openTranscript(system, path, {
      isLine: (value) =>
        ["sessionId", "type", "$set", "$rewindTo"]
          .some((name) => Object.hasOwn(value, name)),
      isUnknown,
      most,
      files(start, lost) {
        const { dead, agents } = beginning
          ? { dead: new Set<string>(), agents: new Map<string, string>() }
          : overviewOf(firstLines(system, path, { start }));
        const cwd = projectOf(system, path);
        return [
          { path, start, reader: new Reader({ cwd, dead }) },
          ...(beginning ? [] : agentFiles(system, path)).map((path) => {
            const start = startIn(system, { path, most });
            lost.bytes += start;
            const agent = agentOf(path, agents);
            const chat = { cwd, dead: new Set<string>(), agent };
            return { path, start, reader: new Reader(chat) };
          }),
        ];
      },
    }),
};

/** Returns the chats of sub-agents, in a folder named by the session. */
function agentFiles(system: System, path: string): string[] {
  const id = sessionIn(system, path);
  if (id === undefined) return [];
  const folder = join(dirname(path), id);
  return listNames(system, folder).filter((name) => name.endsWith(".jsonl"))
    .slice(-MOST_AGENTS).map((name) => join(folder, name));
}

function agentOf(
  file: string,
  names: ReadonlyMap<string, string>,
): EventAgent {
  const id = basename(file, ".jsonl");
  return { id, name: names.get(id) ?? id };
}

interface Chat {
  /** The sub-agent that the file belongs to; `undefined` for the main agent. */
  readonly agent?: EventAgent | undefined;
  /** The folder in which the agent worked. */
  readonly cwd: string | undefined;
  /** The withdrawn messages, by ID. */
  readonly dead: ReadonlySet<string>;
}

/** Facts that require the whole file. */
interface Overview {
  /** The withdrawn messages, by ID. */
  readonly dead: ReadonlySet<string>;
  /** The names of sub-agents, by ID. */
  readonly agents: ReadonlyMap<string, string>;
}

const MESSAGE = /^\{"id":"([^"]{1,100})"/;
const STARTED = /"agentId":"([^"]{1,100})"[^]*?"agentName":"([^"]{1,200})"/;

/** Scans the lines of a chat without parsing most of them. */
function overviewOf(texts: Iterable<string>): Overview {
  const [dead, agents] = [new Set<string>(), new Map<string, string>()];
  let live: string[] = [];
  for (const text of texts) {
    const id = MESSAGE.exec(text)?.[1];
    if (id !== undefined) {
      if (!live.includes(id, -8)) live.push(id);
      const [, agent, name] = STARTED.exec(text) ?? [];
      if (agent !== undefined) agents.set(agent, name!);
    } else if (text.startsWith('{"$set":{"messages"')) {
      live = listIn(field(jsonIn(text), "$set"), "messages")
        .flatMap((message) => textField(message, "id") ?? []);
    } else if (text.startsWith('{"$rewindTo"')) {
      const from = live.indexOf(textField(jsonIn(text), "$rewindTo") ?? "");
      for (const gone of live.splice(Math.max(0, from))) dead.add(gone);
    }
  }
  return { dead, agents };
}

/** Matches text that the client puts before a prompt. */
const ADDED = /^\s*<(session_context|hook_context)>[^]*?(?:<\/\1>\s*|$)/;

const OWN = /^\s*[/?]/;

/** Turns lines into events; a message counts where it first appears. */
class Reader implements LineReader {
  readonly #chat: Chat;
  readonly #calls = new GeminiCalls();
  /** IDs of messages and calls that were already reported. */
  readonly #told = new Set<string>();
  /** The prompts among the messages. */
  readonly #prompts = new Set<string>();
  /** True after the first message. */
  #begun = false;
  #at = "";
  #model: string | undefined;
  #context: number | undefined;
  #withdrawn = 0;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  *take(value: Fields): Generator<AgentEvent> {
    const messages = field(value.$set, "messages");
    if (Array.isArray(messages)) yield* this.#replaced(messages);
    else if (value.$rewindTo !== undefined) yield* this.#rewound();
    else if (typeof value.id === "string") yield* this.#message(value);
  }

  *#message(value: Fields): Generator<AgentEvent> {
    const id = value.id as string;
    const { timestamp, type } = value;
    if (typeof timestamp === "string") this.#at = timestamp;
    const kinds = type === "gemini"
      ? this.#answered(id, value)
      : this.#said(id, value);
    for (const [key, what] of kinds) {
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      if (what.type === "prompt") {
        this.#prompts.add(id);
        if (this.#chat.dead.has(id)) this.#withdrawn++;
      }
      this.#begun = true;
      yield this.#event(key, what, id);
    }
  }

  #event(key: string, what: EventKind, id = ""): AgentEvent {
    const { agent, cwd, dead } = this.#chat;
    return {
      ...{ at: this.#at, key, what },
      dead: dead.has(id),
      ...agent && { agent },
      ...cwd !== undefined && { cwd },
    };
  }

  *#said(id: string, { type, content }: Fields): Generator<Keyed> {
    const text = textIn(content);
    if (text.trim() === "") return;
    if (type === "error") {
      yield [id, { type: "error", text: cutWords(text) }];
    } else if (type === "user") {
      yield [id, { type: "prompt", text: cutWords(text) }];
    }
  }

  *#answered(id: string, value: Fields): Generator<Keyed> {
    const { content, tokens } = value;
    const model = textField(value, "model");
    if (model !== undefined && model !== this.#model) {
      yield [`${id}#${model}`, {
        ...{ type: "model", from: this.#model, to: model },
      }];
      this.#model = model;
    }
    for (const [at, thought] of listIn(value, "thoughts").entries()) {
      const text = [
        textField(thought, "subject") ?? "",
        textField(
          thought,
          "description",
        ),
      ].filter(Boolean).join(": ");
      yield [`${id}#thought ${at}`, {
        type: "thinking",
        text: cutWords(text),
      }];
    }
    const text = textIn(content);
    if (text.trim() !== "") {
      yield [id, { type: "answer", text: cutWords(text) }];
    }
    const context = countIn(tokens, "input");
    if (context !== undefined) {
      this.#context = context;
      const output = countIn(tokens, "output") ?? 0;
      yield [`${id}#usage`, { type: "usage", context, output }];
    }
    for (const call of listIn(value, "toolCalls")) {
      yield* this.#called(callIn(call));
    }
  }

  *#called(call: GeminiCall | undefined): Generator<Keyed> {
    if (!call || this.#told.has(call.id)) return;
    const kinds = this.#calls.eventsOf(call, this.#chat.cwd);
    for (const [at, what] of kinds.entries()) {
      yield [at === 0 ? call.id : `${call.id}#${at}`, what];
    }
  }

  /** The client replaces all messages at a start and a compaction. */
  *#replaced(messages: readonly unknown[]): Generator<AgentEvent> {
    const at = messages.findIndex((message) =>
      textIn(field(message, "content")) === STOCK
    );
    const summary = messages[at - 1];
    const id = textField(summary, "id");
    if (at > 0 && id !== undefined && !this.#told.has(id)) {
      this.#told.add(id);
      const given = textField(summary, "timestamp");
      if (given !== undefined) this.#at = given;
      yield this.#event(id, {
        type: "compaction",
        before: this.#context,
        after: undefined,
        summary: cutWords(textIn(field(summary, "content"))),
      });
    }
    // Earlier lines have the same messages, with more data.
    if (!this.#begun) {
      const rest = at > 0 ? messages.slice(at + 1) : messages;
      for (const message of withCalls(rest)) yield* this.#message(message);
    }
  }

  *#rewound(): Generator<AgentEvent> {
    const prompts = this.#withdrawn;
    this.#withdrawn = 0;
    if (prompts === 0) return;
    const key = `rewind ${this.#at} ${this.#prompts.size}`;
    yield this.#event(key, { type: "rewind", prompts });
  }
}

type Keyed = readonly [key: string, what: EventKind];

/** Returns the messages of a resumed session, with the calls in their parts. */
function withCalls(messages: readonly unknown[]): Fields[] {
  const parts = (message: unknown) => listIn(message, "content");
  const results = new Map(
    messages.flatMap(parts).flatMap((part) => {
      const id = textField(field(part, "functionResponse"), "id");
      return id === undefined ? [] : [[id, part] as const];
    }),
  );
  return messages.filter(isFields).filter(({ id }) => typeof id === "string")
    .map((message) => {
      const toolCalls = parts(message).flatMap((part) => {
        const call = field(part, "functionCall");
        if (!isFields(call)) return [];
        const result = results.get(textField(call, "id") ?? "");
        const failed = result && textField(
              field(field(result, "functionResponse"), "response"),
              "error",
            ) !== undefined;
        return [{
          ...call,
          status: !result ? undefined : failed ? "error" : "success",
          result: [result],
          timestamp: message.timestamp,
        }];
      });
      return toolCalls.length > 0 ? { ...message, toolCalls } : message;
    });
}

/** Returns the text of a content without the client's prefix. */
function textIn(content: unknown): string {
  const parts = typeof content === "string"
    ? [content]
    : (Array.isArray(content) ? content : [])
      .map((part) => textField(part, "text") ?? "");
  return parts.map((text) => text.replace(ADDED, ""))
    .filter((text) => text !== "" && !OWN.test(text)).join("\n");
}
