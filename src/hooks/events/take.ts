import { field, flagIn, jsonIn } from "../../base/parsed_values.ts";
import type { Context } from "../../cli/mod.ts";
import {
  CLAUDE,
  type Client,
  editsFiles,
  type HookInput,
  parseHookInput,
  startsAgents,
} from "../../clients/mod.ts";
import type { System } from "../../system/system.ts";
import type { Handler } from "./hook_call.ts";

/** The maximum number of bytes to read of an event. */
const LIMIT = 4 * 1024 * 1024;

/**
 * Milliseconds that reading may take. An event that decides about an edit waits
 * longer: on a busy machine, a late answer would allow the edit.
 */
const WAIT = 1000;
const WAIT_FOR_EDIT = 5000;

/** The event name with which a hook starts mpm at the end of a turn. */
const DIGEST = "Digest";

/** Creates the context for an event that needs it. */
type Prepare = () => Promise<Context>;

/** An event, by mpm's name, and its client. */
export interface NamedEvent {
  readonly client: Client;
  readonly event: string;
}

/** Reads an event, and returns the output. Never throws. */
export async function takeEvent(
  system: System,
  named: NamedEvent,
  prepare: Prepare,
): Promise<string> {
  const { event } = named;
  // A person started the command, so there is no input to wait for.
  if (isOff(system) || system.terminal.interactive.stdin) return "";
  try {
    const json = event === DIGEST
      ? system.env("MPM_INPUT")
      : await readEvent(system, event);
    return await answered({ system, prepare }, named, json ?? "");
  } catch (error) {
    return await failed(prepare, event, error);
  }
}

/**
 * Does the same for an event that is not named. A Claude Code that does not
 * support the `args` of an entry (for example 2.1.110) starts only `mpm`. It
 * would give the output to the model. `undefined`: standard input is empty.
 */
export async function takeBareEvent(
  system: System,
  prepare: Prepare,
): Promise<string | undefined> {
  try {
    const json = await readEvent(system, "");
    if (json === "") return undefined;
    const event = field(jsonIn(json ?? ""), "hook_event_name");
    if (typeof event !== "string" || isOff(system)) return "";
    const named = { client: CLAUDE, event };
    return await answered({ system, prepare }, named, json!);
  } catch (error) {
    return await failed(prepare, "", error);
  }
}

async function answered(
  { system, prepare }: { system: System; prepare: Prepare },
  { client, event }: NamedEvent,
  json: string,
): Promise<string> {
  const adapter = await client.adapter();
  const input = parseHookInput(system, adapter, { json, event });
  // A sub-agent has its own context, and its work belongs to its parent, but it
  // can change files.
  const counts = !input?.subagent || OF_SUBAGENTS.has(event);
  if (!input || !counts || isNothing(event, input)) return "";
  const load = HANDLERS.get(event);
  if (!load) return "";
  const { boundedAnswer, hookCallOf } = await import("./hook_call.ts");
  const hook = hookCallOf(await prepare(), { client, event, input });
  if (!hook) return "";
  const handle = await load();
  return adapter.answer(event, boundedAnswer(await handle(hook)));
}

/** Events of sub-agents that matter to mpm. */
const OF_SUBAGENTS = new Set([
  "PreToolUse",
  "PostToolBatch",
  "SubagentStart",
  "SubagentStop",
]);

/** Logs an error, redacted with the user's own rules, and returns no answer. */
async function failed(
  prepare: Prepare,
  event: string,
  error: unknown,
): Promise<""> {
  const { system } = await prepare();
  const { noteFailure } = await import("../failures.ts");
  noteFailure(system, event, error);
  return "";
}

/** Detects events that only a matcher wider than mpm's lets through. */
function isNothing(event: string, input: HookInput): boolean {
  const tool = input.text("tool_name");
  return event === "PreToolUse" && !editsFiles(tool) &&
    (input.subagent || !startsAgents(tool));
}

/** Reads the input in time; `undefined` if it is too large. */
async function readEvent(
  { terminal }: System,
  event: string,
): Promise<string | undefined> {
  const wait = event === "PreToolUse" ? WAIT_FOR_EDIT : WAIT;
  const { bytes, state } = await terminal.readInputSoon({ limit: LIMIT, wait });
  return state === "large" ? undefined : new TextDecoder().decode(bytes);
}

/** Returns whether mpm is off. Called before anything is read. */
function isOff(system: System): boolean {
  const given = system.env("MPM_HOOKS");
  return Boolean(given) && flagIn(given) === false;
}

/** The handler of each event, loaded only when that event occurs. */
const HANDLERS: ReadonlyMap<string, () => Promise<Handler>> = new Map([
  ["SessionStart", async () => (await import("./start.ts")).onSessionStart],
  ["UserPromptSubmit", async () => (await import("./prompt.ts")).onUserPrompt],
  ["PreToolUse", async () => (await import("./edits.ts")).onToolUse],
  ["PostToolUse", async () => (await import("./tools.ts")).onToolsUsed],
  ["PostToolBatch", async () => (await import("./tools.ts")).onToolsUsed],
  ["Stop", async () => (await import("./tools.ts")).onToolsUsed],
  ["PostToolUseFailure", async () => (await import("./error.ts")).onError],
  ["StopFailure", async () => (await import("./error.ts")).onError],
  ["SubagentStart", async () => (await import("./tools.ts")).onSubagent],
  ["SubagentStop", async () => (await import("./tools.ts")).onSubagent],
  ["PreCompact", async () => (await import("./compact.ts")).onCompact],
  ["PostCompact", async () => (await import("./notes.ts")).onNoted],
  [DIGEST, async () => (await import("./digest.ts")).onDigest],
  ["SessionEnd", async () => (await import("./end.ts")).onSessionEnd],
  ["TaskCreated", async () => (await import("./tools.ts")).onTask],
  ["TaskCompleted", async () => (await import("./tools.ts")).onTask],
]);
