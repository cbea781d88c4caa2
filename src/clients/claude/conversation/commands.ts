import { field, textField } from "../../../base/parsed_values.ts";
import { cutMiddle } from "../../notes.ts";
import { byTime, type Ran, type Said } from "../../conversation.ts";
import {
  type Call,
  type Line,
  taskMessage,
  textOf,
  type Transcript,
} from "./lines.ts";

/** The longest command and output to keep, in UTF-16 units. */
const LONGEST_COMMAND = 2000;
const LONGEST_OUTPUT = 4000;

const SHELLS = ["Bash", "PowerShell"];

/** The end of a background task, as announced by the client. */
export interface Ended {
  readonly at: string;
  readonly status: string;
  readonly exit: number | undefined;
  /** The report of a sub-agent. */
  readonly result: string | undefined;
}

/** Returns ended background tasks by ID, as the client announced them. */
export function endedIn({ notable }: Transcript): Map<string, Ended> {
  return new Map(notable.flatMap(announcedIn));
}

/** Returns the ended task that a line announces, with its ID. */
export function announcedIn(line: Line): [id: string, ended: Ended][] {
  const text = announcement(line);
  const { id, status, summary, result } = taskMessage(text ?? "") ?? {};
  if (id === undefined || status === undefined) return [];
  const code = /exit code (\d{1,3})\)?\s*$/.exec(summary ?? "")?.[1];
  const exit = code === undefined ? undefined : Number(code);
  return [[id, { at: line.at, status, exit, result }]];
}

function announcement({ type, value, text }: Line): string | undefined {
  if (type === "user" && value.promptSource === "system") return text;
  const attachment = field(value, "attachment");
  const given = type === "attachment" &&
    field(attachment, "type") === "queued_command" &&
    field(attachment, "commandMode") === "task-notification";
  return given ? textOf(field(attachment, "prompt")) : undefined;
}

/** Data about commands that is not in the lines. */
export interface Around {
  readonly ended: ReadonlyMap<string, Ended>;
  /** Returns the end of an output that the client moved to a file. */
  outputEnd(name: string): string | undefined;
}

/** Returns the commands that ran, with the known parts of their results. */
export function commandsIn(
  { calls, notable }: Transcript,
  around: Around,
): Ran[] {
  const ran = [...calls.values()].filter(({ name }) => SHELLS.includes(name))
    .flatMap((call) => ranOf(call, around) ?? []);
  return [...ran, ...typedCommands(notable)]
    .sort(byTime);
}

type Outcome = Pick<Ran, "exit" | "doubt"> & { at?: string };

/** Returns what a command did; `undefined`: it did not run or end. */
function ranOf(call: Call, around: Around): Ran | undefined {
  const { id, input, result } = call;
  const command = textField(input, "command");
  if (command === undefined || !result) return undefined;
  const outcome = outcomeOf(call, around);
  if (!outcome) return undefined;
  return {
    key: id,
    at: result.line.at,
    command: cutMiddle(command, LONGEST_COMMAND),
    output: cutMiddle(outputOf(call, around), LONGEST_OUTPUT),
    changedSince: false,
    ...outcome,
  };
}

const EXIT = /^(?:Error: )?Exit code (\d{1,3})(?:\n|$)/;

function outcomeOf(
  { result, input }: Call,
  { ended }: Around,
): Outcome | undefined {
  const { isError, text, kept, line } = result!;
  if (isError) {
    const exit = EXIT.exec(text)?.[1];
    if (exit !== undefined) {
      const late = /^Exit code \d+\nCommand timed out/.test(text);
      return {
        exit: Number(exit),
        ...late && { doubt: "it reached a time limit" },
      };
    }
    return line.value.toolDenialKind === "interrupted"
      ? { doubt: "the client stopped before it ended" }
      : undefined;
  }
  const task = backgroundTask(input, kept, text);
  if (task !== undefined) {
    const end = ended.get(task);
    if (!end || end.status === "stopped") return undefined;
    return end.exit === undefined
      ? { at: end.at, doubt: "its exit status is unknown" }
      : { at: end.at, exit: end.exit };
  }
  if (field(kept, "interrupted") === true) {
    return { doubt: "it was interrupted" };
  }
  if (textField(kept, "returnCodeInterpretation")) {
    return { doubt: "its exit status is unknown" };
  }
  return { exit: 0 };
}

