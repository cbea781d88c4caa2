import {
  field,
  type Fields,
  listIn,
  textField,
} from "../../base/parsed_values.ts";
import {
  absolutePath,
  cutWords,
  hunksOfDiff,
  LONGEST_ARGUMENT,
  MOST_ENTRIES,
  shortened,
  taskIn,
  wholeFile,
} from "../edits.ts";
import type { CallResult, Edit, EventKind } from "../events.ts";
import { cutMiddle } from "../notes.ts";
import { EDITORS } from "./tools.ts";

/** A tool call. */
export interface Call {
  readonly tool: string;
  readonly input: Fields;
  readonly metadata: unknown;
  readonly result: CallResult | undefined;
  readonly cwd: string | undefined;
}

/** Returns the events of a call, with its result if it has one. */
export function eventsOf(call: Call): EventKind[] {
  const { tool, input, result } = call;
  if (tool === "question") return questions(call);
  if (tool === "task") {
    const report = /<task_result>\n?([^]*?)\n?<\/task_result>/
      .exec(result?.text ?? "")?.[1] ?? result?.text;
    return [{
      type: "agent",
      name: textField(input, "subagent_type") ?? "agent",
      task: taskIn(input),
      report,
    }];
  }
  const edits = editsOf(call);
  const called = { tool, args: shortened(input), edits, result };
  if (EDITORS.has(tool)) return [{ type: "file_edit", ...called }];
  const [command, pattern] = [
    tool === "bash" ? textField(input, "command") : undefined,
    SEARCHES.has(tool) ? textField(input, "pattern") : undefined,
  ];
  const reads = tool === "read" ? pathIn(call) : undefined;
  return [{
    type: "tool_call",
    ...called,
    ...command !== undefined && {
      command: cutMiddle(command, LONGEST_ARGUMENT),
    },
    ...reads !== undefined && { reads },
    ...pattern !== undefined && { search: pattern },
  }];
}

const SEARCHES = new Set(["grep", "glob"]);

function pathIn({ input, cwd }: Call): string | undefined {
  return absolutePath(textField(input, "filePath"), cwd);
}

function editsOf(call: Call): Edit[] {
  const { tool, input, metadata, result } = call;
  if (!EDITORS.has(tool) || !result || result.isError) return [];
  const listed = field(metadata, "files");
  if (Array.isArray(listed)) {
    return listed.slice(0, MOST_ENTRIES).flatMap((file) => patched(file, call));
  }
  const path = pathIn(call);
  if (path === undefined) return [];
  const created = field(metadata, "exists") === false;
  const content = textField(input, "content");
  if (created && content !== undefined) {
    return [{ path, how: "created", hunks: [wholeFile(content)] }];
  }
  const diff = textField(metadata, "diff");
  const hunks = diff === undefined ? undefined : hunksOfDiff(diff);
  return [{ path, how: "edited", hunks: hunks?.length ? hunks : undefined }];
}

/** Returns the edits to one of several files that a call changed. */
function patched(file: unknown, { cwd }: Call): Edit[] {
  const path = absolutePath(
    textField(file, "filePath") ?? textField(file, "relativePath"),
    cwd,
  );
  if (path === undefined) return [];
  const diff = textField(file, "diff") ?? textField(file, "patch");
  const kind = textField(file, "type");
  const how = kind === "add"
    ? "created"
    : kind === "delete"
    ? "deleted"
    : "edited";
  return [{ path, how, hunks: diff ? hunksOfDiff(diff) : undefined }];
}

/** Returns the changed todos, and the states of all todos. */
export function changedTodos(
  { input, result }: Call,
  before: ReadonlyMap<string, string>,
): [EventKind[], Map<string, string>] {
  const list = result?.isError
    ? []
    : listIn(input, "todos").slice(0, MOST_ENTRIES);
  const after = new Map(before);
  const changed = list.flatMap((todo): EventKind[] => {
    const text = cutMiddle(textField(todo, "content") ?? "", 1000);
    const state = textField(todo, "status") ?? "pending";
    if (text === "" || before.get(text) === state) return [];
    after.set(text, state);
    return [{ type: "todo", text, state }];
  });
  return [changed, after];
}

function questions({ input, metadata }: Call): EventKind[] {
  const answers = listIn(metadata, "answers");
  return listIn(input, "questions").slice(0, MOST_ENTRIES).map((one, index) => {
    const answer = answers[index];
    return {
      type: "question",
      text: cutWords(textField(one, "question") ?? ""),
      options: listIn(one, "options")
        .flatMap((option) => textField(option, "label") ?? []),
      answer: Array.isArray(answer) ? cutWords(answer.join(", ")) : undefined,
    };
  });
}
