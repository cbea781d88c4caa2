import { join } from "@std/path";
import { field, jsonIn } from "../session/odd_values.ts";
import type { System } from "../system/system.ts";
import { claudeHome } from "./home.ts";
import type { HookInput } from "./hook_input.ts";
import { lastLines } from "./tail.ts";

/** Bytes of the end of each file that are searched. */
const MOST = 256 * 1024;

/** Milliseconds until Claude Code has written what it queued, and one look. */
const PATIENCE = 300;
const LOOK = 50;

/**
 * Whether Claude Code queued a prompt by itself, as it does when a scheduled
 * task is due or a loop goes on. Nothing in the event tells. What a person types
 * is only queued while the agent works, and is in the prompt history by then.
 */
export async function isQueuedByClient(
  system: System,
  { input, prompt }: { input: HookInput; prompt: string },
): Promise<boolean> {
  const { transcriptPath: path, sessionId } = input;
  if (path === undefined) return false;
  const queued = (entry: unknown) =>
    field(entry, "operation") === "enqueue" &&
    isText(field(entry, "content"), prompt);
  // The line may come after the event.
  for (let waited = 0; !contains(system, path, queued); waited += LOOK) {
    if (waited >= PATIENCE) return false;
    await system.sleep(LOOK);
  }
  const home = claudeHome(system);
  return home === undefined ||
    !contains(
      system,
      join(home, "history.jsonl"),
      (entry) =>
        (field(entry, "sessionId") ?? sessionId) === sessionId &&
        isText(field(entry, "display"), prompt),
    );
}

function isText(value: unknown, prompt: string): boolean {
  return typeof value === "string" && value.trim() === prompt.trim();
}

/** Whether the end of a file of JSON lines has such an entry. */
function contains(
  system: System,
  path: string,
  test: (entry: unknown) => boolean,
): boolean {
  for (const line of lastLines(system, path, MOST)) {
    if (test(jsonIn(line))) return true;
  }
  return false;
}