/** Returns the ID of the background task that a command became. */
export function backgroundTask(
  input: unknown,
  kept: unknown,
  text: string,
): string | undefined {
  const id = textField(kept, "backgroundTaskId");
  if (id !== undefined || field(input, "run_in_background") !== true) return id;
  return /^Command running in background with ID: (\w+)/.exec(text)?.[1];
}

function outputOf({ result }: Call, { outputEnd }: Around): string {
  const { kept, text, isError, line } = result!;
  if (line.value.toolDenialKind !== undefined) return "";
  const path = textField(kept, "persistedOutputPath");
  const end = path === undefined
    ? undefined
    : outputEnd(path.split(/[\\/]/).at(-1)!);
  if (end !== undefined) return end;
  const printed = isError ? text : textField(kept, "stdout") ?? text;
  return printed.replace(EXIT, "")
    .replace(/^\(Bash completed with no output\)$/, "");
}

/** Returns the commands that a person ran with `!`. */
function typedCommands(lines: readonly Line[]): Ran[] {
  return lines.flatMap((line, at) => {
    const command = /^<bash-input>([^]*)<\/bash-input>/.exec(line.text ?? "");
    if (line.type !== "user" || !command || line.value.origin) return [];
    const printed = lines.slice(at + 1, at + 4).find(({ text }) =>
      text?.startsWith("<bash-stdout>")
    );
    return [{
      key: line.uuid ?? line.at,
      at: (printed ?? line).at,
      command: cutMiddle(command[1]!.trim(), LONGEST_COMMAND),
      output: cutMiddle(
        (printed?.text ?? "").replaceAll(/<\/?bash-(?:stdout|stderr)>/g, ""),
        LONGEST_OUTPUT,
      ),
      doubt: "its exit status is unknown",
      changedSince: false,
    }];
  });
}

/** Returns background tasks that still run, and a command without result. */
export function unfinished(
  { calls, alive }: Transcript,
  ended: ReadonlyMap<string, Ended>,
): Said[] {
  const stopped = new Set(
    [...calls.values()]
      .filter(({ name, result }) =>
        ["TaskStop", "KillShell"].includes(name) && result?.isError === false
      )
      .map(({ input }) =>
        textField(input, "task_id") ?? textField(input, "shell_id")
      ),
  );
  return [...calls.values()].filter(({ line }) => alive(line))
    .flatMap((call) => {
      const { input, result, line, name } = call;
      const id = taskOf(call);
      const open = id === undefined
        ? isCut(call)
        : !["completed", "failed"].includes(ended.get(id)?.status ?? "") &&
          !stopped.has(id);
      if (!open) return [];
      const text = textField(input, "command") ??
        textField(input, "description") ?? textField(input, "prompt") ?? name;
      return [{
        at: (result?.line ?? line).at,
        text: cutMiddle(text, LONGEST_COMMAND),
        key: id ?? call.id,
      }];
    });
}

/** Returns the ID of the background task that a call became. */
export function taskOf({ input, result }: Call): string | undefined {
  if (!result || result.isError) return undefined;
  const { kept } = result;
  return backgroundTask(input, kept, result.text) ??
    (field(kept, "status") === "async_launched"
      ? textField(kept, "agentId") ?? textField(kept, "taskId")
      : undefined);
}

/** Returns whether a command, perhaps the last, has no recorded result. */
function isCut({ name, input, result }: Call): boolean {
  const cut = !result || result.line.value.toolDenialKind === "interrupted";
  if (!cut || ![...SHELLS, "Agent", "Task"].includes(name)) return false;
  // An mpm command without a result is the command that reads this.
  return !/\bmpm\b/.test(textField(input, "command") ?? "");
}
