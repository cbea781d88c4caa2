import { cutText, firstLine } from "../../base/words.ts";
import {
  field,
  type Fields,
  isFields,
  textField,
} from "../../base/parsed_values.ts";
import type { ClientName } from "../client.ts";

/** The facts in one line of a headless run. */
export interface News {
  /** A whole message of the agent. */
  readonly said?: string;
  /** The next part of a message. */
  readonly part?: string;
  /** A call of a tool, in one line. */
  readonly call?: string;
  /** Why it fails, as the client words it, unless the agent says more later. */
  readonly error?: string;
  /** True if the error is a usage limit, however it is worded. */
  readonly isLimit?: boolean;
  /** The time at which a limit ends, milliseconds since the epoch. */
  readonly until?: number;
  /** True if the run ends since the model took all its turns. */
  readonly outOfTurns?: boolean;
}

/** Characters of a call that is shown. */
const CALL = 200;

/** Arguments of tools that tell best about a call. */
const TELLING = ["command", "cmd", "file_path", "path", "pattern", "query"];

function callText(name: string, input: unknown): string {
  const told = TELLING.map((one) => textField(input, one))
    .find((text) => text !== undefined);
  return cutText(`> ${name} ${firstLine(told ?? "", CALL)}`.trimEnd(), CALL);
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name);
  return Array.isArray(list) ? list : [];
}

/** The readers of each client's lines. */
export const NEWS: ReadonlyMap<ClientName, (line: Fields) => readonly News[]> =
  new Map([
    ["claude", claudeNews],
    ["codex", codexNews],
    ["gemini", geminiNews],
    ["opencode", opencodeNews],
    ["copilot", copilotNews],
  ]);

/** Claude Code, with `--output-format stream-json`. */
function claudeNews(line: Fields): readonly News[] {
  if (line.type === "rate_limit_event") {
    const info = line.rate_limit_info;
    const seconds = field(info, "resetsAt");
    return field(info, "status") === "rejected" && typeof seconds === "number"
      ? [{ until: seconds * 1000 }]
      : [];
  }
  if (line.type === "result") {
    if (line.is_error !== true) {
      const said = textField(line, "result");
      return said ? [{ said }] : [];
    }
    const outOfTurns = line.subtype === "error_max_turns";
    const [first] = listIn(line, "errors");
    const error = textField(line, "result") ?? String(first ?? line.subtype);
    const isLimit = line.api_error === "usage_limit_reached";
    return [{ error, outOfTurns, isLimit }];
  }
  // Messages of sub-agents, and errors, which the result repeats.
  if (line.type !== "assistant" || line.parent_tool_use_id) return [];
  if (line.is_api_error_message === true) return [];
  return listIn(line.message, "content").flatMap((block): News[] => {
    const name = textField(block, "name");
    const said = textField(block, "text");
    if (name !== undefined && field(block, "type") === "tool_use") {
      return [{ call: callText(name, field(block, "input")) }];
    }
    return said === undefined ? [] : [{ said }];
  });
}

/** Codex, with `--json`. */
function codexNews(line: Fields): readonly News[] {
  const { item } = line;
  const failed = line.type === "turn.failed" ? line.error : undefined;
  const error = textField(failed ?? line, "message");
  if (error !== undefined && (failed || line.type === "error")) {
    return [{ error }];
  }
  if (line.type !== "item.completed") return [];
  const said = textField(item, "text");
  if (field(item, "type") === "agent_message" && said) return [{ said }];
  const command = textField(item, "command");
  return command === undefined ? [] : [{ call: callText("exec", item) }];
}

/** Gemini, with `--output-format stream-json`. */
function geminiNews(line: Fields): readonly News[] {
  if (line.type === "message" && line.role === "assistant") {
    const part = textField(line, "content") ?? "";
    return line.delta === true ? [{ part }] : [{ said: part }];
  }
  if (line.type === "tool_use") {
    const name = textField(line, "tool_name") ?? "";
    return [{ call: callText(name, line.parameters) }];
  }
  const error = textField(line.error, "message");
  return line.type === "result" && error ? [{ error }] : [];
}

/** opencode, with `--format json`. */
function opencodeNews(line: Fields): readonly News[] {
  const { part } = line;
  const said = textField(part, "text");
  if (line.type === "text" && said) return [{ said }];
  const tool = textField(part, "tool");
  if (line.type === "tool_use" && tool) {
    return [{ call: callText(tool, field(field(part, "state"), "input")) }];
  }
  if (line.type !== "error") return [];
  const error = textField(field(line.error, "data"), "message") ??
    textField(line.error, "name");
  return [{ error: error ?? "it failed" }];
}

/** Copilot CLI, with `--output-format json`. */
function copilotNews(line: Fields): readonly News[] {
  const { data } = line;
  // A sub-agent's.
  if (!isFields(data) || line.agentId !== undefined) return [];
  const said = textField(data, "content");
  if (line.type === "assistant.message") return said ? [{ said }] : [];
  if (line.type === "tool.execution_start") {
    const name = textField(data, "toolName") ?? "";
    return [{ call: callText(name, data.arguments) }];
  }
  const error = textField(data, "message");
  return line.type === "session.error" && error ? [{ error }] : [];
}
