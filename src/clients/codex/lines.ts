import {
  field,
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../../base/parsed_values.ts";
import { LONGEST_TEXT } from "../conversation.ts";
import { LONGEST_RESULT, shortened } from "../edits.ts";
import type {
  AgentEvent,
  CallResult,
  EventAgent,
  EventKind,
  LineReader,
} from "../events.ts";
import { countIn } from "../gauge.ts";
import { cutMiddle } from "../notes.ts";
import {
  commandIn,
  contentText,
  editsIn,
  folderOf,
  lookedAt,
  planState,
  stepsIn,
  summaryIn,
  textList,
} from "./calls.ts";

/**
 * The lines of a rollout: `{timestamp, ordinal, type, payload}`. Records of the
 * type `event_msg` contain the events: as `item_completed` since 2026, under
 * other names before. Records of the type `response_item` have the input of the
 * model. Such a message counts only if it has no event, since it then comes
 * from another tool.
 */

/** Matches text that Codex itself adds to a conversation as the user. */
const OWN_TEXT = /^\s*(?:<[a-z_]+>|# AGENTS\.md instructions)/i;

/** Returns whether a line can belong to a rollout. */
export function isLine(value: Fields): boolean {
  return typeof value.type === "string" && isFields(value.payload);
}

/** A sub-agent that this one started. */
interface Started {
  readonly name: string;
  readonly task: string;
}

/** Turns lines into events. Memory use does not grow with the rollout. */
export class Reader implements LineReader {
  readonly #agent: EventAgent | undefined;
  readonly #isDead: (line: number) => boolean;
  readonly #open = new Map<string, { name: string; input: unknown }>();
  readonly #started = new Map<string, Started>();
  /** A prompt whose event has not come yet. */
  #waiting: { text: string; line: number; at: string } | undefined;
  #lastAnswer = "";
  #at = "";
  #line = -1;
  #cwd: string | undefined;
  #model: string | undefined;
  #mode: string | undefined;
  #proposed: AgentEvent | undefined;
  #used: number | undefined;
  #from = 0;

  constructor(
    agent: EventAgent | undefined,
    isDead: (line: number) => boolean,
  ) {
    this.#agent = agent;
    this.#isDead = isDead;
  }

  /** Processes the next line, and returns its events. */
  take(line: Fields): AgentEvent[] {
    this.#line++;
    this.#at = textField(line, "timestamp") ?? this.#at;
    const { payload, type } = line;
    if (!isFields(payload)) return [];
    // The rollout of a sub-agent begins with a copy of its parent's rollout.
    const copied = typeof line.ordinal === "number" &&
      line.ordinal < this.#from;
    if (copied) return [];
    switch (type) {
      case "session_meta":
        return this.#began(payload);
      case "turn_context":
        return this.#turn(payload);
      case "response_item":
        return this.#sent(payload);
      case "event_msg":
        return this.#told(payload);
      case "compacted":
        return this.#compacted(payload);
      default:
        return [];
    }
  }

  /** Returns the events that were still open at the end. */
  end(): AgentEvent[] {
    const open = [...this.#open].flatMap(([key, { name, input }]) => {
      const command = commandIn(input);
      return command === undefined ? [] : [this.#event(key, {
        ...{ type: "tool_call", tool: name, args: shortened(input) },
        ...{ command, result: undefined, edits: [] },
      })];
    });
    return [...this.#waited(), ...this.#decided("open"), ...open];
  }

  #event(key: string | undefined, what: EventKind): AgentEvent {
    return {
      at: this.#at,
      key: key ?? `${this.#agent?.id ?? ""}#${this.#line}`,
      ...this.#agent && { agent: this.#agent },
      dead: this.#isDead(this.#line),
      cwd: this.#cwd,
      what,
    };
  }

  #began(meta: Fields): AgentEvent[] {
    this.#cwd ??= textField(meta, "cwd");
    const from = meta.subagent_history_start_ordinal;
    if (typeof from === "number") this.#from = from;
    return [];
  }

  #turn(context: Fields): AgentEvent[] {
    this.#cwd = textField(context, "cwd") ?? this.#cwd;
    this.#mode = textField(context.collaboration_mode, "mode");
    const to = textField(context, "model");
    if (to === undefined || to === this.#model) return [];
    const from = this.#model;
    this.#model = to;
    return [this.#event(undefined, { type: "model", from, to })];
  }

  /** Returns a waiting prompt whose event never came. */
  #waited(): AgentEvent[] {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (!waiting) return [];
    const { text, line, at } = waiting;
    const what = { type: "prompt", text } as const;
    return [{
      ...this.#event(`#${line}`, what),
      ...{ at, dead: this.#isDead(line) },
    }];
  }

  #sent(item: Fields): AgentEvent[] {
    const type = textField(item, "type");
    const id = textField(item, "call_id");
    switch (type) {
      case "message":
        return this.#message(item);
      case "agent_message":
        return this.#reported(item);
      case "function_call":
      case "custom_tool_call":
        return this.#called(item, id);
      case "function_call_output":
      case "custom_tool_call_output":
        if (id !== undefined) this.#open.delete(id);
    }
    return [];
  }

  #message(item: Fields): AgentEvent[] {
    const text = contentText(item.content);
    if (item.role === "assistant") {
      if (text === "" || text === this.#lastAnswer) return [];
      return [...this.#waited(), ...this.#answer(text, textField(item, "id"))];
    }
    if (item.role !== "user" || text === "") return [];
    const known = field(
      item.internal_chat_message_metadata_passthrough,
      "content_item_kinds",
    );
    const typed = Array.isArray(known)
      ? known.includes("user.text")
      : !OWN_TEXT.test(text);
    if (!typed) return [];
    const before = this.#waited();
    this.#waiting = { text, line: this.#line, at: this.#at };
    return before;
  }

  #thought(text = "", id: string | undefined): AgentEvent[] {
    return text === "" ? [] : [this.#event(id, { type: "thinking", text })];
  }

  #answer(text: string, id: string | undefined): AgentEvent[] {
    this.#lastAnswer = text;
    return [this.#event(id, { type: "answer", text })];
  }

  #called(item: Fields, id: string | undefined): AgentEvent[] {
    const name = textField(item, "name") ?? "";
    const given = textField(item, "arguments");
    const input = given === undefined ? item.input : jsonIn(given) ?? given;
    if (name === "update_plan") return this.#plan(input, id);
    if (name === "spawn_agent" && id !== undefined) {
      const task = textField(input, "message") ?? "";
      const name = textField(input, "task_name") ?? "agent";
      this.#started.set(name, { name, task });
      return [];
    }
    if (id !== undefined) {
      if (this.#open.size >= MOST_OPEN) this.#open.clear();
      this.#open.set(id, { name, input });
    }
    return [];
  }

  #plan(input: unknown, id: string | undefined): AgentEvent[] {
    return stepsIn(input).map((step, at) =>
      this.#event(`${id ?? this.#line}#${at}`, { type: "todo", ...step })
    );
  }

  /** Returns the proposed plan, once it is known what a person says. */
  #decided(state: ReturnType<typeof planState>): AgentEvent[] {
    const plan = this.#proposed;
    this.#proposed = undefined;
    if (plan?.what.type !== "plan") return [];
    return [{ ...plan, what: { ...plan.what, state } }];
  }

  /** Returns the event for a sub-agent's report to this agent. */
  #reported(item: Fields): AgentEvent[] {
    const author = textField(item, "author")?.split("/").at(-1) ?? "";
    const started = this.#started.get(author);
    const found = /^Message Type: FINAL_ANSWER\n[^]*?\nPayload:\n([^]*)$/
      .exec(contentText(item.content));
    if (!found || !started) return [];
    return [this.#event(textField(item, "id"), {
      ...{ type: "agent", ...started, report: found[1]! },
    })];
  }

  #told(event: Fields): AgentEvent[] {
    const text = textField(event, "message") ?? "";
    switch (event.type) {
      case "item_completed":
        return isFields(event.item) ? this.#item(event.item) : [];
      case "user_message":
        return OWN_TEXT.test(text) ? [] : this.#prompt(text, undefined);
      case "agent_message":
        return text === this.#lastAnswer ? [] : this.#answer(text, undefined);
      case "agent_reasoning":
        return this.#thought(textField(event, "text"), undefined);
      case "exec_command_end":
        return this.#ran(event, textField(event, "call_id"));
      case "patch_apply_end":
        return this.#patched(event, textField(event, "call_id"));
      case "token_count":
        return this.#usage(field(event.info, "last_token_usage"));
      case "error":
      case "stream_error":
        return [this.#event(undefined, { type: "error", text })];
      case "turn_aborted": {
        const reason = textField(event, "reason") ?? "unknown";
        const what = `The turn was stopped: ${reason}`;
        return [this.#event(undefined, { type: "error", text: what })];
      }
      case "thread_rolled_back": {
        const prompts = Number(event.num_turns) || 0;
        return [this.#event(undefined, { type: "rewind", prompts })];
      }
      default:
        return [];
    }
  }

  #item(item: Fields): AgentEvent[] {
    const id = textField(item, "id");
    const text = contentText(item.content);
    switch (item.type) {
      case "UserMessage":
        return this.#prompt(text, id);
      case "AgentMessage":
        return text === ""
          ? []
          : [...this.#waited(), ...this.#answer(text, id)];
      case "Reasoning":
        return this.#thought(textList(item.summary_text).join("\n"), id);
      case "Plan": {
        const before = this.#decided("open");
        const text = textField(item, "text") ?? "";
        this.#proposed = this.#event(id, { type: "plan", text, state: "open" });
        return before;
      }
      case "CommandExecution":
        return this.#ran(item, id);
      case "FileChange":
        return this.#patched(item, id);
      case "McpToolCall":
        return this.#tool(item, id);
      default:
        return [];
    }
  }

  #prompt(text: string, id: string | undefined): AgentEvent[] {
    const waiting = this.#waiting;
    const before = waiting?.text === text ? [] : this.#waited();
    this.#waiting = undefined;
    this.#lastAnswer = "";
    const plan = this.#decided(planState(text, this.#mode));
    return [...before, ...plan, this.#event(id, { type: "prompt", text })];
  }

  #ran(told: Fields, id: string | undefined): AgentEvent[] {
    if (id !== undefined) this.#open.delete(id);
    const command = commandIn(told) ?? "";
    const exit = typeof told.exit_code === "number"
      ? told.exit_code
      : undefined;
    const text = textField(told, "aggregated_output") ??
      `${textField(told, "stdout") ?? ""}${textField(told, "stderr") ?? ""}`;
    const cwd = folderOf(textField(told, "cwd")) ?? this.#cwd;
    const isError = exit === undefined
      ? told.status === "failed" || told.status === "declined"
      : exit !== 0;
    return [{
      ...this.#event(id, {
        ...{ type: "tool_call", tool: "Bash", args: { command } },
        ...{ command, edits: [], result: this.#result(text, isError, exit) },
        ...lookedAt(told.parsed_cmd, cwd),
      }),
      cwd,
    }];
  }

  #result(text: string, isError: boolean, exit?: number): CallResult {
    return {
      text: cutMiddle(text, LONGEST_RESULT),
      ...{ isError, at: this.#at },
      ...exit !== undefined && { exit },
    };
  }

  #patched(told: Fields, id: string | undefined): AgentEvent[] {
    if (id !== undefined) this.#open.delete(id);
    const failed = told.success === false || told.status === "failed" ||
      told.status === "declined";
    const edits = failed ? [] : editsIn(told.changes, this.#cwd);
    const said = [textField(told, "stdout"), textField(told, "stderr")];
    return [this.#event(id, {
      ...{ type: "file_edit", tool: "apply_patch", edits },
      args: { paths: edits.map(({ path }) => path) },
      result: this.#result(said.join(""), failed),
    })];
  }

  #tool(item: Fields, id: string | undefined): AgentEvent[] {
    const names = [textField(item, "server"), textField(item, "tool")];
    const error = textField(field(item, "error"), "message");
    const text = error ?? contentText(field(item.result, "content"));
    return [this.#event(id, {
      ...{ type: "tool_call", tool: names.filter(Boolean).join(".") },
      ...{ args: shortened(item.arguments), edits: [] },
      result: this.#result(text, error !== undefined),
    })];
  }

  #usage(usage: unknown): AgentEvent[] {
    const context = countIn(usage, "input_tokens");
    if (context === undefined) return [];
    this.#used = countIn(usage, "total_tokens") ?? 0;
    const output = countIn(usage, "output_tokens") ?? 0;
    return [this.#event(undefined, { type: "usage", context, output })];
  }

  #compacted(told: Fields): AgentEvent[] {
    const summary = summaryIn(textField(told, "message") ?? "");
    const id = textField(told, "window_id");
    return [this.#event(id && `compaction ${id} ${this.#line}`, {
      ...{ type: "compaction", before: this.#used, after: undefined },
      summary: cutMiddle(summary, 3 * LONGEST_TEXT),
    })];
  }
}

/** The maximum number of calls and todos to remember. */
const MOST_OPEN = 200;
