import { join } from "../base/join.ts";
import { field } from "../base/parsed_values.ts";
import { cutText } from "../base/words.ts";
import {
  appendLog,
  ensureFolder,
  ensureUserFolder,
  layout,
  readLog,
  userState,
} from "../ops/mod.ts";
import { quickRoot } from "../git/mod.ts";
import { tellable } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";

/** The longest error to keep, in UTF-16 units. */
const LONGEST = 4000;

/** Logs an error for the project, or else the user. Never throws. */
export function noteFailure(
  system: System,
  event: string,
  error: unknown,
): void {
  const text = error instanceof Error ? error.stack ?? error.message : error;
  const line = {
    at: system.now().toISOString(),
    event: cutText(event, 100),
    error: cutText(tellable(system, String(text)), LONGEST),
  };
  for (const file of [inProject, inState]) {
    try {
      const path = file(system);
      if (path === undefined) continue;
      appendLog(system, path, line);
      return;
    } catch {
      // Try the next place, or give up: a full disk is not a reason to fail a
      // session.
    }
  }
}

const NAME = "hook-errors.log";

interface HookFailure {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly event: string;
  readonly error: string;
}

/**
 * Reads hook errors from the project's log and the user's, oldest first.
 * Reads only the end of a long log. Lines of other programs are skipped. Throws
 * FILE_FAILED if a log cannot be read.
 */
export function readHookFailures(
  system: System,
  root: string | undefined,
): HookFailure[] {
  const folders = [
    ...root === undefined ? [] : [layout(root).state],
    ...system.home() === undefined ? [] : [userState(system)],
  ];
  return folders.flatMap((folder) => readLog(system, join(folder, NAME)))
    .flatMap(failureIn).sort((a, b) => a.at - b.at);
}

function failureIn(line: unknown): HookFailure[] {
  const at = Date.parse(String(field(line, "at")));
  const [event, error] = [field(line, "event"), field(line, "error")];
  return Number.isNaN(at) || typeof event !== "string" ||
      typeof error !== "string"
    ? []
    : [{ at, event, error }];
}

function inProject(system: System): string | undefined {
  const root = quickRoot(system, system.cwd());
  if (root === undefined) return undefined;
  const { home, state } = layout(root);
  if (system.files.lstat(home)?.kind !== "folder") return undefined;
  ensureFolder(system, state, root);
  return join(state, NAME);
}

function inState(system: System): string {
  return join(ensureUserFolder(system, "."), NAME);
}
