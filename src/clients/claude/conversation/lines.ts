import {
  field,
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../../../base/parsed_values.ts";
import { byTime } from "../../conversation.ts";
import { Branches, isUnknown, linkOf, SKIPPED, TIME } from "./branches.ts";

/** One line of a transcript. */
export interface Line {
  readonly value: Fields;
  readonly type: string;
  /** ISO 8601, UTC. A line without a time has the time of the previous line. */
  readonly at: string;
  readonly uuid: string | undefined;
  readonly promptId: string | undefined;
  /** The content of the message, if it is a single text. */
  readonly text: string | undefined;
  /** The blocks of the message, if its content is a list. */
  readonly blocks: readonly Fields[];
}

/** A tool call, with its result if there is one. */
export interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: Fields;
  readonly line: Line;
  result: Result | undefined;
}

export interface Result {
  readonly line: Line;
  readonly isError: boolean;
  /** The result that the model received. */
  readonly text: string;
  /** The client's own copy of the result; less complete for sub-agents. */
  readonly kept: unknown;
}

/** Contents of a transcript, or of the part that was read. */
export interface Transcript {
  /** In order of time. */
  readonly lines: readonly Line[];
  /** The few lines that are more than a step, see {@link isStep}. */
  readonly notable: readonly Line[];
  /** By ID, in order of time. */
  readonly calls: ReadonlyMap<string, Call>;
  /** Returns whether a line is part of the current conversation. */
  alive(line: Line): boolean;
  /** Number of lines that are not JSON, or have an unknown type. */
  readonly torn: number;
  /** The ID of the end of the conversation; see {@link Branches.end}. */
  readonly end: string | undefined;
}

/** Reads lines, the last one first; counts those that are unreadable. */
export function readLines(
  texts: Iterable<string>,
  { sidechains = false }: { sidechains?: boolean } = {},
): Transcript {
  const values: Fields[] = [];
  const branches = new Branches();
  let torn = 0;
  for (const text of texts) {
    if (SKIPPED.test(text) || text.trim() === "") continue;
    const link = linkOf(text);
    const value = link ?? jsonIn(text);
    if (!isFields(value) || !link && isUnknown(value)) torn++;
    if (!isFields(value)) continue;
    if (sidechains || value.isSidechain !== true) {
      values.push(value);
      branches.add(value);
    }
  }
  const lines = inOrder(linesOf(values.reverse()));
  const calls = callsIn(lines);
  const notable = lines.filter((line) => !isStep(line, calls));
  const dead = branches.dead();
  const alive = ({ uuid = "" }: Line) => !dead.has(uuid);
  return { lines, notable, calls, alive, torn, end: branches.end };
}

/** Returns the lines in the file's order, each in its last version. */
function linesOf(values: readonly Fields[]): Line[] {
  const found = new Map<string, Line>();
  let before = "";
  for (const value of values) {
    const { timestamp } = value;
    if (typeof timestamp === "string" && TIME.test(timestamp)) {
      before = timestamp;
    }
    const line = lineOf(value, before);
    found.set(line.uuid ?? `\0${found.size}`, line);
  }
  return [...found.values()];
}

function inOrder(lines: readonly Line[]): readonly Line[] {
  const sorted = lines.every(({ at }, index) =>
    index === 0 || lines[index - 1]!.at <= at
  );
  return sorted ? lines : lines.toSorted(byTime);
}

/** Returns a parsed line. `at`: the time of the line before it. */
export function lineOf(value: Fields, at: string): Line {
  const { type, uuid, promptId, message } = value;
  const content = isFields(message) ? message.content : undefined;
  return {
    value,
    type: textIn(type) ?? "",
    at,
    uuid: textIn(uuid),
    promptId: textIn(promptId),
    text: textIn(content),
    blocks: Array.isArray(content) ? content.filter(isFields) : [],
  };
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Collects the tool calls, whose results may come in another order. */
function callsIn(lines: readonly Line[]): Map<string, Call> {
  const calls = new Map(
    lines.flatMap(callsOf).map((call) => [call.id, call]),
  );
  for (const [id, result] of lines.flatMap(resultsOf)) {
    const call = calls.get(id);
    if (call) call.result = result;
  }
  return calls;
}

/** Returns the tool calls in a line, without their results. */
export function callsOf(line: Line): Call[] {
  if (line.type !== "assistant") return [];
  return line.blocks.flatMap(({ type, id, name, input }) =>
    type !== "tool_use" || typeof id !== "string" ? [] : [{
      id,
      name: textIn(name) ?? "",
      input: isFields(input) ? input : {},
      line,
      result: undefined,
    }]
  );
}

/** Returns the results in a line, each with the ID of its call. */
export function resultsOf(line: Line): [id: string, result: Result][] {
  if (line.type !== "user") return [];
  return line.blocks.flatMap(({ type, tool_use_id: id, is_error, content }) =>
    type !== "tool_result" || typeof id !== "string" ? [] : [[id, {
      line,
      isError: is_error === true,
      text: textOf(content),
      kept: line.value.toolUseResult,
    }]]
  );
}

/** Tools whose calls and results only show what the tool did. */
const STEPS = new Set(
  ("Bash PowerShell Read Write Edit MultiEdit NotebookEdit Grep Glob" +
    " WebFetch WebSearch").split(" "),
);

/** Returns whether a line is only a call of such a tool, or its result. */
function isStep(
  { type, value, blocks }: Line,
  calls: ReadonlyMap<string, Call>,
): boolean {
  const [only] = blocks;
  if (blocks.length !== 1) return false;
  if (type === "assistant") {
    return only!.type === "tool_use" && STEPS.has(textIn(only!.name) ?? "");
  }
  return type === "user" && only!.type === "tool_result" &&
    STEPS.has(calls.get(textIn(only!.tool_use_id) ?? "")?.name ?? "") &&
    value.toolDenialKind === undefined && value.promptSource === undefined &&
    value.origin === undefined && value.isCompactSummary !== true;
}

/** Returns the text of a content: a text, or blocks with texts. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.filter((block) => field(block, "type") === "text")
    .map((block) => textField(block, "text") ?? "").join("\n");
}

/** Reads the client's message about a background task or a sub-agent. */
export function taskMessage(text: string) {
  // A sub-agent's report could contain any tag.
  const [head, ...rest] = text.split("<result>");
  const tag = (name: string) =>
    between(head!, `<${name}>`, `</${name}>`)?.trim();
  const id = tag("task-id");
  if (id === undefined) return undefined;
  const report = rest.join("<result>");
  const end = report.lastIndexOf("</result>");
  const result = report.slice(0, end < 0 ? undefined : end).trim();
  return {
    id,
    /** `undefined`: the task continues. */
    status: tag("status"),
    summary: tag("summary") ?? "",
    /** The report of a sub-agent. */
    result: rest.length > 0 ? result : undefined,
  };
}

/** Returns the text between the first `mark` and the next `end`. */
export function between(
  text: string,
  mark: string,
  end: string,
): string | undefined {
  const start = text.indexOf(mark);
  const to = start < 0 ? -1 : text.indexOf(end, start + mark.length);
  return to < 0 ? undefined : text.slice(start + mark.length, to);
}
