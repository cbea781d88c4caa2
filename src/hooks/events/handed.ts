import {
  agentOfEvent,
  deliverHandoffs,
  type Delivery,
} from "../../agents/mod.ts";
import type { HookWorld } from "./world.ts";

/** Returns the hand-offs for the agent that the event is about. */
export async function handedTo(
  { context: { system }, input, session, worktree }: HookWorld,
): Promise<Delivery> {
  const agent = agentOfEvent(system, input);
  return agent
    ? await deliverHandoffs(system, { session, worktree, agent })
    : { text: "", message: "" };
}
