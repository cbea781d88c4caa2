import {
  agentOfEvent,
  deliverHandoffs,
  type Delivery,
} from "../../agents/mod.ts";
import type { HookCall } from "./hook_call.ts";

/** Returns the hand-offs for the agent that the event belongs to. */
export async function handedTo(
  { context: { system }, input, session, worktree }: HookCall,
): Promise<Delivery> {
  const agent = agentOfEvent(system, input);
  return agent
    ? await deliverHandoffs(system, { session, worktree, agent })
    : { text: "", message: "" };
}
