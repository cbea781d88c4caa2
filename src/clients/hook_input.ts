import { isAbsolute } from "@std/path";
import { isAgentId } from "../base/ids.ts";
import {
  field,
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../base/parsed_values.ts";
import type { System } from "../system/system.ts";
import type { HookAdapter, HookAnswer } from "./client.ts";

/** The reliable part of a hook's input. */
export interface HookInput {
  readonly sessionId: string;
  /** The session's current folder, absolute. */
  readonly cwd: string;
  /** The folder of the session when it began, absolute, if reported. */
  readonly projectDir: string | undefined;
  /** Absolute; the file need not exist. */
  readonly transcriptPath: string | undefined;
  /** True for a sub-agent, or for the agent that runs inside a compaction. */
  readonly subagent: boolean;
  /** The event as the client sent it. */
  readonly json: string;
  /** Returns a field of the event, by mpm's name, if it is a text. */
  text(name: string): string | undefined;
  /** Returns any other field of the event. */
  value(name: string): unknown;
}

/**
 * Reads an event from a client. Returns `undefined` if the text is incomplete
 * or invalid, if it is a different event, or if it has no session or no folder.
 * Unknown fields are accepted.
 */
export function parseHookInput(
  system: System,
  adapter: HookAdapter,
  { json, event }: { json: string; event: string },
): HookInput | undefined {
  const given = jsonIn(json);
  const value = isFields(given)
    ? adapter.fields(given, event, system)
    : undefined;
  if (value === undefined) return undefined;
  const text = (name: string) => textField(value, name);
  const path = (name: string) => {
    const held = text(name);
    const usable = held !== undefined && isAbsolute(held) &&
      !held.includes("\0");
    return usable ? held : undefined;
  };
  const [sessionId, cwd] = [text("session_id"), path("cwd")];
  if (!isAgentId(sessionId)) return undefined;
  if (cwd === undefined) return undefined;
  if ((text("hook_event_name") ?? event) !== event) return undefined;
  return {
    sessionId,
    cwd,
    projectDir: path("project_dir"),
    transcriptPath: path("transcript_path"),
    subagent: field(value, "agent_id") !== undefined ||
      event.startsWith("Subagent"),
    json: json.trim(),
    text,
    value: (name) => field(value, name),
  };
}

/** Returns an answer as a line of JSON; empty without any field. */
export function answerLine(output: Fields): string {
  return Object.keys(output).length === 0 ? "" : `${JSON.stringify(output)}\n`;
}

/** Returns an answer in the format of Claude Code. */
export function claudeAnswer(
  hookEventName: string,
  { block, deny, context, message, answered }: HookAnswer,
): string {
  const specific = {
    ...context && { additionalContext: context },
    ...deny !== undefined && denial(deny),
    ...answered && { suppressOriginalPrompt: true },
  };
  return answerLine({
    ...block !== undefined && { decision: "block", reason: block },
    ...message && { systemMessage: message },
    ...Object.keys(specific).length > 0 && {
      hookSpecificOutput: { hookEventName, ...specific },
    },
  });
}

/** Returns the fields that refuse a tool call. */
export function denial(reason: string): Fields {
  return {
    permissionDecision: "deny",
    permissionDecisionReason: reason,
  };
}
