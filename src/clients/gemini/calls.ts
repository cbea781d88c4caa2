import {
  field,
  type Fields,
  isFields,
  jsonIn,
  listIn,
  textField,
} from "../../base/parsed_values.ts";
import {
  absolutePath,
  hunksOfDiff,
  insteadOf,
  LONGEST_ARGUMENT,
  LONGEST_RESULT,
  MOST_ENTRIES,
  shortened,
  wholeFile,
} from "../edits.ts";
import {
  type CallResult,
  type Edit,
  type EventKind,
  holdsWords,
} from "../events.ts";
import { cutMiddle } from "../notes.ts";
import { responseText } from "./parts.ts";

/** A tool call of Gemini CLI, with its result. */
export interface GeminiCall {
  readonly id: string;
  readonly name: string;
  readonly args: Fields;
  /** `undefined`: the transcript has no result. */
  readonly result: GeminiResult | undefined;
}

interface GeminiResult {
  /** The result that the model received. */
  readonly text: string;
  readonly isError: boolean;
  /** The client's own copy of the result, which has more data. */
  readonly display: unknown;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Reads a tool call in a message. */
export function callIn(value: unknown): GeminiCall | undefined {
  const [id, name] = [textField(value, "id"), textField(value, "name")];
  if (id === undefined || name === undefined) return undefined;
  const args = field(value, "args");
  const status = textField(value, "status");
  const ended = ["success", "error", "cancelled"].includes(status ?? "");
  return {
    ...{ id, name },
    args: isFields(args) ? args : {},
    result: !ended ? undefined : {
      text: listIn(value, "result").map(responseText).join("\n"),
      isError: status !== "success",
      display: field(value, "resultDisplay"),
      at: textField(value, "timestamp") ?? "",
    },
  };
}

/** Tools that read or change a file, with the argument that names the file. */
const READERS = new Map([["read_file", "file_path"]]);
const EDITORS = new Set(["write_file", "replace"]);
const SEARCHES = new Set(["grep_search", "search_file_content", "glob"]);

/** Translates calls, and compares each todo list with the previous one. */
export class GeminiCalls {
  #todos = new Map<string, string>();

  /** Returns the events of a call that ran in the folder `cwd`. */
  eventsOf(call: GeminiCall, cwd: string | undefined): EventKind[] {
    const failed = call.result?.isError !== false;
    switch (call.name) {
      case "write_todos":
        return failed ? [called(call, cwd)] : this.#todosOf(call, cwd);
      case "ask_user":
        return questionsOf(call);
      case "invoke_agent":
        return [agentOf(call)];
      default:
        return [called(call, cwd)];
    }
  }

  /** Each call contains the whole list. */
  #todosOf(call: GeminiCall, cwd: string | undefined): EventKind[] {
    const given = field(call.args, "todos");
    if (!Array.isArray(given)) return [called(call, cwd)];
    const now = new Map(
      given.slice(0, MOST_ENTRIES).flatMap((todo) => {
        const text = textField(todo, "description");
        const state = textField(todo, "status") ?? "pending";
        return text === undefined ? [] : [[cutMiddle(text, 1000), state]];
      }),
    );
    const gone = [...this.#todos].filter(([text, state]) =>
      !now.has(text) && state !== "completed"
    );
    const changed = [...now].filter(([text, state]) =>
      this.#todos.get(text) !== state
    );
    this.#todos = now;
    return [
      ...gone.map(([text]) => ({ text, state: "deleted" })),
      ...changed.map(([text, state]) => ({ text, state })),
    ].map((todo) => ({ type: "todo", ...todo }));
  }
}

