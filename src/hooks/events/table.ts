import type { HookInput } from "../../clients/claude/hook_input.ts";
import type { Context } from "../../cli/command.ts";
import { getOwn } from "../../base/own.ts";
import type { HookAnswer } from "../hook_answer.ts";
import { onPrompt } from "./prompt.ts";
import { onToolsUsed, onToolUse } from "./tools.ts";
import { type Handler, worldOf } from "./world.ts";

/**
 * What handles each event. Those that come often are loaded together, which
 * takes less time than one by one; the others only for themselves.
 */
const HANDLERS: Readonly<Record<string, () => Handler | Promise<Handler>>> = {
  SessionStart: async () => (await import("./start.ts")).onSessionStart,
  UserPromptSubmit: () => onPrompt,
  PreToolUse: () => onToolUse,
  PostToolUse: () => onToolsUsed,
  PostToolBatch: () => onToolsUsed,
  Stop: () => onToolsUsed,
  PostToolUseFailure: async () => (await import("./error.ts")).onError,
  StopFailure: async () => (await import("./error.ts")).onError,
  PreCompact: async () => (await import("./compact.ts")).onCompact,
  SessionEnd: async () => (await import("./end.ts")).onSessionEnd,
  TaskCreated: async () => (await import("./tasks.ts")).onTask,
  TaskCompleted: async () => (await import("./tasks.ts")).onTask,
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
