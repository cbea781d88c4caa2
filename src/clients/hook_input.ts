import { isAbsolute } from "@std/path";
import { isAgentId } from "../base/ids.ts";
import { field, isFields, jsonIn, textField } from "../base/parsed_values.ts";
import type { System } from "../system/system.ts";
import type { HookAdapter } from "./client.ts";

/** The input of a hook, as far as it can be relied on. */
export interface HookInput {
  readonly sessionId: string;
  /** The folder the session is in, absolute. */
  readonly cwd: string;
  /** The folder it was started in, absolute, if the client tells it. */
  readonly projectDir: string | undefined;
  /** Absolute; it need not exist. */
  readonly transcriptPath: string | undefined;
  /** Of a sub-agent, or of the one inside a compaction. */
  readonly subagent: boolean;
  /** The event as the client sent it. */
  readonly json: string;
  /** A field of the event under mpm's name, if it is a text. */
  text(name: string): string | undefined;
  /** Any such field of the event. */
  value(name: string): unknown;
}

/**
 * Reads an event of a client. Returns `undefined` for a torn or broken text,
 * another event, or an event without the session and the folder that all have.
 * Unknown fields are taken.
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
