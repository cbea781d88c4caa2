import { dueContentsIds, type Save, uncopiedIds } from "../../saves/mod.ts";
import { CLAUDE } from "../../clients/mod.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { noteFailure } from "../failures.ts";
import type { System } from "../../system/system.ts";
import type { HookCall } from "./hook_call.ts";

/** Variables for one script, in addition to those for all scripts. */
export type Variables = Readonly<Record<`MPM_${string}`, string>>;

/** The largest event that fits into a program's environment, in bytes. */
const MOST = 64 * 1024;

/** Starts a process that adds a save's other files and contents. */
export async function startKeeping(
  hook: HookCall,
  { session_id: id, git_context: git }: Save,
): Promise<void> {
  if (git.is_git_repo) await startOwn(hook, ["saves", "keep", id, "--quiet"]);
}

/** The most saves to complete at a start; the next completes more. */
const MOST_DUE = 3;

/** Starts the same processes for saves that were interrupted. */
export async function startDue(hook: HookCall): Promise<void> {
  const { context: { system }, session } = hook;
  const due = new Set([
    ...dueContentsIds(system, session.root).slice(-MOST_DUE),
    // One process makes all missing copies.
    ...uncopiedIds(system, session.root).slice(-1),
  ]);
  for (const id of due) await startOwn(hook, ["saves", "keep", id, "--quiet"]);
}

/** Starts an automatic checkpoint, which takes too long for a hook. */
export async function startCheckpoint(hook: HookCall): Promise<void> {
  const env = { ...environmentOf(hook, {}), MPM_INPUT: eventOf(hook) };
  await startOwn(hook, ["checkpoint", "save", "--auto", "--quiet"], env);
}

/** Starts a checkpoint of the tree after these tool calls of the agent. */
export async function startStepTree(
  hook: HookCall,
  calls: readonly string[],
): Promise<void> {
  await startOwn(hook, [
    ...["checkpoint", "save", "--quiet", "--agent-session", hook.session.id],
    ...calls.map((call) => `--after-call=${call}`),
  ]);
}

/** Starts making a digest for the next save, which takes longer. */
export async function startDigest(hook: HookCall): Promise<void> {
  const { client, context: { system }, input } = hook;
  // Another client's transcript is read later, when it is needed.
  if (client !== CLAUDE) return;
  const { sessionId, transcriptPath: path, cwd } = input;
  const size = path && attempt(() => system.files.stat(path)?.size);
  if (!size || size < WORTH_IT) return;
  const event = { session_id: sessionId, transcript_path: path, cwd };
  const env = { MPM_INPUT: JSON.stringify(event) };
  await startOwn(hook, ["hook", "Digest"], env);
}

/** The size from which reading a transcript takes noticeable time, in bytes. */
const WORTH_IT = 512 * 1024;

/**
 * Starts this mpm in the background, unless it runs from source. A failure is
 * logged: the hook still has its answer to give, and a later start does most of
 * this work.
 */
async function startOwn(
  { context: { system }, worktree: cwd, event }: HookCall,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (system.program() === undefined) return;
  try {
    await startProgram(system, { args, cwd, env });
  } catch (error) {
    noteFailure(system, event, error);
  }
}

/**
 * Runs this mpm in a process group of its own. When this returns, the caller may
 * exit at once. Throws CONFLICT if mpm runs from source, FILE_FAILED if no shell
 * can start it.
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
      hint: "Build mpm: only a compiled mpm can start itself",
    });
  }
  const runs = await system.startApart([program, ...args], {
    cwd,
    env: { ...env, MPM_DETACHED: "1" },
  });
  if (runs) return;
  throw new MpmError("FILE_FAILED", "Cannot run in the background", {
    hint: 'mpm needs the shell "sh" for this, but cannot start it',
  });
}

/** Returns the variables of a script that handles an event. */
export function environmentOf(
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

/** Returns the event for a script, a large one with few fields. */
export function eventOf({ input, event }: HookCall): string {
  const whole = input.json;
  if (new TextEncoder().encode(whole).length <= MOST) return whole;
  return JSON.stringify({
    session_id: input.sessionId,
    transcript_path: input.transcriptPath,
    cwd: input.cwd,
    hook_event_name: event,
  });
}
