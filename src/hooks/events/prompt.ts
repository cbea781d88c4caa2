import { isAsked, isTyped } from "../../clients/claude/prompts.ts";
import { type Decision, onPrompt as decide } from "../../clients/levels.ts";
import type { HookAnswer } from "../hook_answer.ts";
import {
  type CommandLine,
  spokenCommand,
  typedCommand,
} from "../typed_command.ts";
import { readAgentFiles, removeAgentFile } from "../../clients/agent_state.ts";
import { noteActivity, readActivity } from "./activity.ts";
import { noteFailure } from "./failure.ts";
import { type Look, watchGauge } from "./gauge.ts";
import type { Handler, HookWorld } from "./world.ts";

/**
 * Answers mpm's own commands. Holds back what else a person types where the
 * context is full.
 */
export const onPrompt: Handler = async (world) => {
  const prompt = world.input.text("prompt");
  if (prompt === undefined) return {};
  const typed = typedCommand(prompt);
  if (typed) {
    const { answerTyped } = await import("./typed.ts");
    const answer = await answerTyped(world, typed);
    if (answer) return answer;
  }
  const { answer, ...look } = await watchGauge(world);
  const { allow, reason, note } = await judged(world, { prompt, look });
  const spoken = world.invited ? spokenCommand(prompt) : undefined;
  const said = spoken && await answeredInWords(world, spoken, allow);
  if (said?.block !== undefined) return said;
  if (!allow) return { block: reason ?? "" };
  const { checkpoint } = readActivity(world);
  const at = world.context.system.now().getTime();
  noteActivity(world, { at, checkpoint });
  await keptAsked(world, prompt);
  const told = [takePending(world), said?.context, answer.context, note]
    .filter((text) => text).join("\n");
  return { ...answer, context: told };
};

async function answeredInWords(
  world: HookWorld,
  spoken: CommandLine,
  sent: boolean,
): Promise<HookAnswer> {
  const { answerSpoken } = await import("./typed.ts");
  return await answerSpoken(world, spoken, sent);
}

/** Keeps a prompt; what goes wrong with that changes no answer. */
async function keptAsked(world: HookWorld, prompt: string): Promise<void> {
  if (!world.invited || !isAsked({ input: world.input, prompt })) return;
  try {
    const { keepAsked } = await import("./asked.ts");
    await keepAsked(world, prompt);
  } catch (error) {
    await noteFailure(world.context.system, world.event, error);
  }
}

/** Whether the prompt is sent. One that is not goes through the next time. */
async function judged(
  world: HookWorld,
  { prompt, look: { gauge, level } }: { prompt: string; look: Look },
): Promise<Decision> {
  const { context: { system }, input, session } = world;
  const free = decide("normal", { gauge, prompt });
  if (level !== "block" || !isTyped(system, { input, prompt })) return free;
  const { isLetThrough, letThroughNext } = await import("./again.ts");
  const { waysOut } = await import("./ways.ts");
  const again = isLetThrough(system, session, prompt);
  const decision = decide(level, { gauge, prompt, again, out: waysOut(world) });
  if (decision.allow) return decision;
  const { isQueued } = await import("../../clients/claude/prompts.ts");
  if (await isQueued(system, { input, prompt })) return free;
  // Nobody is held back who could not send it again.
  return await letThroughNext(system, session, [prompt]) ? decision : free;
}

/** What the agent is to be told, once. */
function takePending({ context: { system }, session }: HookWorld): string {
  const pending = readAgentFiles(system, session, "pending")
    .filter((value) => typeof value === "string");
  if (pending.length === 0) return "";
  removeAgentFile(system, session, "pending");
  return pending[0]!;
}