function called(call: GeminiCall, cwd: string | undefined): EventKind {
  const { name, args, result } = call;
  const path = (argument: string) =>
    absolutePath(textField(args, argument), cwd);
  const common = { tool: name, args: shortened(args) };
  if (EDITORS.has(name)) {
    const edits = editsOf(call, path("file_path"));
    return { type: "file_edit", ...common, edits, result: resultOf(call) };
  }
  const reads = READERS.get(name);
  const command = textField(args, "command");
  const search = textField(args, "pattern");
  return {
    type: "tool_call",
    ...common,
    edits: [],
    ...name === "run_shell_command" && command !== undefined && {
      command: cutMiddle(command, LONGEST_ARGUMENT),
    },
    ...reads !== undefined && { reads: path(reads) },
    ...SEARCHES.has(name) && search !== undefined && { search },
    result: result &&
      (name === "run_shell_command" ? shellResult(call) : resultOf(call)),
  };
}

function resultOf({ result }: GeminiCall): CallResult | undefined {
  if (!result) return undefined;
  const { text, isError, at } = result;
  return { text: cutMiddle(text, LONGEST_RESULT), isError, at };
}

/** Matches the frame around an output, with any exit status but 0. */
const FRAME =
  /^(?:<untrusted_context>\n)?(?:Output: )?([^]*?)(?:\n(?:Error|Exit Code|Signal|Process Group PGID|Background PIDs): [^]*)?(?:\n<\/untrusted_context>)?$/;

function shellResult({ result }: GeminiCall): CallResult {
  const { text, isError, display, at } = result!;
  const exit = /^Exit Code: (\d{1,3})$/m.exec(text)?.[1];
  const killed = /^(?:Signal|Error): (?!\(none\))/m.test(text) ||
    text === "" || !text.includes("Output: ");
  const printed = typeof display === "string"
    ? display
    : FRAME.exec(text)?.[1] ?? text;
  return {
    text: cutMiddle(printed, LONGEST_RESULT),
    isError,
    ...exit !== undefined
      ? { exit: Number(exit) }
      : !isError && !killed && { exit: 0 },
    at,
  };
}

function editsOf(
  { args, result }: GeminiCall,
  path: string | undefined,
): Edit[] {
  if (!result || result.isError || path === undefined) return [];
  const { display } = result;
  const diff = textField(display, "fileDiff");
  const content = textField(args, "content");
  const made = field(display, "isNewFile") === true ||
    /^Successfully created/.test(result.text);
  return [{
    path,
    how: made ? "created" : "edited",
    // A resumed session has no diffs for edits made before it was resumed.
    hunks: diff !== undefined
      ? hunksOfDiff(diff)
      : made && content !== undefined
      ? [wholeFile(content)]
      : insteadOf(args),
  }];
}

function questionsOf({ args, result }: GeminiCall): EventKind[] {
  const answers = field(jsonIn(result?.text ?? ""), "answers");
  const questions = listIn(args, "questions").slice(0, MOST_ENTRIES);
  return questions.flatMap((question, at) => {
    const text = textField(question, "question");
    return text === undefined ? [] : [{
      type: "question",
      text: cutMiddle(text, LONGEST_RESULT),
      options: listIn(question, "options").slice(0, MOST_ENTRIES)
        .flatMap((option) => textField(option, "label") ?? []),
      answer: textField(answers, `${at}`),
    }];
  });
}

function agentOf({ args, name, result }: GeminiCall): EventKind {
  const report = textField(result?.display, "result") ?? result?.text;
  return {
    type: "agent",
    name: textField(args, "agent_name") ?? name,
    task: cutMiddle(textField(args, "prompt") ?? "", 1000),
    report: report && cutMiddle(report, LONGEST_RESULT),
  };
}

const TYPES = new Set(["user", "gemini", "info", "warning", "error"]);

const CHANGES = new Set(["$set", "$rewindTo"]);

/** Returns whether a line of the conversation has an unknown type. */
export function isUnknown(line: Fields): boolean {
  const changes = Object.keys(line).filter((name) => name.startsWith("$"));
  return changes.length > 0
    ? !changes.every((name) => CHANGES.has(name))
    : !TYPES.has(String(line.type)) && holdsWords(line);
}
