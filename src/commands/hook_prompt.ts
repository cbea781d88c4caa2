import { onPrompt as decide } from "../session/level_decisions.ts";
import { typedCommand } from "../session/typed_command.ts";
import { readAgentFiles, removeAgentFile } from "../store/agent_state.ts";
import { noteActivity, readActivity } from "./hook_activity.ts";
import { watchGauge } from "./hook_gauge.ts";
import type { Handler, HookWorld } from "./hook_world.ts";

/**
 * A prompt: mpm's own commands are answered, the others are held back where the
 * context is full.
 */
export const onPrompt: Handler = async (world) => {
  const prompt = world.input.text("prompt");
  if (prompt === undefined) return {};
  const typed = typedCommand(prompt);
  if (typed) {
    const { answerTyped } = await import("./hook_typed.ts");
    const answer = await answerTyped(world, typed);
    if (answer) return answer;
  }
  const { gauge, level, answer } = await watchGauge(world);
  const { allow, reason, note } = decide(level, { gauge, prompt });
  if (!allow) return { block: reason ?? "" };
  const { checkpoint } = readActivity(world);
  const at = world.context.system.now().getTime();
  noteActivity(world, { at, checkpoint });
  const told = [takePending(world), answer.context, note]
    .filter((text) => text).join("\n");
  return { ...answer, context: told };
};

/** What the agent is to be told, once. */
function takePending({ context: { system }, session }: HookWorld): string {
  const pending = readAgentFiles(system, session, "pending")
    .filter((value) => typeof value === "string");
  if (pending.length === 0) return "";
  removeAgentFile(system, session, "pending");
  return pending[0]!;
}
