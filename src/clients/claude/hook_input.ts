import { isAbsolute } from "@std/path";
import {
  field,
  isFields,
  jsonIn,
  textField,
} from "../../base/parsed_values.ts";
import { isAgentId } from "../../base/ids.ts";

/** The input of a hook from Claude Code, as far as it can be relied on. */
export interface HookInput {
  readonly sessionId: string;
  /** The folder the session is in, absolute. */
  readonly cwd: string;
  /** Absolute; it need not exist. */
  readonly transcriptPath: string | undefined;
  /** Of a sub-agent, or of the one inside a compaction. */
  readonly subagent: boolean;
  /** The event as it came. */
  readonly json: string;
  /** A field of the event, if it is a text. */
  text(name: string): string | undefined;
  /** Any field of the event. */
  value(name: string): unknown;
}

/**
 * Reads an event. Returns `undefined` for a torn or broken text, another event,
 * or an event without the session and the folder that all have. Unknown fields
 * are taken.
 */
export function parseHookInput(
  json: string,
  event: string,
): HookInput | undefined {
  const value = jsonIn(json);
  if (!isFields(value)) return undefined;
  const text = (name: string) => textField(value, name);
  const path = (name: string) => {
    const held = text(name);
    const usable = held !== undefined && isAbsolute(held) &&
      !held.includes("\0");
    return usable ? held : undefined;
  };
  const [sessionId, cwd] = [text("session_id"), path("cwd")];
  if (sessionId === undefined || !isAgentId(sessionId)) return undefined;
  if (cwd === undefined) return undefined;
  if ((text("hook_event_name") ?? event) !== event) return undefined;
  return {
    sessionId,
    cwd,
    transcriptPath: path("transcript_path"),
    subagent: field(value, "agent_id") !== undefined ||
      event.startsWith("Subagent"),
    json: json.trim(),
    text,
    value: (name) => field(value, name),
  };
}

/**
 * Texts that Claude Code itself sends as a prompt, such as the notification
 * that a background task ended: each begins with a tag. A pasted text is in a
 * tag, too.
 */
const OWN_TEXT = /^\s*<(?!pasted_content\s)[a-z][\w-]*[\s>]/;

/** A prompt and the event that brought it. */
export interface Given {
  readonly input: HookInput;
  readonly prompt: string;
}

/**
 * Returns whether someone asked this, a person or a program, and not Claude
 * Code.
 */
export function isAsked({ input, prompt }: Given): boolean {
  const source = input.text("source") ?? "user";
  return ["user", "sdk"].includes(source) && !OWN_TEXT.test(prompt);
}

/** One text of the parts that are known, e.g. `rate_limit: API Error: …`. */
export function turnErrorText(parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "")
    .join(": ") || "unknown";
}
