import { dirname, join } from "@std/path";
import { cutText } from "../session/words.ts";
import type { System } from "../system/system.ts";
import { appendLog } from "./append_log.ts";
import { ensureFolder } from "./folders.ts";
import { layout } from "./layout.ts";
import { redactorOf } from "./redaction.ts";
import { ensureUserFolder } from "./user_state.ts";
import { MpmError } from "../errors.ts";
import { Redactor } from "../session/redact.ts";

/** UTF-16 units of an error that are kept. */
const LONGEST = 4000;

/**
 * Notes what went wrong within a hook, in the project's state where it has one,
 * else in the user's. Never throws: there is nothing left to be done.
 */
export function noteHookFailure(
  system: System,
  root: string | undefined,
  { event, error }: { event: string; error: unknown },
): void {
  const text = error instanceof Error ? error.stack ?? error.message : error;
  const line = {
    at: system.now().toISOString(),
    event: cutText(event, 100),
    error: cutText(redacted(system, String(text)), LONGEST),
  };
  for (const file of [() => inProject(system, root), () => inState(system)]) {
    try {
      const path = file();
      if (path === undefined) continue;
      appendLog(system, path, line);
      return;
    } catch {
      // The next place, or none: a full disk is no reason to fail a session.
    }
  }
}

/** By the user's rules; where those are faulty by the built-in ones. */
function redacted(system: System, text: string): string {
  try {
    return redactorOf(system).text(text);
  } catch (error) {
    if (error instanceof MpmError) return new Redactor().text(text);
    throw error;
  }
}

const NAME = "hook-errors.log";

function inProject(
  system: System,
  root: string | undefined,
): string | undefined {
  if (root === undefined) return undefined;
  const { home, state } = layout(root);
  if (system.files.lstat(home)?.kind !== "folder") return undefined;
  const path = join(state, NAME);
  ensureFolder(system, dirname(path), root);
  return path;
}

function inState(system: System): string {
  return join(ensureUserFolder(system, "."), NAME);
}
