import { sha256 } from "../../base/digest.ts";
import { field, textField } from "../../base/parsed_values.ts";
import {
  type AgentSession,
  changeAgentFile,
  readAgentFiles,
  removeAgentFile,
} from "../../clients/mod.ts";
import type { System } from "../../system/system.ts";
import type { HookCall } from "./hook_call.ts";

function promptsIn(value: unknown): readonly unknown[] {
  const prompts = field(value, "prompts");
  return Array.isArray(prompts) ? prompts : [];
}

/** The maximum number of allowed prompts to remember in a session. */
const LET_THROUGH = 50;

/**
 * Returns whether a prompt is allowed even if the context is full, because it
 * was held back once or the agent scheduled it.
 */
export function isLetThrough(
  system: System,
  session: AgentSession,
  prompt: string,
): boolean {
  const digest = promptDigest(prompt);
  return readAgentFiles(system, session, "let_through")
    .some((value) => promptsIn(value).includes(digest));
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
      const others = promptsIn(value).filter((digest) =>
        typeof digest === "string" && !digests.includes(digest)
      );
      const all = [...others, ...digests].slice(-LET_THROUGH);
      return { version: 1, prompts: all };
    },
  });
}

/**
 * Returns the digest that identifies a prompt. Surrounding blanks do not count.
 * The text is not stored, because it may contain secrets.
 */
function promptDigest(prompt: string): string {
  return sha256(prompt.trim());
}

/**
 * Returns the message for the agent and removes it, so it is delivered once.
 */
export function takePending(
  { context: { system }, session }: HookCall,
): string {
  const pending = readAgentFiles(system, session, "pending")
    .flatMap((value) => textField(value, "text") ?? []);
  if (pending.length === 0) return "";
  removeAgentFile(system, session, "pending");
  return pending[0]!;
}
