import {
  field,
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { SessionReader } from "../client.ts";
import type {
  AgentEvent,
  EventAgent,
  EventKind,
  EventsLost,
} from "../events.ts";
import { cutMiddle } from "../notes.ts";
import { openTranscript } from "../open_events.ts";
import { firstLines, type Lost } from "../tail.ts";
import { type CopilotCall, CopilotCalls, isUnknown } from "./calls.ts";
import { countIn } from "./store.ts";

/** The maximum length of a text to keep, in UTF-16 units. */
const LONGEST = 16_000;

/** The maximum number of events that wait for the result of an earlier call. */
const MOST_WAITING = 500;

/** Matches a line that repeats other lines, or that only the client uses. */
const SKIPPED = /^\{"type":"(?:hook\.|system\.message")/;

/**
 * Reads the sessions of Copilot CLI. A session and its sub-agents are in the
 * same file.
 */
export const reader: SessionReader = {
  open: (system, { path }, { beginning = false, most } = {}) =>
    openTranscript(system, path, {
      isLine: (value) => textField(value, "type") !== undefined,
      most,
      sources(start, lost) {
        const dead = beginning
          ? new Set<string>()
          : deadLines(firstLines(system, path, { start }));
        return [eventsIn(system, { path, start, dead }, lost)];
      },
    }),
};

/** Returns the IDs of the lines that a rewind removed. */
function deadLines(texts: Iterable<string>): Set<string> {
  const [dead, ids] = [new Set<string>(), new Array<string>()];
  for (const text of texts) {
    if (SKIPPED.test(text)) continue;
    const value = text.includes('"session.snapshot_rewind"')
      ? jsonIn(text)
      : undefined;
    const id = /"id":"([\w-]{1,64})","timestamp":/.exec(text.slice(-400))?.[1];
    if (field(value, "type") === "session.snapshot_rewind") {
      const data = field(value, "data");
      const listed = field(data, "eventIds");
      const from = ids.lastIndexOf(textField(data, "upToEventId") ?? "");
      const gone = Array.isArray(listed) && listed.length > 0
        ? listed
        : from < 0
        ? []
        : ids.slice(from);
      for (const one of gone) dead.add(String(one));
    } else if (id !== undefined) ids.push(id);
  }
  return dead;
}

/**
 * Yields the events of one file, including those of sub-agents, in order. A
 * tool call is yielded at the place of the call, once its result is known.
 * Memory use does not grow with the texts. Unreadable lines are counted in
 * `lost`.
 */
function* eventsIn(
  system: System,
  { path, start, dead }: {
    path: string;
    /** The offset of the first byte to read, at the start of a line. */
    start: number;
    dead: ReadonlySet<string>;
  },
  lost: EventsLost,
): Generator<AgentEvent> {
  const passed: Lost = { long: 0, failed: false };
  const reader = new Reader(dead);
  for (const text of firstLines(system, path, { start }, passed)) {
    if (SKIPPED.test(text)) continue;
    const value = jsonIn(text);
    if (!isFields(value) || isUnknown(value)) lost.torn++;
    if (isFields(value)) reader.take(value);
    yield* reader.ready();
  }
  yield* reader.ready(true);
  lost.long += passed.long;
  if (passed.failed) lost.failed++;
}

/** The fields that all events of one line share. */
type EventFields = Omit<AgentEvent, "what" | "key">;

/** An event, or a call that waits for its result. */
type Waiting =
  | { readonly event: AgentEvent }
  | { readonly call: CopilotCall; readonly told: EventFields };

class Reader {
  readonly #dead: ReadonlySet<string>;
  readonly #translate = new CopilotCalls();
  readonly #calls = new Map<string, CopilotCall>();
  readonly #agents = new Map<string, EventAgent>();
  #queue: Waiting[] = [];
  #at = "";
  #cwd: string | undefined;
  #model: string | undefined;
  #plan: string | undefined;
  /** Number of prompts withdrawn since the last rewind. */
  #withdrawn = 0;

  constructor(dead: ReadonlySet<string>) {
    this.#dead = dead;
  }

  /**
   * Yields the events before the first call that still waits for its result.
   */
  *ready(all = false): Generator<AgentEvent> {
    let count = 0;
    for (const one of this.#queue) {
      const late = all || this.#queue.length - count > MOST_WAITING;
      if ("event" in one) yield one.event;
      else if (!one.call.ended && !late) break;
      else {
        const { call, told } = one;
        this.#calls.delete(call.id);
        const kinds = this.#translate.eventsOf(call, told.cwd);
        for (const [at, what] of kinds.entries()) {
          yield { ...told, key: at === 0 ? call.id : `${call.id}#${at}`, what };
        }
      }
      count++;
    }
    if (count > 0) this.#queue = this.#queue.slice(count);
  }

  take(value: Fields): void {
    const { type, id, timestamp, agentId, data } = value;
    if (!isFields(data)) return;
    if (typeof timestamp === "string") this.#at = timestamp;
    const agent = typeof agentId === "string" ? agentId : undefined;
    this.#learn(type, data, agent);
    const told: EventFields = {
      at: this.#at,
      dead: typeof id === "string" && this.#dead.has(id),
      ...agent !== undefined && {
        agent: this.#agents.get(agent) ?? { id: agent, name: agent },
      },
      ...this.#cwd !== undefined && { cwd: this.#cwd },
    };
    const key = typeof id === "string" ? id : `${this.#at}#`;
    let count = 0;
    for (const what of this.#kindsOf(type, data, told)) {
      const own = count++ === 0 ? key : `${key}#${count}`;
      this.#queue.push({ event: { ...told, key: own, what } });
    }
    if (type === "tool.execution_start") this.#called(data, told);
    else if (type === "tool.execution_complete") this.#ended(data);
  }

  /** Remembers facts that later events need. */
  #learn(type: unknown, data: Fields, agent: string | undefined): void {
    if (type === "subagent.started" && agent !== undefined) {
      const name = textField(data, "agentName") ?? agent;
      this.#agents.set(agent, { id: agent, name });
    }
    const cwd = textField(data, "cwd") ??
      textField(field(data, "context"), "cwd");
    if (cwd !== undefined && /^session\./.test(String(type))) this.#cwd = cwd;
  }

  #called(data: Fields, told: EventFields): void {
    const [id, name] = [
      textField(data, "toolCallId"),
      textField(data, "toolName"),
    ];
    if (id === undefined || this.#calls.has(id)) return;
    const args = field(data, "arguments");
    const call: CopilotCall = {
      id,
      name: name ?? "",
      args: isFields(args) ? args : {},
      ended: undefined,
      endedAt: "",
    };
    this.#calls.set(id, call);
    this.#queue.push({ call, told });
  }

  #ended(data: Fields): void {
    const call = this.#calls.get(textField(data, "toolCallId") ?? "");
    if (!call) return;
    call.ended = data;
    call.endedAt = this.#at;
  }

  *#kindsOf(
    type: unknown,
    data: Fields,
    told: EventFields,
  ): Generator<EventKind> {
    switch (type) {
      case "user.message":
        yield* this.#said(data, told);
        return;
      case "assistant.message":
        yield* this.#answered(data, told);
        return;
      case "session.usage_record":
        yield* usageIn(field(data, "usage"));
        return;
      case "session.compaction_complete":
        yield* compactionIn(data);
        return;
      case "session.snapshot_rewind":
        if (this.#withdrawn > 0) {
          yield { type: "rewind", prompts: this.#withdrawn };
        }
        this.#withdrawn = 0;
        return;
      case "session.error":
        yield { type: "error", text: cut(textField(data, "message") ?? "") };
        return;
      case "abort":
        yield { type: "error", text: "the user interrupted the agent" };
        return;
      case "exit_plan_mode.requested":
        this.#plan = textField(data, "planContent") ??
          textField(data, "summary");
        if (this.#plan !== undefined) {
          yield { type: "plan", text: cut(this.#plan), state: "open" };
        }
        return;
      case "exit_plan_mode.completed":
        if (this.#plan !== undefined) {
          const state = data.approved === true ? "approved" : "rejected";
          yield { type: "plan", text: cut(this.#plan), state };
        }
    }
  }

  *#said(data: Fields, { dead, agent }: EventFields): Generator<EventKind> {
    const source = textField(data, "source") ?? "user";
    const own = !agent && source !== "user" ||
      data.isAutopilotContinuation === true;
    const text = textField(data, "content") ?? "";
    if (own || text.trim() === "") return;
    if (dead) this.#withdrawn++;
    yield { type: "prompt", text: cut(text) };
  }

  *#answered(data: Fields, { agent }: EventFields): Generator<EventKind> {
    const model = textField(data, "model");
    if (!agent && model !== undefined && model !== this.#model) {
      yield { type: "model", from: this.#model, to: model };
      this.#model = model;
    }
    const thought = textField(data, "reasoningText") ?? "";
    if (thought.trim() !== "") yield { type: "thinking", text: cut(thought) };
    const text = textField(data, "content") ?? "";
    if (text.trim() !== "") yield { type: "answer", text: cut(text) };
  }
}

function cut(text: string): string {
  return cutMiddle(text, LONGEST);
}

function* usageIn(usage: unknown): Generator<EventKind> {
  const context = countIn(usage, "inputTokens");
  if (context === undefined) return;
  const output = countIn(usage, "outputTokens") ?? 0;
  yield { type: "usage", context, output };
}

/**
 * Returns the event of a compaction. If a compaction was cancelled because its
 * process ended, it changed nothing.
 */
function* compactionIn(data: Fields): Generator<EventKind> {
  const summary = textField(data, "summaryContent");
  if (data.success !== true || summary === undefined) return;
  yield {
    type: "compaction",
    before: countIn(data, "preCompactionTokens"),
    after: countIn(data, "postCompactionTokens"),
    summary: cut(summary),
  };
}
