import { dirname } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { firstLine } from "../../base/words.ts";
import type { RunResult, System } from "../../system/system.ts";
import type { Schedule, Via } from "../schedule.ts";

/** An mpm entry in a scheduler. */
export interface Entry {
  /** The ID of its schedule. */
  readonly id: string;
  /** The text in the scheduler; null: the text cannot be compared. */
  readonly text: string | null;
  /** False if the scheduler does not currently start the entry. */
  readonly active: boolean;
}

/** A scheduler of the system. */
export interface Scheduler {
  readonly name: Via;
  /** The name shown to people. */
  readonly title: string;
  /** Returns why the scheduler cannot be used here; `undefined` if it can. */
  obstacle(system: System): Promise<string | undefined>;
  /**
   * Returns all mpm entries. Throws CONFLICT if the scheduler cannot be
   * queried.
   */
  entries(system: System): Promise<Entry[]>;
  /** Returns the text that an entry should have. Throws USAGE. */
  textOf(schedule: Schedule): string;
  /**
   * Returns the paths that an entry creates. They show which folders must be
   * created.
   */
  paths(system: System, id: string): string[];
  /** Writes or rewrites an entry. Throws CONFLICT, FILE_FAILED. */
  put(system: System, schedule: Schedule): Promise<void>;
  /** Removes an entry, if it exists. Throws CONFLICT, FILE_FAILED. */
  take(system: System, id: string): Promise<void>;
}

/** Milliseconds that a scheduler's program may take. */
const TIMEOUT = 30_000;

/** The maximum number of bytes of its output, enough for a whole crontab. */
export const MOST_OUTPUT = 16 * 1024 * 1024;

/** Runs a scheduler's program, with messages in English. */
export function ask(
  system: System,
  args: readonly string[],
  { timeout = TIMEOUT, cwd = system.home() ?? system.cwd() }: {
    timeout?: number;
    cwd?: string;
  } = {},
): Promise<RunResult> {
  return system.runProgram(args, {
    ...{ cwd, limit: MOST_OUTPUT, timeout },
    // On Windows, git's shell would treat "/Query" as a path.
    env: { LC_ALL: "C", MSYS_NO_PATHCONV: "1", MSYS2_ARG_CONV_EXCL: "*" },
  });
}

/**
 * Runs a program that must succeed. Throws CONFLICT with the program's message.
 */
export async function demand(
  system: System,
  args: readonly string[],
  options?: { cwd?: string },
): Promise<RunResult> {
  const result = await ask(system, args, options);
  if (result.status === 0) return result;
  throw refusal(args, result);
}

/** Returns the error for a failed program. */
export function refusal(
  args: readonly string[],
  result: RunResult,
): MpmError {
  return new MpmError(
    "CONFLICT",
    `"${args.slice(0, 3).join(" ")}" failed: ${wordsOf(result)}`,
    { hint: 'mpm changed nothing. "mpm schedule list" shows the schedules' },
  );
}

/** Returns the message of a failed program. */
export function wordsOf({ outcome, status, ...result }: RunResult): string {
  if (outcome === "missing") return "it is not installed";
  const both = [result.stderr, result.stdout]
    .map((bytes) => new TextDecoder().decode(bytes).trim());
  const said = firstLine(both.find((text) => text !== "") ?? "", 300);
  return said === ""
    ? outcome === "exited" ? `status ${status}` : outcome
    : escapeText(said);
}

/** Creates one of the user's folders and its parents. */
export function makeFolders(system: System, folder: string): void {
  if (system.files.stat(folder)) return;
  makeFolders(system, dirname(folder));
  system.files.mkdir(folder);
}
