import {
  copyOf,
  hookNamed,
  type HookOutcome,
  mayRun,
  runShellHook,
  scriptsOf,
  startShellHook,
} from "./run.ts";
import {
  environmentOf,
  eventOf,
  type Variables,
} from "../events/background.ts";
import type { HookCall } from "../events/hook_call.ts";
import { obstacleTo } from "./store.ts";

/**
 * Returns whether the project has a folder of scripts. Usually it has none, and
 * loading the code for scripts takes time.
 */
function hasFolder({ context: { system }, session }: HookCall): boolean {
  return obstacleTo(system, session.root) !== "none";
}

/** Returns the project's scripts. */
export function scriptsHere(hook: HookCall): ReturnType<typeof scriptsOf> {
  const { context: { system }, session } = hook;
  return hasFolder(hook) ? scriptsOf(system, session.root) : [];
}

/** Runs a script and waits for it. Returns `undefined` if no script may run. */
export async function runScript(
  hook: HookCall,
  name: string,
  { variables, timeout }: { variables: Variables; timeout: number },
): Promise<HookOutcome | undefined> {
  if (!hasFolder(hook)) return undefined;
  const { context: { system }, session, worktree, event } = hook;
  return await runShellHook(system, session.root, {
    name,
    event,
    cwd: worktree,
    env: environmentOf(hook, variables),
    input: new TextEncoder().encode(`${eventOf(hook)}\n`),
    timeout,
  });
}

/** Returns whether a script of that name exists and may run. */
export function hasScript(hook: HookCall, name: string): boolean {
  const { context: { system }, session } = hook;
  return hasFolder(hook) &&
    mayRun(copyOf(system, session.root, hookNamed(name)).state);
}

/** Starts a script that outlives the event; false if none may run. */
export async function startScript(
  hook: HookCall,
  name: string,
  variables: Variables,
): Promise<boolean> {
  const { context: { system }, worktree } = hook;
  if (!hasScript(hook, name)) return false;
  const env = { ...environmentOf(hook, variables), MPM_INPUT: eventOf(hook) };
  await startShellHook(system, { name, cwd: worktree, env });
  return true;
}
