import type { HookInput } from "../claude/hook_input.ts";
import type { Context } from "../cli/command.ts";
import { getOwn } from "../own.ts";
import type { HookAnswer } from "../session/hook_answer.ts";
import { onPrompt } from "./hook_prompt.ts";
import { onToolsUsed, onToolUse } from "./hook_tools.ts";
import { type Handler, worldOf } from "./hook_world.ts";

/**
 * What handles each event. Those that come often are loaded together, which
 * takes less time than one by one; the others only for themselves.
 */
const HANDLERS: Readonly<Record<string, () => Handler | Promise<Handler>>> = {
  SessionStart: async () => (await import("./hook_start.ts")).onSessionStart,
  UserPromptSubmit: () => onPrompt,
  PreToolUse: () => onToolUse,
  PostToolUse: () => onToolsUsed,
  PostToolBatch: () => onToolsUsed,
  Stop: () => onToolsUsed,
  PostToolUseFailure: async () => (await import("./hook_error.ts")).onError,
  StopFailure: async () => (await import("./hook_error.ts")).onError,
  PreCompact: async () => (await import("./hook_compact.ts")).onCompact,
  SessionEnd: async () => (await import("./hook_end.ts")).onSessionEnd,
  TaskCreated: async () => (await import("./hook_tasks.ts")).onTask,
  TaskCompleted: async () => (await import("./hook_tasks.ts")).onTask,
};

/** What mpm does at an event, and says to it; nothing for an unknown one. */
export async function answerEvent(
  context: Context,
  { event, input }: { event: string; input: HookInput },
): Promise<HookAnswer> {
  const load = getOwn(HANDLERS, event);
  if (!load) return {};
  const world = await worldOf(context, { event, input });
  if (!world) return {};
  const handle = await load();
  return await handle(world);
}
