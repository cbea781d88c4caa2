import {
  SHELL_HOOKS,
  type ShellHook,
} from "../../clients/claude/shell_hooks.ts";
import { MpmError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { getOwn } from "../../base/own.ts";
import { type Script, type ScriptState, scriptState } from "./store.ts";
import { type HookOutcome, type HookRun, runHook } from "./run.ts";
import type { System } from "../../system/system.ts";

export interface NamedHook extends ShellHook {
  readonly name: string;
}

/** A shipped hook by its name, `.sh` or not. Throws NOT_FOUND. */
export function hookNamed(typed: string): NamedHook {
  const name = typed.endsWith(".sh") ? typed : `${typed}.sh`;
  const hook = getOwn(SHELL_HOOKS, name);
  if (hook) return { ...hook, name };
  throw new MpmError("NOT_FOUND", `No shell hook "${typed}"`, {
    hint: didYouMean(
      name,
      Object.keys(SHELL_HOOKS),
      `One of: ${Object.keys(SHELL_HOOKS).join(", ")}`,
    ),
  });
}

/** All of the names given, or every hook without one. */
export function hooksNamed(typed: readonly string[]): NamedHook[] {
  const names = typed.length > 0 ? typed : Object.keys(SHELL_HOOKS);
  return names.map(hookNamed);
}

/** The project's copy of a hook. */
export function copyOf(
  system: System,
  root: string,
  { name, text }: NamedHook,
): Script {
  return scriptState(system, root, { name, shipped: text });
}

/** The project's copies of all hooks. */
export function scriptsOf(
  system: System,
  root: string,
): (Script & { name: string })[] {
  return hooksNamed([]).map((hook) => ({
    name: hook.name,
    ...copyOf(system, root, hook),
  }));
}

/** Whether this user wrote or allowed what is there. */
export function mayRun(state: ScriptState): boolean {
  return state === "shipped" || state === "older" || state === "edited";
}

/**
 * Runs the project's copy of a hook, if it is there and allowed on this
 * machine: what comes with a clone is somebody else's program. Without a copy
 * there is nothing to do, since a shipped hook does nothing by itself.
 * `undefined`: it was not run.
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

/** What a script may take that nobody waits for: tests, dependencies. */
export const DETACHED_TIME = "10m";

/**
 * Runs `mpm hooks run NAME` in the background. What it needs to know it finds in
 * its environment. Throws as {@link startProgram}.
 */
export async function startShellHook(
  system: System,
  { name, cwd, env, timeout = DETACHED_TIME }:
    & Pick<HookRun, "name" | "cwd" | "env">
    & { timeout?: string },
): Promise<void> {
  await startProgram(system, {
    args: ["hooks", "run", name, "--timeout", timeout],
    cwd,
    env,
  });
}

/**
 * Runs this mpm in a session of its own and does not wait: whoever starts it may
 * end at once. Throws CONFLICT where mpm runs from source, FILE_FAILED where no
 * shell starts it.
 */
export async function startProgram(
  system: System,
  { args, cwd, env }: {
    args: readonly string[];
    cwd: string;
    env: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const program = system.program();
  if (program === undefined) {
    throw new MpmError("CONFLICT", "This mpm runs from source", {
      hint: "Build it: only a binary can start itself",
    });
  }
  const background = "exec </dev/null >/dev/null 2>&1; " +
    'if command -v setsid; then setsid "$@" & else "$@" & fi';
  const { outcome } = await system.run("sh", {
    args: ["-c", background, "sh", program, ...args],
    cwd,
    env: { ...env, MPM_DETACHED: "1" },
    timeout: 5000,
  });
  if (outcome === "exited") return;
  throw new MpmError("FILE_FAILED", "Cannot work in the background", {
    hint: "No shell runs, and that needs sh",
  });
}
