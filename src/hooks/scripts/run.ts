import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { field } from "../../base/parsed_values.ts";
import { getOwn } from "../../base/own.ts";
import { cutText } from "../../base/words.ts";
import { SHELL_HOOKS, type ShellHook } from "../../clients/mod.ts";
import { startProgram } from "../events/background.ts";
import { appendLog, ensureFolder, layout, readLog } from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { RunResult, System } from "../../system/system.ts";
import {
  obstacleTo,
  type Script,
  type ScriptState,
  scriptState,
} from "./store.ts";

/** The most bytes of each stream of a script's output to keep. */
const OUTPUT_LIMIT = 64 * 1024;

/** The maximum number of UTF-16 units of each stream in a log line. */
const LOGGED = 2000;

interface HookRun {
  /** The absolute path of the script file, which must be allowed to run. */
  readonly path: string;
  readonly name: string;
  readonly event: string;
  /** The absolute path of the folder to run in. */
  readonly cwd: string;
  /** Data for the script; each name begins with `MPM_`. */
  readonly env: Readonly<Record<string, string>>;
  /** JSON for the script's standard input. */
  readonly input: Uint8Array;
  /** The time limit in milliseconds. */
  readonly timeout: number;
}

export interface HookOutcome {
  readonly outcome: RunResult["outcome"];
  /** The exit status; -1 if the script did not exit. */
  readonly status: number;
  readonly milliseconds: number;
  /** The script's output, shortened, as UTF-8. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables that a client gives to hooks, but no script needs. */
const WITHHELD = {
  CLAUDE_CODE_MESSAGING_SOCKET: null,
  CLAUDE_CODE_MESSAGING_TOKEN: null,
};

/**
 * Runs a shell hook until it ends or reaches its time limit, and logs the
 * result. Always returns: the result includes a failure of the script, and a
 * failure of the log is ignored.
 */
async function runHook(
  system: System,
  root: string,
  run: HookRun,
): Promise<HookOutcome> {
  const start = system.now().getTime();
  // Executable files run according to their first line. The path is an
  // argument, not part of a command.
  const script = 'if [ -x "$1" ]; then exec "$1"; fi; exec sh "$1"';
  const result = await system.runProgram(["sh", "-c", script, "sh", run.path], {
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

/** Returns the log of shell hooks, with one JSON value per line. */
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
  // A full disk is not a reason to fail a session.
  attempt(() => {
    ensureFolder(system, dirname(path), root);
    appendLog(system, path, {
      at: system.now().toISOString(),
      name,
      event,
      ...outcome,
      stdout: text(stdout),
      stderr: text(stderr),
      // No one waited for the script or saw its output.
      ...system.env("MPM_DETACHED") === "1" ? { unseen: true } : {},
    });
  });
}

/** A run in the background, as recorded in the log. */
type UnseenRun =
  & Pick<
    HookOutcome,
    "outcome" | "status" | "stdout" | "stderr"
  >
  & { readonly name: string };

/** Returns and marks the unseen background runs, oldest first. */
export function takeUnseenRuns(system: System, root: string): UnseenRun[] {
  const path = hookLog(root);
  return attempt(() => {
    const lines = readLog(system, path);
    const last = lines.findLastIndex((line) => field(line, "seen") === true);
    const runs = lines.slice(last + 1).flatMap(unseenRun);
    if (runs.length > 0) {
      appendLog(system, path, { at: system.now().toISOString(), seen: true });
    }
    return runs;
  }) ?? [];
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

interface NamedHook extends ShellHook {
  readonly name: string;
}

/** Returns a shipped hook by name, with or without `.sh`. Throws NOT_FOUND. */
export function hookNamed(typed: string): NamedHook {
  const name = typed.endsWith(".sh") ? typed : `${typed}.sh`;
  const hook = getOwn(SHELL_HOOKS, name);
  if (hook) return { ...hook, name };
  throw new MpmError("NOT_FOUND", `No shell hook "${typed}"`, {
    hint: didYouMean(
      name,
      Object.keys(SHELL_HOOKS),
      `Use one of: ${Object.keys(SHELL_HOOKS).join(", ")}`,
    ),
  });
}

/** Returns the named hooks, or every hook if no name is given. */
export function hooksNamed(typed: readonly string[]): NamedHook[] {
  const names = typed.length > 0 ? typed : Object.keys(SHELL_HOOKS);
  return names.map(hookNamed);
}

/** Returns the project's copy of a hook. */
export function copyOf(
  system: System,
  root: string,
  { name, text }: NamedHook,
): Script {
  return scriptState(system, root, { name, shipped: text });
}

/** Returns the project's copies of hooks, if it has their folder. */
export function scriptsOf(
  system: System,
  root: string,
): (Script & { name: string })[] {
  if (obstacleTo(system, root) === "none") return [];
  return hooksNamed([]).map((hook) => ({
    name: hook.name,
    ...copyOf(system, root, hook),
  }));
}

/** Returns whether the script exists and this user wrote or allowed it. */
export function mayRun(state: ScriptState): boolean {
  return state === "shipped" || state === "older" || state === "edited";
}

/**
 * Runs the project's copy of a hook, if it exists and is allowed on this
 * machine; a script from a clone is someone else's program. Without a copy,
 * nothing runs, since a shipped hook does nothing by default. `undefined`: not
 * run.
 */
export async function runShellHook(
  system: System,
  root: string,
  run: Omit<HookRun, "path">,
): Promise<HookOutcome | undefined> {
  const { path, state } = copyOf(system, root, hookNamed(run.name));
  return mayRun(state)
    ? await runHook(system, root, { ...run, path })
    : undefined;
}

/** The time limit of a script that no one waits for, e.g. tests. */
export const DETACHED_TIME = "10m";

/** Runs `mpm hooks test NAME` in the background, with all it needs. */
export async function startShellHook(
  system: System,
  { name, cwd, env, timeout = DETACHED_TIME }:
    & Pick<HookRun, "name" | "cwd" | "env">
    & { timeout?: string },
): Promise<void> {
  await startProgram(system, {
    args: ["hooks", "test", name, "--timeout", timeout],
    cwd,
    env,
  });
}
