import { sha256 } from "../../base/digest.ts";
import { listIn, textField } from "../../base/parsed_values.ts";
import {
  type AgentSession,
  changeAgentFile,
  readAgentFiles,
  removeAgentFile,
} from "../../clients/mod.ts";
import type { System } from "../../system/system.ts";
import type { HookCall } from "./hook_call.ts";

/** The maximum number of allowed prompts to remember in a session. */
const LET_THROUGH = 50;

/** Returns whether a prompt passes a full context. */
export function isLetThrough(
  system: System,
  session: AgentSession,
  prompt: string,
): boolean {
  const digest = promptDigest(prompt);
  return readAgentFiles(system, session, "let_through")
    .some((value) => listIn(value, "prompts").includes(digest));
}

/** Allows these prompts from the next time on; returns false if that failed. */
export async function letThroughNext(
  system: System,
  session: AgentSession,
  prompts: readonly string[],
): Promise<boolean> {
  const digests = prompts.map(promptDigest);
  return await changeAgentFile(system, session, {
    file: "let_through",
    change: (value) => {
      const others = listIn(value, "prompts").filter((digest) =>
        typeof digest === "string" && !digests.includes(digest)
      );
      const all = [...others, ...digests].slice(-LET_THROUGH);
      return { version: 1, prompts: all };
    },
  });
}

/** Returns a prompt's digest; its text may contain secrets. */
function promptDigest(prompt: string): string {
  return sha256(prompt.trim());
}

/** Returns the message for the agent once, and removes it. */
export function takePending(
  { context: { system }, session }: HookCall,
): string {
  const pending = readAgentFiles(system, session, "pending")
    .flatMap((value) => textField(value, "text") ?? []);
  if (pending.length === 0) return "";
  removeAgentFile(system, session, "pending");
  return pending[0]!;
}
