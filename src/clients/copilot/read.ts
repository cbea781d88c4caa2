import {
  field,
  type Fields,
  isFields,
  jsonIn,
  listIn,
  textField,
} from "../../base/parsed_values.ts";
import type { SessionReader } from "../client.ts";
import {
  type AgentEvent,
  type EventAgent,
  type EventFields,
  type EventKind,
  EventQueue,
  type LineReader,
} from "../events.ts";
import { countIn } from "../gauge.ts";
import { openTranscript } from "../open_events.ts";
import { firstLines } from "../tail.ts";
import { type CopilotCall, CopilotCalls, isUnknown } from "./calls.ts";
import { cutWords } from "../edits.ts";

/** Matches a line that repeats other lines, or that only the client uses. */
const SKIPPED = /^\{"type":"(?:hook\.|system\.message")/;

/** Reads sessions; each file also has the session's sub-agents. */
export const reader: SessionReader = {
  open: (system, { path }, { beginning = false, most } = {}) =>
    openTranscript(system, path, {
      isLine: (value) => textField(value, "type") !== undefined,
      isUnknown,
      skips: (text) => SKIPPED.test(text),
      most,
      files(start) {
        const dead = beginning
          ? new Set<string>()
          : deadLines(firstLines(system, path, { start }));
        return [{ path, start, reader: new Reader(dead) }];
      },
    }),
};

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
      const listed = listIn(data, "eventIds");
      const from = ids.lastIndexOf(textField(data, "upToEventId") ?? "");
      const gone = listed.length > 0 ? listed : from < 0 ? [] : ids.slice(from);
      for (const one of gone) dead.add(String(one));
    } else if (id !== undefined) ids.push(id);
  }
  return dead;
}

/** Turns lines of all agents into events; calls wait for their results. */
class Reader implements LineReader {
  readonly #dead: ReadonlySet<string>;
  readonly #translate = new CopilotCalls();
  readonly #queue = new EventQueue<CopilotCall>(
    ({ ended }) => ended !== undefined,
    (call, { cwd }) => this.#translate.eventsOf(call, cwd),
  );
  readonly #agents = new Map<string, EventAgent>();
  #at = "";
  #cwd: string | undefined;
  #model: string | undefined;
  #plan: string | undefined;
  /** Number of prompts withdrawn since the last rewind. */
  #withdrawn = 0;

  constructor(dead: ReadonlySet<string>) {
    this.#dead = dead;
  }

  *take(value: Fields): Generator<AgentEvent> {
    this.#add(value);
    yield* this.#queue.ready();
  }

  end(): Iterable<AgentEvent> {
    return this.#queue.ready(true);
  }

  #add(value: Fields): void {
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
      this.#queue.add({ ...told, key: own, what });
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
    if (id === undefined) return;
    const args = field(data, "arguments");
    this.#queue.addCall({
      id,
      name: name ?? "",
      args: isFields(args) ? args : {},
      ended: undefined,
      endedAt: "",
    }, told);
  }

  #ended(data: Fields): void {
    const call = this.#queue.calls.get(textField(data, "toolCallId") ?? "");
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
        yield {
          type: "error",
          text: cutWords(textField(data, "message") ?? ""),
        };
        return;
      case "abort":
        yield { type: "error", text: "the user interrupted the agent" };
        return;
      case "exit_plan_mode.requested":
        this.#plan = textField(data, "planContent") ??
          textField(data, "summary");
        if (this.#plan !== undefined) {
          yield { type: "plan", text: cutWords(this.#plan), state: "open" };
        }
        return;
      case "exit_plan_mode.completed":
        if (this.#plan !== undefined) {
          const state = data.approved === true ? "approved" : "rejected";
          yield { type: "plan", text: cutWords(this.#plan), state };
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
    yield { type: "prompt", text: cutWords(text) };
  }

  *#answered(data: Fields, { agent }: EventFields): Generator<EventKind> {
    const model = textField(data, "model");
    if (!agent && model !== undefined && model !== this.#model) {
      yield { type: "model", from: this.#model, to: model };
      this.#model = model;
    }
    const thought = textField(data, "reasoningText") ?? "";
    if (thought.trim() !== "") {
      yield { type: "thinking", text: cutWords(thought) };
    }
    const text = textField(data, "content") ?? "";
    if (text.trim() !== "") yield { type: "answer", text: cutWords(text) };
  }
}

function* usageIn(usage: unknown): Generator<EventKind> {
  const context = countIn(usage, "inputTokens");
  if (context === undefined) return;
  const output = countIn(usage, "outputTokens") ?? 0;
  yield { type: "usage", context, output };
}

/** Returns the event of a compaction, unless it was cancelled. */
function* compactionIn(data: Fields): Generator<EventKind> {
  const summary = textField(data, "summaryContent");
  if (data.success !== true || summary === undefined) return;
  yield {
    type: "compaction",
    before: countIn(data, "preCompactionTokens"),
    after: countIn(data, "postCompactionTokens"),
    summary: cutWords(summary),
  };
}
