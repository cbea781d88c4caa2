import { letThrough, promptDigest, withLetThrough } from "../let_through.ts";
import {
  type AgentSession,
  changeAgentFile,
  readAgentFiles,
} from "../../clients/agent_state.ts";
import type { System } from "../../system/system.ts";

/** Whether a prompt goes through even where the context is full. */
export function isLetThrough(
  system: System,
  session: AgentSession,
  prompt: string,
): boolean {
  const digest = promptDigest(prompt);
  return readAgentFiles(system, session, "let_through")
    .some((value) => letThrough(value).includes(digest));
}

/** Lets these prompts through from the next time on; false: it could not. */
export async function letThroughNext(
  system: System,
  session: AgentSession,
  prompts: readonly string[],
): Promise<boolean> {
  return await changeAgentFile(system, session, {
    file: "let_through",
    change: (value) => withLetThrough(value, prompts.map(promptDigest)),
  });
}
