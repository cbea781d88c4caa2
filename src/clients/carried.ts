import { sha256 } from "../base/digest.ts";
import { counted, cutText } from "../base/words.ts";
import type { AgentEvent, Edit, EventKind, ToolCall } from "./events.ts";
import { cutMiddle } from "./notes.ts";

/** A part of a conversation from one side. */
export interface CarriedTurn {
  readonly role: "user" | "assistant";
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly text: string;
}

/** A conversation to carry to another client. */
export interface Carried {
  /** The turns of both sides; the first is the user's. */
  readonly turns: readonly CarriedTurn[];
  /** Parts of the conversation that are left out, one phrase each. */
  readonly leftOut: readonly string[];
}

/** Writes a conversation as a session of a client. */
export interface Carrying {
  /** The client versions for which tests proved that this works. */
  readonly versions: readonly string[];
  /** Returns the session, or why the client cannot receive it now. */
  session(
    carried: Carried,
    place: CarryPlace,
  ): NativeSession | string | Promise<NativeSession | string>;
  /**
   * Returns the client's arguments that remove an imported session;
   * `undefined`: the session consists only of files. `id` comes from the log,
   * so it may contain anything.
   */
  drop?(id: string): readonly string[] | undefined;
}

/** The target for a conversation from another client. */
export interface CarryPlace {
  /** The folder of the client's files, absolute. */
  readonly home: string;
  /** A folder of mpm for files that a client is to read, absolute. */
  readonly scratch: string;
  /** The project, absolute. */
  readonly cwd: string;
  readonly branch: string | null;
  /** A UUID, from which all other IDs are derived. */
  readonly id: string;
  readonly now: Date;
  /** The client's version. */
  readonly version: string;
  /** Runs the client and returns its output; empty if the client fails. */
  ask(args: readonly string[]): Promise<string>;
}

/** A session in a client's format, before it is written. */
export interface NativeSession {
  /** The ID that the client uses. */
  readonly id: string;
  /** New files, absolute. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Arguments with which the client imports the files, if necessary. */
  readonly take?: readonly string[];
  /** Arguments with which the client continues the session. */
  readonly resume: readonly string[];
}

/** The most characters of a conversation to carry, the newest first. */
const MOST = 200_000;

/** The maximum number of characters of a tool result. */
const RESULT = 1000;

/** The maximum number of characters of one text. */
const LONGEST = 16_000;

/**
 * Converts the events of a conversation to turns. The last compaction's summary
 * replaces the turns before it. Tool calls and the reports of sub-agents become
 * sentences, since each client has its own tools. `clean` is applied to every
 * text.
 */
export function carriedOf(
  events: Iterable<AgentEvent>,
  { from, clean }: { from: string; clean: (text: string) => string },
): Carried {
  const lost = new Map<string, number>();
  const lose = (what: string, number = 1) =>
    lost.set(what, (lost.get(what) ?? 0) + number);
  let turns: CarriedTurn[] = [];
  for (const { at, agent, dead, what } of events) {
    if (dead) lose("withdrawn event");
    else if (agent) lose("event inside sub-agents");
    else if (what.type === "thinking") lose("thought");
    else if (what.type === "compaction") {
      lose("turn before the last compaction", turns.length);
      turns = [{ role: "user", at, text: clean(what.summary) }];
    } else {
      const said = saidBy(what);
      if (said) add(turns, { ...said, at, text: clean(said.text) });
    }
  }
  const kept = newest(turns);
  lose("early turn", turns.length - kept.length);
  const leftOut = [...lost].filter(([, number]) => number > 0)
    .map(([what, number]) =>
      counted(number, what, what.replace(/event|turn|thought/, "$&s"))
    );
  const about: CarriedTurn = {
    role: "user",
    at: kept[0]?.at ?? "",
    text: [
      `mpm copied this conversation from ${from}.`,
      "Tool calls are sentences in square brackets.",
      ...leftOut.length === 0 ? [] : [`Left out: ${leftOut.join(", ")}.`],
    ].join(" "),
  };
  return { turns: joined([about, ...kept]), leftOut };
}

function add(turns: CarriedTurn[], turn: CarriedTurn): void {
  if (turn.text.trim() === "") return;
  turns.push({ ...turn, text: cutMiddle(turn.text, LONGEST) });
}

/** Returns the newest turns that fit. */
function newest(turns: readonly CarriedTurn[]): CarriedTurn[] {
  let room = MOST;
  let first = turns.length;
  while (first > 0 && (room -= turns[first - 1]!.text.length) >= 0) first--;
  return turns.slice(first);
}

/** Joins consecutive parts of the same side into one turn. */
function joined(turns: readonly CarriedTurn[]): CarriedTurn[] {
  const all: CarriedTurn[] = [];
  for (const turn of turns) {
    const last = all.at(-1);
    if (last?.role !== turn.role) all.push(turn);
    else {all[all.length - 1] = {
        ...last,
        text: `${last.text}\n\n${turn.text}`,
      };}
  }
  return all;
}

function saidBy(what: EventKind): Omit<CarriedTurn, "at"> | undefined {
  const agent = (text: string) => ({ role: "assistant" as const, text });
  switch (what.type) {
    case "prompt":
      return { role: "user", text: what.text };
    case "answer":
      return agent(what.text);
    case "tool_call":
    case "file_edit":
      return agent(callText(what));
    case "todo":
      return agent(`[todo, ${what.state}: ${what.text}]`);
    case "question":
      return agent(
        `[asked: ${what.text}${
          what.answer === undefined ? "" : `; answer: ${what.answer}`
        }]`,
      );
    case "plan":
      return agent(`[plan, ${what.state}:\n${what.text}]`);
    case "agent":
      return agent(
        `[sub-agent ${what.name}: ${what.task}${
          what.report === undefined ? "" : `; report: ${what.report}`
        }]`,
      );
    case "error":
      return agent(`[error: ${what.text}]`);
    default:
      return undefined;
  }
}

function callText(
  what: Extract<EventKind, { type: "tool_call" | "file_edit" }>,
): string {
  const { tool, result, edits } = what;
  const about = what.type === "tool_call" ? subjectOf(what) : "";
  const exit = result?.exit === undefined
    ? result?.isError ? ", failed" : ""
    : `, exit ${result.exit}`;
  const changed = edits.map(({ how, path }: Edit) => `${how} ${path}`);
  const output = result === undefined ? "" : cutMiddle(result.text, RESULT);
  return `[${[`tool ${tool}${about}${exit}`, ...changed].join("; ")}${
    output.trim() === "" ? "" : `:\n${output.trim()}\n`
  }]`;
}

function subjectOf({ command, reads, search }: ToolCall): string {
  const subject = command ?? reads ?? search;
  return subject === undefined ? "" : `: ${cutText(subject, RESULT)}`;
}

/** Returns the UUID for a text; the same text always gets the same UUID. */
export function uuidOf(seed: string): string {
  const hex = sha256(seed);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** Returns values as lines of JSON. */
export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
