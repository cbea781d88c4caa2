import { dirname, join } from "@std/path";
import { FileError } from "../../base/errors.ts";
import { field, jsonIn } from "../../base/odd_values.ts";
import { cutText } from "../../base/words.ts";
import type { RunResult, System } from "../../system/system.ts";
import { appendLog } from "../../ops/atomic.ts";
import { ensureFolder } from "../../ops/folders.ts";
import { layout } from "../../ops/layout.ts";
import { redactorOf } from "../../secrets/redaction.ts";

/** Bytes kept of what a script prints, on each stream. */
export const OUTPUT_LIMIT = 64 * 1024;

/** UTF-16 units of each stream in a line of the log. */
const LOGGED = 2000;

export interface HookRun {
  /** The script's file, which must be allowed to run, absolute. */
  readonly path: string;
  readonly name: string;
  readonly event: string;
  /** The folder to run in, absolute. */
  readonly cwd: string;
  /** Data for it, each name beginning with `MPM_`. */
  readonly env: Readonly<Record<string, string>>;
  /** JSON for its standard input. */
  readonly input: Uint8Array;
  /** Milliseconds it may take. */
  readonly timeout: number;
}

export interface HookOutcome {
  readonly outcome: RunResult["outcome"];
  /** The exit status; -1 unless it exited. */
  readonly status: number;
  readonly milliseconds: number;
  /** What it printed, cut, as UTF-8. */
  readonly stdout: string;
  readonly stderr: string;
}

/** What the client gives its hooks and a script has no need of. */
const WITHHELD = {
  CLAUDE_CODE_MESSAGING_SOCKET: null,
  CLAUDE_CODE_MESSAGING_TOKEN: null,
};

/**
 * Runs a shell hook to its end, or until its time is over, and logs how it
 * went. Whatever the script does, this returns: a failure of it is told in the
 * answer, and one of the log is passed over.
 */
export async function runHook(
  system: System,
  root: string,
  run: HookRun,
): Promise<HookOutcome> {
  const start = system.now().getTime();
  // By its first line where it may be executed; the path is no part of a
  // command but an argument.
  const script = 'if [ -x "$1" ]; then exec "$1"; fi; exec sh "$1"';
  const result = await system.runBounded("sh", {
    args: ["-c", script, "sh", run.path],
    cwd: run.cwd,
    env: { ...WITHHELD, ...run.env },
    stdin: run.input,
    timeout: run.timeout,
    limit: OUTPUT_LIMIT,
  });
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const outcome = {
    outcome: result.outcome,
    status: result.status,
    milliseconds: system.now().getTime() - start,
    stdout: decode(result.stdout),
    stderr: decode(result.stderr),
  };
  log(system, root, run, outcome);
  return outcome;
}

/** The log of the shell hooks: one JSON value a line. */
export function hookLog(root: string): string {
  return join(layout(root).state, "hooks.log");
}

function log(
  system: System,
  root: string,
  { name, event }: HookRun,
  { stdout, stderr, ...outcome }: HookOutcome,
): void {
  const redactor = redactorOf(system);
  const text = (printed: string) => cutText(redactor.text(printed), LOGGED);
  const path = hookLog(root);
  try {
    ensureFolder(system, dirname(path), root);
    appendLog(system, path, {
      at: system.now().toISOString(),
      name,
      event,
      ...outcome,
      stdout: text(stdout),
      stderr: text(stderr),
      // Nobody waited for it, or saw what it printed.
      ...system.env("MPM_DETACHED") === "1" ? { unseen: true } : {},
    });
  } catch (error) {
    // A full disk is no reason to fail a session.
    if (!(error instanceof FileError)) throw error;
  }
}

/** Bytes at the end of the log that are read. */
const TAIL = 64 * 1024;

/** A run in the background, as the log has it. */
export type UnseenRun =
  & Pick<
    HookOutcome,
    "outcome" | "status" | "stdout" | "stderr"
  >
  & { readonly name: string };

/**
 * Returns what scripts did in the background since this was last asked, the
 * oldest first, and notes that it was asked. A log that cannot be read or
 * written has nothing to tell.
 */
export function takeUnseenRuns(system: System, root: string): UnseenRun[] {
  const path = hookLog(root);
  try {
    const found = system.files.lstat(path);
    if (found?.kind !== "file") return [];
    const from = Math.max(0, found.size - TAIL);
    const text = new TextDecoder()
      .decode(system.files.readPart(path, from, TAIL));
    const lines = text.split("\n").map((line) => jsonIn(line));
    const last = lines.findLastIndex((line) => field(line, "seen") === true);
    const runs = lines.slice(last + 1).flatMap(unseenRun);
    if (runs.length > 0) {
      appendLog(system, path, { at: system.now().toISOString(), seen: true });
    }
    return runs;
  } catch (error) {
    if (error instanceof FileError) return [];
    throw error;
  }
}

const ENDS: readonly unknown[] = ["exited", "timeout", "missing", "denied"];

function unseenRun(line: unknown): UnseenRun[] {
  if (field(line, "unseen") !== true) return [];
  const outcome = field(line, "outcome");
  const [name, stdout, stderr] = ["name", "stdout", "stderr"]
    .map((key) => String(field(line, key))) as [string, string, string];
  return ENDS.includes(outcome)
    ? [{
      name,
      outcome: outcome as HookOutcome["outcome"],
      status: Number(field(line, "status")),
      stdout,
      stderr,
    }]
    : [];
}
