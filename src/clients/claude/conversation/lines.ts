import {
  field,
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../../../base/parsed_values.ts";

/** One line of a transcript. */
export interface Line {
  readonly value: Fields;
  readonly type: string;
  /** ISO 8601, UTC; of the line before where the line itself has none. */
  readonly at: string;
  readonly uuid: string | undefined;
  readonly promptId: string | undefined;
  /** The content of its message, if that is one text. */
  readonly text: string | undefined;
  /** The blocks of its message, if its content is a list. */
  readonly blocks: readonly Fields[];
}

/** A call of a tool, with its result if there is one. */
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
  /** The result that the model got. */
  readonly text: string;
  /** The client's own copy of it; sub-agents' files have less. */
  readonly kept: unknown;
}

/** Contents of a transcript, or of the part of it that was read. */
export interface Transcript {
  /** In the order of time. */
  readonly lines: readonly Line[];
  /** Lines that are more than a step, see {@link isStep}: few are. */
  readonly told: readonly Line[];
  /** By their ids, in the order of time. */
  readonly calls: ReadonlyMap<string, Call>;
  /** Returns whether a line belongs to what the conversation is now. */
  alive(line: Line): boolean;
  /** Number of lines that are not JSON. */
  readonly torn: number;
}

/** Lines that are not part of the conversation, some of them very long. */
export const SKIPPED =
  /^\s*\{\s*"type"\s*:\s*"(?:api-request[\w-]*|prompt[_-]snapshot|tools-used|atis-latch|file-history-\w+|progress)"/;

/**
 * Reads lines, the last one first. Those of sub-agents inside a main transcript
 * are left out unless `sidechains`. Garbage is counted and skipped.
 */
export function readLines(
  texts: Iterable<string>,
  { sidechains = false }: { sidechains?: boolean } = {},
): Transcript {
  const values: Fields[] = [];
  let torn = 0;
  for (const text of texts) {
    if (SKIPPED.test(text) || text.trim() === "") continue;
    const value = linkOf(text) ?? jsonIn(text);
    if (!isFields(value)) torn++;
    else if (sidechains || value.isSidechain !== true) values.push(value);
  }
  const written = linesOf(values.reverse());
  const lines = inOrder(written);
  const calls = callsIn(lines);
  const told = lines.filter((line) => !isStep(line, calls));
  return { lines, told, calls, alive: liveness(written, told), torn };
}

/** Attachments that say something. */
const TELLING =
  /^(?:queued_command|edited_text_file|max_turns_reached|plan_mode_exit|task_reminder)$/;

/** The start of the line of an attachment, and its continuation. */
const ATTACHMENT =
  /^\{"parentUuid":(?:null|"([\w-]{1,64})"),"isSidechain":false,"attachment":\{"type":"(\w+)"/;
const AFTER = '"type":"attachment","uuid":"';

/** Half of the lines only matter as a link of the chain: those are not parsed. */
export function linkOf(text: string): Fields | undefined {
  const [, parentUuid = null, type] = ATTACHMENT.exec(text) ?? [];
  if (type === undefined || TELLING.test(type)) return undefined;
  const at = text.lastIndexOf(AFTER);
  if (at < 0) return undefined;
  const uuid = text.slice(at + AFTER.length).split('"', 1)[0];
  return { type: "link", parentUuid, uuid };
}

export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** In the order of the file; each once, as it was written last. */
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
  return sorted
    ? lines
    : lines.toSorted((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
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

/** Results may come in another order than the calls. */
function callsIn(lines: readonly Line[]): Map<string, Call> {
  const calls = new Map<string, Call>();
  for (const line of lines) {
    if (line.type !== "assistant") continue;
    for (const { type, id, name, input } of line.blocks) {
      if (type !== "tool_use" || typeof id !== "string") continue;
      calls.set(id, {
        id,
        name: textIn(name) ?? "",
        input: isFields(input) ? input : {},
        line,
        result: undefined,
      });
    }
  }
  for (const line of lines) {
    if (line.type !== "user") continue;
    for (const { type, tool_use_id: id, is_error, content } of line.blocks) {
      const call = type === "tool_result" && typeof id === "string"
        ? calls.get(id)
        : undefined;
      if (!call) continue;
      call.result = {
        line,
        isError: is_error === true,
        text: textOf(content),
        kept: line.value.toolUseResult,
      };
    }
  }
  return calls;
}

/** Tools whose calls and results say nothing beside what they did. */
const STEPS = new Set(
  ("Bash PowerShell Read Write Edit MultiEdit NotebookEdit Grep Glob" +
    " WebFetch WebSearch").split(" "),
);

/**
 * Returns whether a line is only a call of such a tool or its result. Most
 * lines are attachments without words of a person.
 */
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

/** The text of a content: a text, or blocks of which some have one. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.filter((block) => field(block, "type") === "text")
    .map((block) => textField(block, "text") ?? "").join("\n");
}

/**
 * Returns the text between the first of two marks and the other one after it.
 */
export function between(
  text: string,
  mark: string,
  end: string,
): string | undefined {
  const start = text.indexOf(mark);
  const to = start < 0 ? -1 : text.indexOf(end, start + mark.length);
  return to < 0 ? undefined : text.slice(start + mark.length, to);
}

/** The id of the answer that a line has a block of. */
export function answerId({ type, message }: Fields): string | undefined {
  return type === "assistant" ? textField(message, "id") : undefined;
}

/**
 * Tells lines that belong to the conversation from withdrawn prompts and
 * branches that were rewound. Each line names the one before it; from the last
 * one back, these are the chain. A fork off the chain is dead, unless a line on
 * the chain has the same prompt id. Then the model saw it, as it did results of
 * parallel calls and prompts that were taken while a tool ran. The blocks of
 * one answer, a line each, live and die together. The result of its first call
 * may be the last line, while the others still run.
 */
function liveness(
  lines: readonly Line[],
  told: readonly Line[],
): (line: Line) => boolean {
  const parents = new Map<string, string | undefined>();
  const prompts = new Map<string, string>();
  for (const { uuid, promptId, value } of lines) {
    if (uuid === undefined) continue;
    const { parentUuid, logicalParentUuid } = value;
    parents.set(uuid, textIn(parentUuid) ?? textIn(logicalParentUuid));
    if (promptId !== undefined) prompts.set(uuid, promptId);
  }
  const chain = new Set<string>();
  let last = leafOf(lines, parents);
  while (last !== undefined && parents.has(last) && !chain.has(last)) {
    chain.add(last);
    last = parents.get(last);
  }
  const answers = new Map(
    lines.flatMap((line) => {
      const id = answerId(line.value);
      return line.uuid === undefined || id === undefined
        ? []
        : [[line.uuid, id]];
    }),
  );
  for (const [uuid, id] of answers) {
    const parent = parents.get(uuid) ?? "";
    if (chain.has(parent) && answers.get(parent) === id) chain.add(uuid);
  }
  // Undefined: it goes back to the beginning, and no further.
  const seen = new Set([...chain].flatMap((uuid) => prompts.get(uuid) ?? []));
  const whole = last === undefined && seen.size > 0;
  const forks = forking(parents, { chain, whole, replaced: replacedIn(told) });
  return ({ uuid }) => {
    if (uuid === undefined || chain.has(uuid)) return true;
    const { forked, node } = forks(uuid, prompts);
    return !forked || node !== undefined && seen.has(prompts.get(node)!);
  };
}

/**
 * Prompts whose place another one took, which follows the same line. They are
 * told apart even where the chain is torn.
 */
function replacedIn(lines: readonly Line[]): Set<string> {
  const last = new Map<string, Line>();
  const replaced = new Set<string>();
  for (const line of lines) {
    const { type, value, uuid } = line;
    const parent = textField(value, "parentUuid");
    if (type !== "user" || uuid === undefined || parent === undefined) continue;
    if (value.promptSource === undefined) continue;
    const before = last.get(parent);
    if (before && before.promptId !== line.promptId) replaced.add(before.uuid!);
    last.set(parent, line);
  }
  return replaced;
}

/**
 * Returns whether a line's ancestors meet the chain, and the nearest with a
 * prompt id.
 */
function forking(
  parents: ReadonlyMap<string, string | undefined>,
  { chain, whole, replaced }: {
    chain: ReadonlySet<string>;
    whole: boolean;
    replaced: ReadonlySet<string>;
  },
) {
  const known = new Map<
    string,
    { forked: boolean; node: string | undefined }
  >();
  return (uuid: string, prompts: ReadonlyMap<string, string>) => {
    const path: string[] = [];
    const passed = new Set<string>();
    let at: string | undefined = uuid;
    while (
      at !== undefined && parents.has(at) && !chain.has(at) &&
      !known.has(at) && !passed.has(at)
    ) {
      path.push(at);
      passed.add(at);
      at = parents.get(at);
    }
    let above = at === undefined
      ? { forked: whole, node: undefined }
      : known.get(at) ?? { forked: chain.has(at), node: undefined };
    for (const one of path.reverse()) {
      above = {
        forked: above.forked || replaced.has(one),
        node: prompts.has(one) ? one : above.node,
      };
      known.set(one, above);
    }
    return above;
  };
}

const ZERO = /^[0-]*$/;

/** The last line of the chain. */
function leafOf(
  lines: readonly Line[],
  parents: ReadonlyMap<string, string | undefined>,
): string | undefined {
  const end = endOf(lines, parents);
  const last = end?.uuid;
  const after = end ? lines.lastIndexOf(end) + 1 : 0;
  const explicit = lines.slice(after).findLast(({ type, value }) =>
    type === "last-prompt" && value.explicit === true
  );
  const leaf = textField(explicit?.value, "leafUuid");
  if (leaf === undefined) return last;
  if (!ZERO.test(leaf)) return parents.has(leaf) ? leaf : last;
  // A prompt was withdrawn: what came before it is the last line, if nothing
  // was answered to it.
  const prompt = lines.findLast(({ type, value }) =>
    type === "assistant" || field(value, "promptSource") !== undefined
  );
  return prompt?.type === "user" && prompt.uuid !== undefined
    ? parents.get(prompt.uuid) ?? last
    : last;
}

/**
 * The newest message that no other one follows. The time of a line alone does
 * not tell: what the client says about a compaction may have a later one than
 * the next prompt.
 */
function endOf(
  lines: readonly Line[],
  parents: ReadonlyMap<string, string | undefined>,
): Line | undefined {
  // The client's own additions may hang on anything.
  const messages = lines.filter(({ uuid, type }) =>
    uuid !== undefined && (type === "user" || type === "assistant")
  ).reverse();
  const followed = new Set<string>();
  for (const { uuid } of messages) {
    let at = parents.get(uuid!);
    while (at !== undefined && !followed.has(at)) {
      followed.add(at);
      at = parents.get(at);
    }
  }
  const ends = messages.filter(({ uuid }) => !followed.has(uuid!));
  return ends.reduce<Line | undefined>(
    (newest, line) => newest && newest.at >= line.at ? newest : line,
    undefined,
  ) ?? messages[0];
}
