import { dirname } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { firstLine } from "../../base/words.ts";
import type { RunResult, System } from "../../system/system.ts";
import type { Schedule, Via } from "../schedule.ts";

/** An entry of mpm in a scheduler. */
export interface Entry {
  /** The id of its schedule. */
  readonly id: string;
  /** The text that the scheduler has; null: it cannot be compared. */
  readonly text: string | null;
  /** False if the scheduler does not start it at the moment. */
  readonly active: boolean;
}

/** A scheduler of the system. */
export interface Scheduler {
  readonly name: Via;
  /** The name for people. */
  readonly title: string;
  /** Returns why it cannot be used here; `undefined`: it can be. */
  obstacle(system: System): Promise<string | undefined>;
  /** Returns all entries of mpm. Throws CONFLICT if it cannot be asked. */
  entries(system: System): Promise<Entry[]>;
  /** Returns the text that an entry should have. Throws USAGE. */
  textOf(schedule: Schedule): string;
  /** Returns the paths that an entry makes, for the folders on their way. */
  paths(system: System, id: string): string[];
  /** Writes an entry, or writes it again. Throws CONFLICT, FILE_FAILED. */
  put(system: System, schedule: Schedule): Promise<void>;
  /** Removes an entry, if it is there. Throws CONFLICT, FILE_FAILED. */
  take(system: System, id: string): Promise<void>;
}

/** Milliseconds for a program of a scheduler. */
const TIMEOUT = 30_000;

/** Bytes of its output: a whole crontab. */
export const MOST_OUTPUT = 16 * 1024 * 1024;

/** Runs a program of a scheduler, with messages in English. */
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
    // On Windows, git's shell would take "/Query" for a path.
    env: { LC_ALL: "C", MSYS_NO_PATHCONV: "1", MSYS2_ARG_CONV_EXCL: "*" },
  });
}

/** Runs a program that must succeed. Throws CONFLICT with what it said. */
export async function demand(
  system: System,
  args: readonly string[],
  options?: { cwd?: string },
): Promise<RunResult> {
  const result = await ask(system, args, options);
  if (result.status === 0) return result;
  throw refusal(args, result);
}

/** The error of a program that did not succeed. */
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

/** Returns what a program said when it failed. */
export function wordsOf({ outcome, status, ...result }: RunResult): string {
  if (outcome === "missing") return "it is not installed";
  const both = [result.stderr, result.stdout]
    .map((bytes) => new TextDecoder().decode(bytes).trim());
  const said = firstLine(both.find((text) => text !== "") ?? "", 300);
  return said === ""
    ? outcome === "exited" ? `status ${status}` : outcome
    : escapeText(said);
}

/** Makes a folder of the user and those above it. */
export function makeFolders(system: System, folder: string): void {
  if (system.files.stat(folder)) return;
  makeFolders(system, dirname(folder));
  system.files.mkdir(folder);
}
