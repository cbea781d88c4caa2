import { field, jsonIn } from "../../base/parsed_values.ts";
import { type Given, isAsked } from "./hook_input.ts";
import { lastLines } from "../tail.ts";
import type { System } from "../../system/system.ts";

/** Returns whether a person attends the session; not known means no. */
export function isAttended(system: System): boolean {
  const attended = system.env("CLAUDE_CODE_SESSION_ATTENDED");
  if (attended !== undefined) return attended === "1";
  return system.env("CLAUDE_CODE_ENTRYPOINT") === "cli";
}

/** Returns whether a person surely typed the prompt, and can do so again. */
export function isTyped(system: System, given: Given): boolean {
  return isAsked(given) && given.input.text("source") !== "sdk" &&
    isAttended(system);
}

/** The maximum number of bytes to search at the end of a transcript. */
const MOST = 1024 * 1024;

/** Milliseconds to wait for Claude Code's queue, and between two checks. */
const PATIENCE = 300;
const LOOK = 50;

/**
 * Returns whether a prompt comes from Claude Code's queue, which the event does
 * not show. The queue has prompts that the client sends itself, for example
 * when a scheduled task is due. It also has text that a person types while the
 * agent works. If such text were held back, the client would restore it in the
 * middle of newly typed text in the input box.
 */
export async function isQueued(
  system: System,
  { input, prompt }: Given,
): Promise<boolean> {
  const { transcriptPath: path } = input;
  if (path === undefined) return false;
  const turn = JSON.stringify(input.text("prompt_id") ?? "");
  const found = () => {
    for (const line of lastLines(system, path, MOST)) {
      // Only text that joins a running turn has the ID of a turn that has
      // already begun.
      if (turn !== '""' && line.includes(`"promptId":${turn}`)) return true;
      if (isQueuing(line, prompt)) return true;
    }
    return false;
  };
  // The line may be written after the event.
  for (let waited = 0; !found(); waited += LOOK) {
    if (waited >= PATIENCE) return false;
    await system.sleep(LOOK);
  }
  return true;
}

function isQueuing(line: string, prompt: string): boolean {
  if (!line.includes('"enqueue"')) return false;
  const entry = jsonIn(line);
  const content = field(entry, "content");
  return field(entry, "operation") === "enqueue" &&
    typeof content === "string" && content.trim() === prompt.trim();
}
