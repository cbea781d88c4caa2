import {
  type Decision,
  isAsked,
  isQueued,
  isTyped,
  onPrompt as decide,
  readAgentFiles,
  removeAgentFile,
} from "../../clients/mod.ts";
import { spokenCommand, typedCommand } from "./typed_command.ts";
import { noteActivity, readActivity } from "./activity.ts";
import { noteFailure } from "../failures.ts";
import { type Look, watchGauge, waysOut } from "./gauge.ts";
import { isLetThrough, keepAsked, letThroughNext } from "./prompts.ts";
import type { Handler, HookWorld } from "./world.ts";

/**
 * Answers mpm's own commands. Holds back what else a person types where the
 * context is full.
 */
export const onUserPrompt: Handler = async (world) => {
  const prompt = world.input.text("prompt");
  if (prompt === undefined) return {};
  const typed = typedCommand(prompt);
  if (typed) {
    const answer = await (await words()).answerTyped(world, typed);
    if (answer) return answer;
  }
  const { answer, ...look } = await watchGauge(world);
  const { allow, reason, note } = await judged(world, { prompt, look });
  const spoken = world.invited ? spokenCommand(prompt) : undefined;
  const said = spoken &&
    await (await words()).answerSpoken(world, spoken, allow);
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

/** Loaded for the few prompts that mpm answers. */
function words() {
  return import("./typed.ts");
}

/** Keeps a prompt; what goes wrong with that changes no answer. */
async function keptAsked(world: HookWorld, prompt: string): Promise<void> {
  if (!world.invited || !isAsked({ input: world.input, prompt })) return;
  try {
    await keepAsked(world, prompt);
  } catch (error) {
    noteFailure(world.context.system, world.event, error);
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
  const again = isLetThrough(system, session, prompt);
  const decision = decide(level, { gauge, prompt, again, out: waysOut(world) });
  if (decision.allow) return decision;
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
