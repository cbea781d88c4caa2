import { field, textField } from "../../base/parsed_values.ts";
import type { ConversationSource } from "../conversation.ts";
import { type Notes, withNotes } from "../notes.ts";
import type { Redactor } from "../../secrets/mod.ts";
import { askedOf, withoutAnalysis } from "./conversation/questions.ts";
import { taskMessage, textOf } from "./conversation/lines.ts";
import type { HookInput } from "../hook_input.ts";
import { isAsked, turnErrorText } from "./hook_input.ts";
import { askedIn } from "../headless/step_prompt.ts";

/** An event that may be worth a note. */
export interface Noted {
  readonly event: string;
  readonly input: HookInput;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The notes so far. */
  readonly notes: Notes;
  /** The commands in the event that verify something. */
  readonly commands?: Notes["commands"] | undefined;
}

type More = Partial<Notes> | undefined;

/** The setting that controls each list of notes. */
const SOURCE_OF: Readonly<Record<keyof Notes, ConversationSource>> = {
  prompts: "prompts",
  messages: "messages",
  questions: "answers",
  plans: "plans",
  summaries: "summaries",
  commands: "commands",
  reports: "agents",
  errors: "errors",
  background: "commands",
};

/** Returns the notes after an event, redacted; `undefined`: no change. */
export function withEvent(
  noted: Noted,
  { keeps, redactor }: {
    keeps: (source: ConversationSource) => boolean;
    redactor: Redactor;
  },
): Notes | undefined {
  const wanted = (name: string) => keeps(SOURCE_OF[name as keyof Notes]);
  const found = READERS.get(noted.event)?.(noted) ?? {};
  const more = Object.entries(found).filter(([name, list]) =>
    wanted(name) && (list.length > 0 || name === "background")
  );
  const notes = { ...noted.notes, errors: stillWrong(noted, redactor) };
  const known = Object.entries(notes).map(([name, list]) =>
    [name, wanted(name) ? list : []] as const
  );
  const isNew = more.length > 0 ||
    known.some(([name, list]) =>
      list.length < noted.notes[name as keyof Notes].length
    );
  return isNew
    ? withNotes(
      Object.fromEntries(known) as unknown as Notes,
      redacted(Object.fromEntries(more), redactor),
    )
    : undefined;
}

/** Keys of notes whose values are not written text. */
const PLAIN = {
  names: new Set<string>(),
  ids: new Set(["at", "key", "tree"]),
};

/** Redacts notes; a time would load all rules, so it is left out. */
function redacted(more: Partial<Notes>, redactor: Redactor): Partial<Notes> {
  return redactor.known(more, PLAIN);
}

/** Returns the errors of this turn whose calls were not repeated well. */
function stillWrong(
  { event, input, notes: { errors } }: Noted,
  redactor: Redactor,
): Notes["errors"] {
  if (errors.length === 0) return errors;
  if (event === "UserPromptSubmit") return [];
  if (event !== "PostToolBatch") return errors;
  const well = callsOf(input).filter(({ text }) => !FAILED.test(text))
    .map(({ tool, input }) => `${redactor.text(failedCall(tool, input))}\n`);
  return errors.filter(({ text }) =>
    !well.some((begin) => text.startsWith(begin))
  );
}

/** Matches the start of the result that the model gets for a failed call. */
const FAILED = /^Exit code \d|^<tool_use_error>/;

const READERS: ReadonlyMap<string, (noted: Noted) => More> = new Map([
  ["UserPromptSubmit", promptNotes],
  ["PostToolUse", toolNotes],
  ["PostToolBatch", batchNotes],
  ["PostToolUseFailure", failureNotes],
  ["Stop", messageNotes],
  ["StopFailure", turnErrorNotes],
  ["PostCompact", summaryNotes],
]);

function promptNotes({ input, at, notes }: Noted): More {
  const prompt = input.text("prompt") ?? "";
  const ended = /^\s*<task-notification>/.test(prompt) && taskMessage(prompt);
  if (ended) return endNotes(ended, { at, notes });
  const text = askedIn(prompt.trim());
  if (text === "" || !isAsked({ input, prompt })) return undefined;
  const id = input.text("prompt_id") ?? "";
  const joined = notes.prompts.filter(({ key }) =>
    id !== "" && (key === id || key.startsWith(`${id}+`))
  );
  // Hooks that are installed twice report the same thing twice.
  if (joined.some((one) => one.text === text)) return undefined;
  const key = joined.length === 0 ? id : `${id}+${joined.length}`;
  return { prompts: [{ at, text, key }] };
}

/** The type of a sub-agent whose call names no type. */
const GENERAL = "general-purpose";

function endNotes(
  { id, status, summary, result }: NonNullable<ReturnType<typeof taskMessage>>,
  { at, notes }: Pick<Noted, "at" | "notes">,
): More {
  const task = /"([^]*)"/.exec(summary)?.[1] ?? summary;
  return {
    ...result === undefined ? {} : {
      reports: [{ at, text: result, key: id, type: GENERAL, task }],
    },
    ...status !== undefined && notes.background.some(({ key }) => key === id)
      ? { background: notes.background.filter(({ key }) => key !== id) }
      : {},
  };
}

