import { SHELL_HOOKS, type ShellHook } from "../claude/shell_hooks.ts";
import { MpmError } from "../errors.ts";
import { type Script, scriptState } from "../store/hook_scripts.ts";
import { type HookOutcome, type HookRun, runHook } from "../store/run_hook.ts";
import type { System } from "../system/system.ts";

export interface NamedHook extends ShellHook {
  readonly name: string;
}

/** A shipped hook by its name, `.sh` or not. Throws NOT_FOUND. */
export function hookNamed(typed: string): NamedHook {
  const name = typed.endsWith(".sh") ? typed : `${typed}.sh`;
  if (Object.hasOwn(SHELL_HOOKS, name)) {
    return { ...SHELL_HOOKS[name]!, name };
  }
  throw new MpmError("NOT_FOUND", `No shell hook "${typed}"`, {
    hint: `One of: ${Object.keys(SHELL_HOOKS).join(", ")}`,
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
  const runs = state === "shipped" || state === "older" || state === "edited";
  return runs ? await runHook(system, root, { ...run, path }) : undefined;
}
