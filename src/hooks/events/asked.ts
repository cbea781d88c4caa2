import {
  askedFromJson,
  type AskedPrompt,
  withAsked,
} from "../asked_prompts.ts";
import { changeAgentFile, readAgentFiles } from "../../clients/agent_state.ts";
import { redactorOf } from "../../secrets/redaction.ts";
import type { HookWorld } from "./world.ts";

/** Keeps a prompt for the save that is made when the session ends. */
export async function keepAsked(
  { context: { system }, session }: HookWorld,
  prompt: string,
): Promise<void> {
  const asked = { at: system.now(), prompt, redactor: redactorOf(system) };
  await changeAgentFile(system, session, {
    file: "prompts",
    change: (value) => withAsked(value, asked),
  });
}

/** What was asked of the agent last in this very session, if it is known. */
export function lastAsked(
  { context: { system }, session }: HookWorld,
): AskedPrompt | undefined {
  return readAgentFiles(system, session, "prompts").flatMap(askedFromJson)
    .sort((a, b) => a.at < b.at ? -1 : 1).at(-1);
}
