import { type HookInput, parseHookInput } from "../claude/hook_input.ts";
import type { Context } from "../cli/command.ts";
import { answerText } from "../session/hook_answer.ts";
import { flagIn } from "../session/odd_values.ts";
import type { System } from "../system/system.ts";
import { noteFailure } from "./hook_failure.ts";
import type { Handler } from "./hook_world.ts";

/** Bytes of an event that are read, and milliseconds that it may take. */
const BOUNDS = { limit: 4 * 1024 * 1024, wait: 1000 };

/** What handles each event, loaded only for that. */
const HANDLERS: Readonly<Record<string, () => Promise<Handler>>> = {
  SessionStart: async () => (await import("./hook_start.ts")).onSessionStart,
  UserPromptSubmit: async () => (await import("./hook_prompt.ts")).onPrompt,
  PreToolUse: async () => (await import("./hook_tools.ts")).onToolUse,
  PostToolUse: async () => (await import("./hook_tools.ts")).onToolsUsed,
  PostToolBatch: async () => (await import("./hook_tools.ts")).onToolsUsed,
  Stop: async () => (await import("./hook_tools.ts")).onToolsUsed,
  PostToolUseFailure: async () => (await import("./hook_error.ts")).onError,
  StopFailure: async () => (await import("./hook_error.ts")).onError,
  PreCompact: async () => (await import("./hook_compact.ts")).onCompact,
  SessionEnd: async () => (await import("./hook_end.ts")).onSessionEnd,
  TaskCreated: async () => (await import("./hook_tasks.ts")).onTask,
  TaskCompleted: async () => (await import("./hook_tasks.ts")).onTask,
};

/**
 * Takes an event from standard input and returns what is to be printed. Never
 * throws: what goes wrong is noted, and the session goes on.
 */
export async function takeEvent(
  context: Context,
  event: string,
): Promise<string> {
  const { system } = context;
  try {
    const input = await readEvent(system, event);
    // A sub-agent has a context of its own, and its work is its parent's.
    if (!input || input.subagent) return "";
    const [{ worldOf }, handle] = await Promise.all([
      import("./hook_world.ts"),
      HANDLERS[event]!(),
    ]);
    const world = await worldOf(context, { event, input });
    if (!world) return "";
    return answerText(event, await handle(world));
  } catch (error) {
    await noteFailure(system, event, error);
    return "";
  }
}

/** `undefined`: there is nothing to be done about it. */
async function readEvent(
  system: System,
  event: string,
): Promise<HookInput | undefined> {
  const { terminal } = system;
  if (!Object.hasOwn(HANDLERS, event) || isOff(system)) return undefined;
  // Somebody tries it by hand: there is nothing to wait for.
  if (terminal.interactive.stdin) return undefined;
  const { bytes, state } = await terminal.readInputSoon(BOUNDS);
  return state === "large"
    ? undefined
    : parseHookInput(new TextDecoder().decode(bytes), event);
}

/** At once, before anything is read. */
function isOff(system: System): boolean {
  const given = system.env("MPM_HOOKS");
  return Boolean(given) && flagIn(given) === false;
}
