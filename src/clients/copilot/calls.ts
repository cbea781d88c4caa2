import {
  field,
  type Fields,
  isFields,
  listIn,
  textField,
} from "../../base/parsed_values.ts";
import {
  absolutePath,
  hunksOfDiff,
  LONGEST_ARGUMENT,
  LONGEST_RESULT,
  MOST_ENTRIES,
  shortened,
  taskIn,
} from "../edits.ts";
import {
  type CallResult,
  type Edit,
  type EventKind,
  holdsWords,
} from "../events.ts";
import { cutMiddle } from "../notes.ts";
import { todoChanges } from "./todo_sql.ts";

/** A tool call of Copilot CLI. */
export interface CopilotCall {
  readonly id: string;
  readonly name: string;
  readonly args: Fields;
  /** The `data` of the call's end; `undefined`: not in the transcript. */
  ended: Fields | undefined;
  /** When the call ended, ISO 8601, UTC. */
  endedAt: string;
}

const EDITORS = new Set([
  "create",
  "edit",
  "apply_patch",
  "str_replace_editor",
]);
const SHELLS = new Set(["bash", "powershell"]);
const SEARCHES = new Set(["grep", "glob", "rg"]);

/** Translates calls; remembers the titles of todos by ID. */
export class CopilotCalls {
  readonly #todos = new Map<string, { text: string; state: string }>();

  /** Returns the events of a call that ran in the folder `cwd`. */
  eventsOf(call: CopilotCall, cwd: string | undefined): EventKind[] {
    const { name, args } = call;
    if (name === "sql" && succeeded(call)) {
      const todos = this.#todosOf(textField(args, "query") ?? "");
      if (todos.length > 0) return todos;
    }
    if (name === "task") return [agentOf(call)];
    const question = textField(args, "question");
    if (name === "ask_user" && question !== undefined) {
      return [questionOf(call, question)];
    }
    return [called(call, cwd)];
  }

  #todosOf(sql: string): EventKind[] {
    return todoChanges(sql).flatMap(({ id, title, status }) => {
      const before = this.#todos.get(id);
      const text = cutMiddle(title ?? before?.text ?? id, 1000);
      const state = status ?? before?.state ?? "pending";
      this.#todos.set(id, { text, state });
      const renamed = before && before.text !== text;
      if (before?.state === state && !renamed) return [];
      const gone = renamed && before.state !== "done"
        ? [{ type: "todo", text: before.text, state: "deleted" } as const]
        : [];
      return [...gone, { type: "todo", text, state }];
    });
  }
}

function succeeded({ ended }: CopilotCall): boolean {
  return ended?.success === true;
}

function called(call: CopilotCall, cwd: string | undefined): EventKind {
  const { name, args } = call;
  const common = { tool: name, args: shortened(args) };
  const [result, edits] = [resultOf(call), editsOf(call, cwd)];
  if (EDITORS.has(name)) return { type: "file_edit", ...common, edits, result };
  const command = textField(args, "command");
  const search = textField(args, "pattern");
  const path = textField(args, "path");
  return {
    ...{ type: "tool_call", ...common, edits, result },
    ...SHELLS.has(name) && command !== undefined && {
      command: cutMiddle(command, LONGEST_ARGUMENT),
    },
    ...name === "view" && path !== undefined &&
      { reads: absolutePath(path, cwd) },
    ...SEARCHES.has(name) && search !== undefined && { search },
  };
}

/** Matches the exit status at the end of a shell's output. */
const SHELL_END =
  /\n?<[^<>\n]*exit(?:ed)?(?: with exit)? code -?\d+[^<>\n]*>\s*$/;

function resultOf({ ended, endedAt }: CopilotCall): CallResult | undefined {
  if (!ended) return undefined;
  const shell = field(ended, "shellExecution");
  const exit = field(shell, "exitCode");
  const text = textField(ended.result, "content") ??
    textField(ended.error, "message") ?? "";
  const printed = isFields(shell) ? text.replace(SHELL_END, "") : text;
  return {
    text: cutMiddle(printed, LONGEST_RESULT),
    isError: ended.success !== true,
    ...typeof exit === "number" && { exit },
    at: endedAt,
  };
}

const HOW: ReadonlyMap<unknown, Edit["how"]> = new Map([
  ["create", "created"],
  ["delete", "deleted"],
]);

const DIFF = /^diff --git /m;

function editsOf(call: CopilotCall, cwd: string | undefined): Edit[] {
  const { ended } = call;
  if (!succeeded(call)) return [];
  const listed = listIn(ended, "fileEdits");
  const diffs = (textField(ended!.result, "detailedContent") ?? "")
    .split(DIFF).slice(1).map(hunksOfDiff);
  return listed.slice(0, MOST_ENTRIES).flatMap((edit, at) => {
    const path = absolutePath(textField(edit, "path"), cwd);
    const hunks = diffs.length === listed.length ? diffs[at] : undefined;
    return path === undefined ? [] : [{
      path,
      how: HOW.get(field(edit, "kind")) ?? "edited",
      hunks: hunks && hunks.length > 0 ? hunks : undefined,
    }];
  });
}

function agentOf({ args, ended }: CopilotCall): EventKind {
  const report = textField(ended?.result, "content") ??
    textField(ended?.error, "message");
  return {
    type: "agent",
    name: textField(args, "agent_type") ?? textField(args, "name") ?? "task",
    task: taskIn(args),
    report: report && cutMiddle(report, LONGEST_RESULT),
  };
}

function questionOf(call: CopilotCall, question: string): EventKind {
  return {
    type: "question",
    text: cutMiddle(question, LONGEST_RESULT),
    options: listIn(call.args, "choices").slice(0, MOST_ENTRIES)
      .filter((choice) => typeof choice === "string"),
    answer: succeeded(call)
      ? textField(call.ended!.result, "content")
      : undefined,
  };
}

/** Types of events whose words are read, or that only matter to the client. */
const TYPES = new Set(
  ("user.message assistant.message assistant.reasoning system.message" +
    " system.notification session.error session.warning session.info" +
    " skill.invoked tool.execution_start tool.execution_progress" +
    " tool.execution_partial_result tool.execution_complete").split(" "),
);

/** Returns whether an event of the conversation has an unknown type. */
export function isUnknown({ type, data }: Fields): boolean {
  return isFields(data) && !TYPES.has(String(type)) && holdsWords(data);
}
