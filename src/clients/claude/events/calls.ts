import { field, listIn, textField } from "../../../base/parsed_values.ts";
import {
  hunksIn,
  insteadOf,
  LONGEST_ARGUMENT,
  LONGEST_RESULT,
  MOST_ENTRIES,
  shortened,
  taskIn,
  wholeFile,
} from "../../edits.ts";
import type { Edit, EventKind } from "../../events.ts";
import { cutMiddle } from "../../notes.ts";
import type { Ended } from "../conversation/commands.ts";
import { absolute, comparedFiles } from "../conversation/files.ts";
import type { Call, Line } from "../conversation/lines.ts";
import { askedOf } from "../conversation/questions.ts";

const SHELLS = ["Bash", "PowerShell"];

const EDITORS: ReadonlyMap<string, string> = new Map([
  ["Write", "file_path"],
  ["Edit", "file_path"],
  ["MultiEdit", "file_path"],
  ["NotebookEdit", "notebook_path"],
]);

/** Returns the events of a tool call, with its result if it has one. */
export function eventsOf(call: Call): EventKind[] {
  switch (call.name) {
    case "AskUserQuestion":
      return questions(call);
    case "ExitPlanMode":
      return plan(call);
    case "TodoWrite":
    case "TaskCreate":
    case "TaskUpdate":
      return withOwn(todos(call), call);
    case "Agent":
    case "Task":
    case "Workflow":
      return [launched(call)];
    default:
      return [called(call)];
  }
}

/** Adds the call's own event if it changed no todo, for example failed. */
function withOwn(todos: readonly EventKind[], call: Call): EventKind[] {
  return todos.length > 0 ? [...todos] : [called(call)];
}

function called(call: Call): EventKind {
  const { name, input, result } = call;
  const edits = editsOf(call);
  const command = SHELLS.includes(name)
    ? textField(input, "command")
    : undefined;
  return {
    type: EDITORS.has(name) ? "file_edit" : "tool_call",
    tool: name,
    args: shortened(input),
    ...command !== undefined && {
      command: cutMiddle(command, LONGEST_ARGUMENT),
    },
    edits,
    result: result && {
      text: cutMiddle(result.text, LONGEST_RESULT),
      isError: result.isError,
      at: result.line.at,
    },
  };
}

function questions({ id, input, line, result }: Call): EventKind[] {
  const at = (result?.line ?? line).at;
  return askedOf({ id, input, response: result?.kept, at })
    .map(({ text, options, answer }) => ({
      type: "question",
      text: cutMiddle(text, LONGEST_RESULT),
      options,
      answer,
    }));
}

function plan({ input, result }: Call): EventKind[] {
  const text = textField(result?.kept, "plan") ?? textField(input, "plan") ??
    "";
  return [{
    type: "plan",
    text: cutMiddle(text, 2 * LONGEST_RESULT),
    state: !result ? "open" : result.isError ? "rejected" : "approved",
  }];
}

function todos({ name, input, result }: Call): EventKind[] {
  if (result?.isError) return [];
  const todo = (text: string | undefined, state: string): EventKind[] =>
    text === undefined ? [] : [{
      type: "todo",
      text: cutMiddle(text, 1000),
      state,
    }];
  if (name === "TaskCreate") {
    return todo(textField(input, "subject"), "pending");
  }
  if (name === "TaskUpdate") {
    const to = textField(field(result?.kept, "statusChange"), "to") ??
      textField(input, "status");
    const id = textField(input, "taskId");
    const subject = textField(input, "subject") ?? (id && `Task ${id}`);
    return to === undefined ? [] : todo(subject, to);
  }
  const before = states(result?.kept, "oldTodos");
  return [...states(input, "todos")]
    .filter(([text, state]) => before.get(text) !== state)
    .flatMap(([text, state]) => todo(text, state));
}

function states(value: unknown, name: string): Map<string, string> {
  const list = listIn(value, name).slice(0, MOST_ENTRIES);
  return new Map(list.flatMap((one) => {
    const text = textField(one, "content");
    const state = textField(one, "status") ?? "pending";
    return text === undefined ? [] : [[text, state] as const];
  }));
}

function launched({ name, input, result }: Call): EventKind {
  const kept = result?.kept;
  // The first text may come from the client.
  const last = listIn(kept, "content").at(-1);
  const report = textField(last, "text") ??
    (result?.isError ? result.text : undefined);
  return {
    type: "agent",
    name: textField(kept, "agentType") ?? textField(input, "subagent_type") ??
      textField(kept, "workflowName") ?? name,
    task: taskIn(input),
    report: report && cutMiddle(report, LONGEST_RESULT),
  };
}

/** Returns the event of the end of a sub-agent or background command. */
export function endedEvent(
  { status, exit, result }: Ended,
  known: { name: string; task: string } | undefined,
): EventKind {
  const name = known?.name ?? "background task";
  const how = exit === undefined ? status : `${status}, exit code ${exit}`;
  return {
    type: "agent",
    name,
    task: known?.task ?? "",
    report: cutMiddle(result ?? how, LONGEST_RESULT),
  };
}

/** Returns the files that a call changed, if the client recorded them. */
function editsOf({ name, input, result, line }: Call): Edit[] {
  if (!result || result.isError) return [];
  const { kept } = result;
  const key = EDITORS.get(name);
  if (key === undefined) return commandEdits(kept, line);
  const path = absolute(
    textField(kept, "filePath") ?? textField(input, key),
    line,
  );
  // The change was held back for review, or it failed.
  const unchanged = field(kept, "staged") === true ||
    !!textField(kept, "error");
  if (path === undefined || unchanged) return [];
  const created = field(kept, "type") === "create" ||
    /^File created successfully/.test(result.text);
  const patch = hunksIn(kept, "structuredPatch");
  const content = textField(input, "content");
  return [{
    path,
    how: created ? "created" : "edited",
    hunks: patch.length > 0
      ? patch
      : created && content !== undefined
      ? [wholeFile(content)]
      : insteadOf(input),
  }];
}

/** Returns changes made by a command, if the client noticed them. */
function commandEdits(kept: unknown, line: Line): Edit[] {
  return comparedFiles(kept, line).slice(0, MOST_ENTRIES)
    .map(({ path, how, hunks }) => ({
      ...{ path, how },
      hunks: hunks === undefined ? undefined : hunksIn({ hunks }, "hunks"),
    }));
}