function toolNotes({ input, at }: Noted): More {
  const id = input.text("tool_use_id") ?? "";
  const result = input.value("tool_response");
  const tool = input.text("tool_name");
  if (tool === "AskUserQuestion") {
    return { questions: askedOf({ id, input: result, response: result, at }) };
  }
  const text = textField(result, "plan");
  if (tool !== "ExitPlanMode" || text === undefined) return undefined;
  return { plans: [{ at, text, key: id, state: "approved" }] };
}

/** Returns the open calls of one step, and the reports of sub-agents. */
function batchNotes(noted: Noted): More {
  const calls = callsOf(noted.input);
  const all = <T>(of: (call: Call, noted: Noted) => readonly T[]) =>
    calls.flatMap((call) => of(call, noted));
  const background = all(launched);
  return {
    questions: all(unanswered),
    plans: all(refusedPlan),
    reports: all(reported),
    commands: noted.commands ?? [],
    ...background.length === 0
      ? {}
      : { background: [...noted.notes.background, ...background] },
  };
}

/** Returns the calls of a step. */
export function callsOf(input: HookInput): Call[] {
  const calls = input.value("tool_calls");
  return (Array.isArray(calls) ? calls : []).map(callOf);
}

/** A tool call in the event of its step. */
export interface Call {
  readonly tool: string;
  readonly id: string;
  readonly input: unknown;
  /** The result that the model received. */
  readonly text: string;
}

function callOf(value: unknown): Call {
  return {
    tool: textField(value, "tool_name") ?? "",
    id: textField(value, "tool_use_id") ?? "",
    input: field(value, "tool_input"),
    text: textOf(field(value, "tool_response")),
  };
}

/** Matches the client's text about a task that continues in the background. */
const LAUNCHED =
  /^(?:Command running in background with ID: |Async agent launched[^]*?agentId: |Workflow launched in background\. Task ID: )([\w-]+)/;

function launched(
  { tool, input, text }: Call,
  { at }: Noted,
): Notes["background"][number][] {
  const key = LAUNCHED.exec(text)?.[1];
  if (key === undefined) return [];
  const about = ["command", "description", "prompt"]
    .map((name) => textField(input, name)).find(Boolean);
  return [{ at, text: about ?? tool, key }];
}

/** No other event reports a rejected call. */
function unanswered(
  { tool, id, input }: Call,
  { at, notes }: Noted,
): Notes["questions"] {
  if (tool !== "AskUserQuestion") return [];
  const known = notes.questions.some(({ key }) => key.startsWith(`${id}#`));
  return known ? [] : askedOf({ id, input, response: undefined, at });
}

function refusedPlan({ tool, id, input }: Call, { at, notes }: Noted) {
  const text = textField(input, "plan");
  const known = notes.plans.some(({ key }) => key === id);
  return tool !== "ExitPlanMode" || text === undefined || known
    ? []
    : [{ at, text, key: id, state: "rejected" as const }];
}

/** Matches a sub-agent's indented report, with the frame around it. */
const REPORT = /^\[Subagent hand-back\][^\n]*\n((?: {2}[^\n]*(?:\n|$)|\n)*)/m;

function reported(
  { id, input, text }: Call,
  { at }: Noted,
): Notes["reports"][number][] {
  const found = REPORT.exec(text);
  if (!found) return [];
  const key = /^agentId: ([\w-]+)/m.exec(text)?.[1] ?? id;
  return [{
    at,
    text: found[1]!.replaceAll(/^ {2}/gm, "").trim(),
    key,
    type: textField(input, "subagent_type") ?? GENERAL,
    task: textField(input, "description") ?? "",
  }];
}

/** Returns the beginning of the note of a failed call. */
function failedCall(tool: string, input: unknown): string {
  const about = ["command", "file_path", "notebook_path", "description"]
    .map((name) => textField(input, name)).find(Boolean);
  return `${tool}: ${about ?? ""}`;
}

function failureNotes({ input, at }: Noted): More {
  const tool = input.text("tool_name");
  const error = input.text("error");
  const stopped = input.value("is_interrupt") === true;
  if (tool === undefined || error === undefined || stopped) return undefined;
  const text = `${failedCall(tool, input.value("tool_input"))}\n${error}`;
  return { errors: [{ at, text, key: input.text("tool_use_id") ?? "" }] };
}

function messageNotes({ input, at }: Noted): More {
  const text = input.text("last_assistant_message")?.trim();
  return text ? { messages: [{ at, text, key: LAST }] } : undefined;
}

/** The key of the last message: only one is kept. */
const LAST = "last";

function turnErrorNotes({ input, at }: Noted): More {
  const names = ["error", "error_details", "last_assistant_message"];
  const text = turnErrorText(names.map((name) => input.text(name)));
  return { errors: [{ at, text, key: "" }] };
}

function summaryNotes({ input, at }: Noted): More {
  const text = withoutAnalysis(input.text("compact_summary") ?? "");
  return text === "" ? undefined : { summaries: [{ at, text, key: at }] };
}
