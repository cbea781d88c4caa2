import type { StatusRecord } from "../read_gauge.ts";
import { field, jsonIn, textField } from "../../base/odd_values.ts";
import { isAgentId } from "./home.ts";
import { contextTokens, tokenCount } from "./answers.ts";

/** What Claude Code tells its status line, as far as it is of use. */
export interface StatusInput extends StatusRecord {
  readonly sessionId: string;
}

/**
 * Reads what Claude Code pipes into a status line command. Unknown fields are
 * skipped, odd ones are as if they were missing; `undefined` without a session.
 */
export function parseStatusInput(
  text: string,
  now: Date,
): StatusInput | undefined {
  const value = jsonIn(text);
  const sessionId = textAt(value, "session_id");
  if (sessionId === undefined || !isAgentId(sessionId)) return undefined;
  const workspace = field(value, "workspace");
  const model = field(value, "model");
  const context = field(value, "context_window");
  const window = tokenCount(field(context, "context_window_size"));
  return {
    sessionId,
    reading: {
      tokens: tokensOf(context, window),
      window: window === 0 ? undefined : window,
      model: textAt(model, "id"),
      time: now.getTime(),
    },
    transcriptPath: textAt(value, "transcript_path"),
    cwd: textAt(workspace, "current_dir") ?? textAt(value, "cwd"),
    projectDir: textAt(workspace, "project_dir"),
    modelName: textAt(model, "display_name") ?? textAt(model, "id"),
    sessionName: textAt(value, "session_name"),
  };
}

/** Before the first answer there is none, after a compaction it is all zero. */
function tokensOf(
  context: unknown,
  window: number | undefined,
): number | undefined {
  const usage = field(context, "current_usage");
  if (typeof usage === "object" && usage !== null) return contextTokens(usage);
  const percentage = field(context, "used_percentage");
  const usable = typeof percentage === "number" && percentage > 0 &&
    percentage <= 100 && window !== undefined;
  return usable ? Math.round(percentage * window / 100) : undefined;
}

function textAt(value: unknown, name: string): string | undefined {
  return textField(value, name) || undefined;
}
