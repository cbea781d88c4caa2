import {
  copyOf,
  hookNamed,
  type HookOutcome,
  mayRun,
  runShellHook,
  startProgram,
  startShellHook,
} from "./run.ts";
import { dueContentsIds, type Save, uncopiedIds } from "../../saves/mod.ts";
import { CLAUDE } from "../../clients/mod.ts";
import type { HookCall } from "../events/hook_call.ts";
import { attempt } from "../../base/errors.ts";

/** Variables for one script, in addition to those for all scripts. */
type Variables = Readonly<Record<`MPM_${string}`, string>>;

/** The largest event that fits into a program's environment, in bytes. */
const MOST = 64 * 1024;

/** Runs a script and waits for it. Returns `undefined` if no script may run. */
export async function runScript(
  hook: HookCall,
  name: string,
  { variables, timeout }: { variables: Variables; timeout: number },
): Promise<HookOutcome | undefined> {
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
export function hasScript(
  { context: { system }, session }: HookCall,
  name: string,
): boolean {
  return mayRun(copyOf(system, session.root, hookNamed(name)).state);
}

/**
 * Starts a script that outlives the event. Returns false if no script may run.
 */
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

/**
 * Starts a process that completes a save made by a hook. It adds the YAML and
 * Markdown, the copy in git, and the contents of uncommitted files.
 */
export async function startKeeping(
  { context: { system }, worktree }: HookCall,
  { session_id: id, git_context: git }: Save,
): Promise<void> {
  if (!git.is_git_repo || system.program() === undefined) return;
  const args = ["saves", "keep", id, "--quiet"];
  await startProgram(system, { args, cwd: worktree, env: {} });
}

/**
 * The maximum number of saves to complete when a session begins; the next start
 * completes more.
 */
const MOST_DUE = 3;

/** Starts the same processes for saves that were interrupted. */
export async function startDue(
  { context: { system }, session, worktree }: HookCall,
): Promise<void> {
  if (system.program() === undefined) return;
  const due = new Set([
    ...dueContentsIds(system, session.root).slice(-MOST_DUE),
    // One process makes all missing copies.
    ...uncopiedIds(system, session.root).slice(-1),
  ]);
  for (const id of due) {
    const args = ["saves", "keep", id, "--quiet"];
    await startProgram(system, { args, cwd: worktree, env: {} });
  }
}

/**
 * Starts an automatic checkpoint in the background, since it takes longer than
 * a hook may.
 */
export async function startCheckpoint(hook: HookCall): Promise<void> {
  const { context: { system }, worktree } = hook;
  if (system.program() === undefined) return;
  const env = { ...environmentOf(hook, {}), MPM_INPUT: eventOf(hook) };
  const args = ["checkpoint", "save", "--auto", "--quiet"];
  await startProgram(system, { args, cwd: worktree, env });
}

/** Starts a checkpoint of the tree after these tool calls of the agent. */
export async function startStepTree(
  { context: { system }, session, worktree }: HookCall,
  calls: readonly string[],
): Promise<void> {
  if (system.program() === undefined) return;
  const after = calls.map((call) => `--after-call=${call}`);
  const args = [
    ...["checkpoint", "save", "--quiet", "--agent-session", session.id],
    ...after,
  ];
  await startProgram(system, { args, cwd: worktree, env: {} });
}

/**
 * Starts the process that makes a digest of the conversation for the next save.
 * This takes longer than a hook may take at the end of a turn.
 */
export async function startDigest(
  { client, context: { system }, input, worktree }: HookCall,
): Promise<void> {
  // Another client's transcript is read later, when it is needed.
  if (client !== CLAUDE) return;
  const { sessionId, transcriptPath: path, cwd } = input;
  const size = path && attempt(() => system.files.stat(path)?.size);
  if (!size || size < WORTH_IT || system.program() === undefined) return;
  const event = { session_id: sessionId, transcript_path: path, cwd };
  await startProgram(system, {
    args: ["hook", "Digest"],
    cwd: worktree,
    env: { MPM_INPUT: JSON.stringify(event) },
  });
}

/** The size from which reading a transcript takes noticeable time, in bytes. */
const WORTH_IT = 512 * 1024;

function environmentOf(
  { context: { system }, input, worktree, event }: HookCall,
  variables: Variables,
): Record<string, string> {
  return {
    MPM_PROJECT: worktree,
    MPM_EVENT: event,
    MPM_SESSION_ID: input.sessionId,
    MPM_CWD: input.cwd,
    MPM_BIN: system.program() ?? "mpm",
    ...variables,
  };
}

/**
 * Returns the event for a script. For a large event, returns only the fields
 * that all events have.
 */
function eventOf({ input, event }: HookCall): string {
  const whole = input.json;
  if (new TextEncoder().encode(whole).length <= MOST) return whole;
  return JSON.stringify({
    session_id: input.sessionId,
    transcript_path: input.transcriptPath,
    cwd: input.cwd,
    hook_event_name: event,
  });
}
