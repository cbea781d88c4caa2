import { attempt } from "../../../base/errors.ts";
import {
  field,
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../../../base/parsed_values.ts";
import type { System } from "../../../system/system.ts";
import type {
  AgentEvent,
  EventAgent,
  EventKind,
  EventsLost,
} from "../../events.ts";
import { cutMiddle } from "../../notes.ts";
import { contextTokens, tokenCount } from "../answers.ts";
import { announcedIn, taskOf } from "../conversation/commands.ts";
import { errorIn } from "../conversation/answers.ts";
import {
  deadLines,
  isUnknown,
  linkOf,
  SKIPPED,
  TIME,
  UuidSet,
} from "../conversation/branches.ts";
import { type Call, type Line, lineOf, textOf } from "../conversation/lines.ts";
import { saidIn, unmarked } from "../conversation/prompts.ts";
import { summaryText } from "../conversation/questions.ts";
import { firstLines, lastLines, type Lost } from "../../tail.ts";
import { endedEvent, eventsOf } from "./calls.ts";

/** The maximum length of a text to keep, in UTF-16 units. */
const LONGEST = 16_000;

/** The maximum number of events that wait for the result of an earlier call. */
const MOST_WAITING = 500;

/** A file to read events from. */
export interface TranscriptFile {
  /** Absolute. */
  readonly path: string;
  /** The offset of the first byte to read, at the start of a line. */
  readonly start: number;
  /** Bytes to read at once. */
  readonly block?: number;
  /** True if no line is treated as withdrawn. */
  readonly beginning?: boolean;
  /** The sub-agent that the file belongs to; `undefined` for the main agent. */
  readonly agent?: EventAgent | undefined;
}

/**
 * Yields the events of one transcript, in order. A tool call is yielded at the
 * place of the call, once its result is known. Memory does not grow with the
 * file, except for a few bytes for each line. Unreadable lines are counted in
 * `lost`.
 */
export function* eventsIn(
  system: System,
  file: TranscriptFile,
  lost: EventsLost,
): Generator<AgentEvent> {
  const { path, start, block, agent, beginning } = file;
  const size = attempt(() => system.files.stat(path)?.size) ?? 0;
  const passed: Lost = { long: 0, failed: false };
  const dead = agent || beginning
    ? new Set<string>()
    : deadLines(lastLines(system, path, size - start));
  const reader = new Reader(dead, agent);
  const range = { start, ...block !== undefined && { block } };
  for (const text of firstLines(system, path, range, passed)) {
    if (SKIPPED.test(text) || linkOf(text)) continue;
    const value = jsonIn(text);
    if (!isFields(value) || isUnknown(value)) lost.torn++;
    if (isFields(value)) reader.take(value);
    yield* reader.ready();
  }
  yield* reader.ready(true);
  lost.long += passed.long;
  if (passed.failed) lost.failed++;
}

/** An event, or a call that waits for its result. */
type Waiting = { readonly event: AgentEvent } | {
  readonly call: Call;
  readonly dead: boolean;
};

class Reader {
  readonly #dead: ReadonlySet<string>;
  readonly #agent: EventAgent | undefined;
  readonly #known = new UuidSet();
  /** Calls without a result, by ID. */
  readonly #calls = new Map<string, Call>();
  /** Sub-agents and background commands, by task ID. */
  readonly #tasks = new Map<string, { name: string; task: string }>();
  #queue: Waiting[] = [];
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

  /**
   * Yields the events before the first call that still waits for its result.
   */
  *ready(all = false): Generator<AgentEvent> {
    let count = 0;
    for (const one of this.#queue) {
      const late = all || this.#queue.length - count > MOST_WAITING;
      if ("event" in one) yield one.event;
      else if (!one.call.result && !late) break;
      else yield* this.#called(one.call, one.dead);
      count++;
    }
    if (count > 0) this.#queue = this.#queue.slice(count);
  }

  *#called(call: Call, dead: boolean): Generator<AgentEvent> {
    this.#calls.delete(call.id);
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
    for (const [at, what] of kinds.entries()) {
      const key = at === 0 ? call.id : `${call.id}#${at}`;
      yield this.#event(call.line, { key, what, dead });
    }
  }

  #event(
    { at, value }: Line,
    { key, what, dead }: { key: string; what: EventKind; dead: boolean },
  ): AgentEvent {
    const cwd = textField(value, "cwd");
    return {
      ...{ at, key, dead, what },
      ...this.#agent && { agent: this.#agent },
      ...cwd !== undefined && { cwd },
    };
  }

  take(value: Fields): void {
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
    this.#results(line);
    const before = this.#queue.length;
    for (const what of this.#kindsOf(line)) this.#push(line, what, dead);
    if (line.type === "assistant") this.#callsOf(line, dead);
    if (this.#queue.length > before) this.#rewinds(line, before, dead);
  }

  #push(line: Line, what: EventKind, dead: boolean): void {
    const same = this.#queue.length;
    const key = line.uuid ?? `${line.at}#${same}`;
    this.#queue.push({ event: this.#event(line, { key, what, dead }) });
  }

  /** Reports where prompts were withdrawn, before the first line after them. */
  #rewinds(line: Line, at: number, dead: boolean): void {
    if (dead) {
      const prompts = this.#queue.slice(at).filter((one) =>
        "event" in one && one.event.what.type === "prompt"
      );
      this.#withdrawn += prompts.length;
      return;
    }
    if (this.#withdrawn === 0) return;
    const what = { type: "rewind", prompts: this.#withdrawn } as const;
    this.#withdrawn = 0;
    const key = `rewind ${line.uuid ?? line.at}`;
    this.#queue.splice(at, 0, {
      event: this.#event(line, { key, what, dead: false }),
    });
  }

  #results(line: Line): void {
    if (line.type !== "user") return;
    for (const block of line.blocks) {
      if (block.type !== "tool_result") continue;
      const call = this.#calls.get(textField(block, "tool_use_id") ?? "");
      if (!call) continue;
      call.result = {
        line,
        isError: block.is_error === true,
        text: textOf(block.content),
        kept: field(line.value, "toolUseResult"),
      };
    }
  }

  #callsOf(line: Line, dead: boolean): void {
    for (const block of line.blocks) {
      const [id, name] = [textField(block, "id"), textField(block, "name")];
      const input = field(block, "input");
      if (block.type !== "tool_use" || id === undefined) continue;
      if (this.#calls.has(id)) continue;
      const call: Call = {
        id,
        name: name ?? "",
        input: isFields(input) ? input : {},
        line,
        result: undefined,
      };
      this.#calls.set(id, call);
      this.#queue.push({ call, dead });
    }
  }

  *#kindsOf(line: Line): Generator<EventKind> {
    const { type, value } = line;
    const error = errorIn(line);
    if (error !== undefined) {
      yield { type: "error", text: cutMiddle(error, LONGEST) };
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
    const text = saidIn(line, { calls: this.#calls }) ??
      (this.#marked ? undefined : unmarked(line));
    if (text !== undefined && text.trim() !== "") {
      yield { type: "prompt", text: cutMiddle(text, LONGEST) };
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
      yield { type, text: cutMiddle(text, LONGEST) };
    }
    const id = textField(message, "id");
    const context = contextTokens(field(message, "usage"));
    // Each block of a message is on its own line, with the same usage.
    if (context === undefined || id === undefined || id === this.#answer) {
      return;
    }
    this.#answer = id;
    const output = tokenCount(field(field(message, "usage"), "output_tokens"));
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
      before: tokenCount(field(data, "preTokens")),
      after: tokenCount(field(data, "postTokens")),
    };
  }

  #compaction(summary: string): EventKind {
    const { before, after } = this.#tokens;
    this.#tokens = { before: undefined, after: undefined };
    return {
      type: "compaction",
      ...{ before, after },
      summary: cutMiddle(summary, LONGEST),
    };
  }
}
