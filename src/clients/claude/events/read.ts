import { field, type Fields, textField } from "../../../base/parsed_values.ts";
import {
  type AgentEvent,
  type EventAgent,
  type EventFields,
  type EventKind,
  EventQueue,
  type LineReader,
} from "../../events.ts";
import { contextTokens, countIn } from "../../gauge.ts";
import { announcedIn, taskOf } from "../conversation/commands.ts";
import { errorIn } from "../conversation/answers.ts";
import { TIME, UuidSet } from "../conversation/branches.ts";
import {
  type Call,
  callsOf,
  type Line,
  lineOf,
  resultsOf,
} from "../conversation/lines.ts";
import { saidIn, unmarked } from "../conversation/prompts.ts";
import { summaryText } from "../conversation/questions.ts";
import { endedEvent, eventsOf } from "./calls.ts";
import { cutWords } from "../../edits.ts";

/** Turns lines into events. A call has its place, but waits for a result. */
export class Reader implements LineReader {
  readonly #dead: ReadonlySet<string>;
  readonly #agent: EventAgent | undefined;
  readonly #known = new UuidSet();
  readonly #queue = new EventQueue<Call>(
    ({ result }) => result !== undefined,
    (call) => this.#called(call),
  );
  /** Sub-agents and background commands, by task ID. */
  readonly #tasks = new Map<string, { name: string; task: string }>();
  #at = "";
  #model: string | undefined;
  #answer: string | undefined;
  /** True if the client marks text that a person typed. */
  #marked = false;
  /** Number of prompts withdrawn since the last line that was not withdrawn. */
  #withdrawn = 0;

  constructor(dead: ReadonlySet<string>, agent: EventAgent | undefined) {
    this.#dead = dead;
    this.#agent = agent;
  }

  *take(value: Fields): Generator<AgentEvent> {
    this.#add(value);
    yield* this.#queue.ready();
  }

  end(): Iterable<AgentEvent> {
    return this.#queue.ready(true);
  }

  #called(call: Call): EventKind[] {
    const kinds = eventsOf(call);
    const task = taskOf(call);
    const [first] = kinds;
    if (task !== undefined && first) {
      this.#tasks.set(task, {
        name: first.type === "agent" ? first.name : call.name,
        task: first.type === "agent"
          ? first.task
          : textField(call.input, "command") ?? "",
      });
    }
    return kinds;
  }

  #fieldsOf({ at, value }: Line, dead: boolean): EventFields {
    const cwd = textField(value, "cwd");
    return {
      ...{ at, dead },
      ...this.#agent && { agent: this.#agent },
      ...cwd !== undefined && { cwd },
    };
  }

  #add(value: Fields): void {
    if (value.isSidechain === true && !this.#agent) return;
    const own = textField(value, "timestamp") ?? "";
    if (TIME.test(own)) this.#at = own;
    const line = lineOf(value, this.#at);
    const { uuid } = line;
    if (uuid !== undefined) {
      if (this.#known.has(uuid)) return;
      this.#known.add(uuid);
    }
    const dead = uuid !== undefined && this.#dead.has(uuid);
    for (const [id, result] of resultsOf(line)) {
      const call = this.#queue.calls.get(id);
      if (call) call.result = result;
    }
    const told = this.#fieldsOf(line, dead);
    for (const what of this.#kindsOf(line)) {
      if (dead && what.type === "prompt") this.#withdrawn++;
      this.#rewinds(line, told);
      const key = line.uuid ?? `${line.at}#${this.#queue.size}`;
      this.#queue.add({ ...told, key, what });
    }
    for (const call of callsOf(line)) {
      if (!this.#queue.calls.has(call.id)) this.#rewinds(line, told);
      this.#queue.addCall(call, told);
    }
  }

  /** Reports where prompts were withdrawn, before the first line after them. */
  #rewinds({ uuid, at }: Line, told: EventFields): void {
    if (told.dead || this.#withdrawn === 0) return;
    const what = { type: "rewind", prompts: this.#withdrawn } as const;
    this.#withdrawn = 0;
    this.#queue.add({ ...told, key: `rewind ${uuid ?? at}`, what });
  }

  *#kindsOf(line: Line): Generator<EventKind> {
    const { type, value } = line;
    const error = errorIn(line);
    if (error !== undefined) {
      yield { type: "error", text: cutWords(error) };
    } else if (type === "assistant") yield* this.#answered(line);
    else if (value.isCompactSummary === true) {
      yield this.#compaction(summaryText(line));
    } else if (value.subtype === "compact_boundary") this.#boundary(value);
    else yield* this.#said(line);
  }

  *#said(line: Line): Generator<EventKind> {
    for (const [task, ended] of announcedIn(line)) {
      yield endedEvent(ended, this.#tasks.get(task));
    }
    const { value } = line;
    this.#marked ||= value.origin !== undefined ||
      value.promptSource !== undefined;
    const text = saidIn(line, this.#queue) ??
      (this.#marked ? undefined : unmarked(line));
    if (text !== undefined && text.trim() !== "") {
      yield { type: "prompt", text: cutWords(text) };
    }
  }

  *#answered({ value, blocks }: Line): Generator<EventKind> {
    const { message } = value;
    const model = textField(message, "model");
    if (model === "<synthetic>") return;
    if (model !== undefined && model !== this.#model) {
      yield { type: "model", from: this.#model, to: model };
      this.#model = model;
    }
    for (const block of blocks) {
      const text = textField(block, "text") ?? textField(block, "thinking");
      if (text === undefined || text.trim() === "") continue;
      const type = block.type === "thinking" ? "thinking" : "answer";
      yield { type, text: cutWords(text) };
    }
    const id = textField(message, "id");
    const context = contextTokens(field(message, "usage"));
    // Each block of a message is on its own line, with the same usage.
    if (context === undefined || id === undefined || id === this.#answer) {
      return;
    }
    this.#answer = id;
    const output = countIn(field(message, "usage"), "output_tokens");
    yield { type: "usage", context, output: output ?? 0 };
  }

  #tokens: { before: number | undefined; after: number | undefined } = {
    before: undefined,
    after: undefined,
  };

  /** Remembers the token counts, which are in the line before a summary. */
  #boundary(value: Fields): void {
    const data = field(value, "compactMetadata");
    this.#tokens = {
      before: countIn(data, "preTokens"),
      after: countIn(data, "postTokens"),
    };
  }

  #compaction(summary: string): EventKind {
    const { before, after } = this.#tokens;
    this.#tokens = { before: undefined, after: undefined };
    return {
      type: "compaction",
      ...{ before, after },
      summary: cutWords(summary),
    };
  }
}
