import { structuredPatch } from "diff";
import { field, type Fields, textField } from "../../../base/parsed_values.ts";
import type { Edit, EventKind, Hunk } from "../../events.ts";
import { cutMiddle } from "../../notes.ts";
import type { Ended } from "../conversation/commands.ts";
import { absolute, comparedFiles } from "../conversation/files.ts";
import type { Call, Line } from "../conversation/lines.ts";
import { askedOf } from "../conversation/questions.ts";

/** UTF-16 units that are kept of a result, and of each text of the arguments. */
const LONGEST_RESULT = 8000;
const LONGEST_ARGUMENT = 4000;

/** Entries of a list or an object of arguments, and levels, that are kept. */
const MOST_ENTRIES = 100;
const DEEPEST = 8;

/** Lines of the changes of one call that are kept. */
const MOST_LINES = 4000;

const SHELLS = ["Bash", "PowerShell"];

/** The files that a tool changes, and what names them. */
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

/** A call that changed no todo, because it failed perhaps, tells for itself. */
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

/** Arguments as they are, but not without bounds. */
function shortened(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return cutMiddle(value, LONGEST_ARGUMENT);
  if (typeof value !== "object" || value === null) return value;
  if (depth === DEEPEST) return "…";
  if (Array.isArray(value)) {
    return value.slice(0, MOST_ENTRIES).map((one) => shortened(one, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value).slice(0, MOST_ENTRIES)
      .map(([name, held]) => [name, shortened(held, depth + 1)]),
  );
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
  const before = states(field(result?.kept, "oldTodos"));
  return [...states(field(input, "todos"))]
    .filter(([text, state]) => before.get(text) !== state)
    .flatMap(([text, state]) => todo(text, state));
}

function states(todos: unknown): Map<string, string> {
  const list = Array.isArray(todos) ? todos.slice(0, MOST_ENTRIES) : [];
  return new Map(list.flatMap((one) => {
    const text = textField(one, "content");
    const state = textField(one, "status") ?? "pending";
    return text === undefined ? [] : [[text, state] as const];
  }));
}

function launched({ name, input, result }: Call): EventKind {
  const kept = result?.kept;
  const content = field(kept, "content");
  // The first text may be the client's own.
  const last = Array.isArray(content) ? content.at(-1) : undefined;
  const report = textField(last, "text") ??
    (result?.isError ? result.text : undefined);
  return {
    type: "agent",
    name: textField(kept, "agentType") ?? textField(input, "subagent_type") ??
      textField(kept, "workflowName") ?? name,
    task: cutMiddle(
      textField(input, "description") ?? textField(input, "prompt") ?? "",
      1000,
    ),
    report: report && cutMiddle(report, LONGEST_RESULT),
  };
}

/**
 * Returns the event of an announcement about a sub-agent or a background
 * command.
 */
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

/** The files that a call changed, as far as the client kept it. */
function editsOf({ name, input, result, line }: Call): Edit[] {
  if (!result || result.isError) return [];
  const { kept } = result;
  const key = EDITORS.get(name);
  if (key === undefined) return commandEdits(kept, line);
  const path = absolute(
    textField(kept, "filePath") ?? textField(input, key),
    line,
  );
  // It was held back for a review, or failed.
  const unchanged = field(kept, "staged") === true ||
    !!textField(kept, "error");
  if (path === undefined || unchanged) return [];
  const created = field(kept, "type") === "create" ||
    /^File created successfully/.test(result.text);
  const patch = hunksIn(field(kept, "structuredPatch"));
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

/** Edits of one text that are looked for: beyond, all of it counts as changed. */
const MOST_EDITS = 1000;

/** A sub-agent's transcript has no patch: the arguments tell the lines. */
function insteadOf(input: Fields): Hunk[] | undefined {
  const edits = Array.isArray(input.edits) ? input.edits : [input];
  const hunks = edits.flatMap((edit) => {
    const [old, now] = [
      textField(edit, "old_string"),
      textField(edit, "new_string") ?? textField(edit, "new_source"),
    ];
    if (now === undefined) return [];
    const options = { context: 3, maxEditLength: MOST_EDITS };
    const patch = old && now &&
      structuredPatch("", "", old, now, "", "", options);
    // The place of the text in its file is not known.
    const place = { oldStart: 0, newStart: 0 };
    if (patch) {
      return patch.hunks.map(({ lines, oldLines, newLines }) => ({
        ...{ ...place, oldLines, newLines },
        lines: lines.filter((text) => !text.startsWith("\\"))
          .slice(0, MOST_LINES),
      }));
    }
    const removed = old === undefined ? [] : linesOf(old);
    const added = linesOf(now);
    return [{
      ...place,
      oldLines: removed.length,
      newLines: added.length,
      lines: [
        ...removed.map((text) => `-${text}`),
        ...added.map((text) => `+${text}`),
      ],
    }];
  });
  return hunks.length > 0 ? hunks : undefined;
}

function wholeFile(content: string): Hunk {
  const lines = linesOf(content);
  return {
    ...{ oldStart: 0, oldLines: 0 },
    ...{ newStart: 1, newLines: lines.length },
    lines: lines.slice(0, MOST_LINES).map((text) => `+${text}`),
  };
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  return text.replace(/\n$/, "").split("\n").slice(0, MOST_LINES);
}

/** Changes of a command that the client noticed. */
function commandEdits(kept: unknown, line: Line): Edit[] {
  return comparedFiles(kept, line).slice(0, MOST_ENTRIES)
    .map(({ path, how, hunks }) => ({
      ...{ path, how },
      hunks: hunks === undefined ? undefined : hunksIn(hunks),
    }));
}

function hunksIn(patch: unknown): Hunk[] {
  let left = MOST_LINES;
  return (Array.isArray(patch) ? patch : []).flatMap((hunk) => {
    const all = field(hunk, "lines");
    const lines = (Array.isArray(all) ? all : [])
      .filter((line): line is string => typeof line === "string")
      .slice(0, left);
    left -= lines.length;
    return lines.length === 0 ? [] : [{
      oldStart: numberOf(hunk, "oldStart"),
      oldLines: numberOf(hunk, "oldLines"),
      newStart: numberOf(hunk, "newStart"),
      newLines: numberOf(hunk, "newLines"),
      lines,
    }];
  });
}

function numberOf(value: unknown, name: string): number {
  const held = field(value, name);
  return typeof held === "number" ? held : 0;
}
