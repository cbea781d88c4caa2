import { isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import {
  field,
  type Fields,
  isFields,
  listIn,
  textField,
} from "../../base/parsed_values.ts";
import { hunksOfDiff, wholeFile } from "../edits.ts";
import { type Edit, holdsWords } from "../events.ts";

/** The maximum number of files to look at in one change. */
const MOST = 200;

const KINDS: ReadonlyMap<string | undefined, Edit["how"]> = new Map([
  ["add", "created"],
  ["update", "edited"],
  ["delete", "deleted"],
]);

/** Returns the edits in a set of file changes, by path. */
export function editsIn(changes: unknown, cwd: string | undefined): Edit[] {
  if (!isFields(changes)) return [];
  return Object.entries(changes).slice(0, MOST).flatMap(([name, change]) => {
    // In older versions, the change has a single field that is named after its
    // kind.
    const kind = textField(change, "type") ??
      [...KINDS.keys()].find((one) => field(change, one!) !== undefined);
    const how = KINDS.get(kind);
    if (how === undefined) return [];
    const told = textField(change, "type") === undefined
      ? field(change, kind!)
      : change;
    return editsOf(told, { path: absolute(name, cwd), how, cwd });
  });
}

function editsOf(
  told: unknown,
  { path, how, cwd }: Pick<Edit, "path" | "how"> & { cwd: string | undefined },
): Edit[] {
  const diff = textField(told, "unified_diff");
  const content = textField(told, "content");
  const hunks = diff !== undefined
    ? hunksOfDiff(diff)
    : how === "created" && content !== undefined
    ? [wholeFile(content)]
    : undefined;
  const moved = textField(told, "move_path");
  if (!moved) return [{ path, how, hunks }];
  return [
    { path, how: "deleted", hunks: undefined },
    { path: absolute(moved, cwd), how: "created", hunks },
  ];
}

/** Returns a path as an absolute path, if its folder is known. */
export function absolute(path: string, cwd: string | undefined): string {
  return isAbsolute(path) || cwd === undefined ? path : join(cwd, path);
}

/** Returns the folder in which a command ran, from a path or a `file:` URL. */
export function folderOf(text: string | undefined): string | undefined {
  const path = /^file:\/\/(\/.*)$/s.exec(text ?? "")?.[1];
  if (path === undefined) return text;
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}
/** Returns what a command only reads or searches, as Codex reports it. */
export function lookedAt(
  parsed: unknown,
  cwd: string | undefined,
): { reads?: string; search?: string } {
  const [only] = Array.isArray(parsed) && parsed.length === 1 ? parsed : [];
  const kind = textField(only, "type");
  const path = textField(only, "path");
  const search = kind === "search" ? textField(only, "query") : undefined;
  return {
    ...kind === "read" && path !== undefined && { reads: absolute(path, cwd) },
    ...search !== undefined && { search },
  };
}

/** Returns the text in the parts of a message. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return (Array.isArray(content) ? content : [])
    .map((part) => textField(part, "text") ?? "").filter((one) => one !== "")
    .join("\n");
}

/** Returns the texts of a list. */
export function textList(value: unknown): string[] {
  return (Array.isArray(value) ? value : [])
    .filter((one): one is string => typeof one === "string");
}

const SHELL = /(?:^|\/)(?:ba|z|da|k)?sh$/;

/** Returns the command of a call or its end, without the shell around. */
export function commandIn(told: unknown): string | undefined {
  const given = field(told, "command") ?? field(told, "cmd");
  if (typeof given === "string") return given;
  const words = textList(given);
  if (words.length === 0) return undefined;
  const inShell = words.length === 3 && SHELL.test(words[0]!) &&
    /^-l?c$/.test(words[1]!);
  return inShell ? words[2] : words.join(" ");
}

/** Returns the model's summary without the text that Codex puts before it. */
export function summaryIn(message: string): string {
  const found = /<summary>([^]*)<\/summary>/.exec(message)?.[1];
  return (found ?? message).trim();
}

/** Matches a prompt that approves a plan; the client sends the first one. */
const APPROVES =
  /^\W*(?:implement (?:the|this) plan|yes|yeah|ok|okay|sure|go ahead|do it|proceed|looks good|lgtm)\b/i;

/** Returns what a prompt says about the plan before it. */
export function planState(
  prompt: string,
  mode: string | undefined,
): "approved" | "rejected" | "open" {
  // In plan mode, the agent continues to plan.
  if (mode === "plan") return "open";
  return APPROVES.test(prompt) ? "approved" : "rejected";
}

/** Returns the steps in the arguments of `update_plan`. */
export function stepsIn(input: unknown): { text: string; state: string }[] {
  return listIn(input, "plan").slice(0, MOST).flatMap((one) => {
    const text = textField(one, "step");
    const state = textField(one, "status") ?? "pending";
    return text === undefined ? [] : [{ text, state }];
  });
}

const RECORDS = new Set(
  ("session_meta turn_context response_item event_msg compacted world_state" +
    " token_usage_record inter_agent_communication_metadata").split(" "),
);

/** Types of items that are sent to the model. */
const SENT = new Set(
  ("message agent_message reasoning function_call function_call_output" +
    " custom_tool_call custom_tool_call_output local_shell_call" +
    " web_search_call tool_search_call tool_search_output" +
    " image_generation_call additional_tools ghost_snapshot compaction" +
    " compaction_summary context_compaction").split(" "),
);

const ITEMS = new Set(
  ("UserMessage AgentMessage Plan Reasoning CommandExecution FileChange" +
    " McpToolCall ContextCompaction SubAgentActivity HookPrompt WebSearch" +
    " ImageView ImageGeneration Sleep").split(" "),
);

/** Types of events whose words are read, or that only matter to the client. */
const EVENTS = new Set(
  ("user_message agent_message agent_reasoning agent_reasoning_raw_content" +
    " error stream_error warning background_event deprecation_notice" +
    " thread_rolled_back turn_aborted exec_command_end patch_apply_end" +
    " mcp_tool_call_end undo_started undo_completed").split(" "),
);

/** Returns whether a record of the conversation has an unknown type. */
export function isUnknown({ type, payload }: Fields): boolean {
  if (!isFields(payload)) return false;
  const { item } = payload;
  if (type === "response_item") return !SENT.has(String(payload.type));
  if (type !== "event_msg") {
    return !RECORDS.has(String(type)) && holdsWords(payload);
  }
  return payload.type === "item_completed"
    ? isFields(item) && !ITEMS.has(String(item.type))
    : !EVENTS.has(String(payload.type)) && holdsWords(payload);
}
