import { sha256 } from "../../base/digest.ts";
import { field } from "../../base/odd_values.ts";
import { cutText } from "../../base/words.ts";
import {
  type AgentSession,
  changeAgentFile,
  readAgentFiles,
} from "../../clients/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import type { HookWorld } from "./world.ts";

/** Prompts of a session that are kept, and UTF-16 units of each. */
const ASKED = 5;
const LONGEST = 2000;

/** What somebody asked of the agent. */
interface AskedPrompt {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Redacted and cut. */
  readonly text: string;
}

/** Keeps a prompt for the save that is made when the session ends. */
export async function keepAsked(
  { context: { system }, session }: HookWorld,
  prompt: string,
): Promise<void> {
  // Redacted before it is cut, which could part a mark from its end.
  const text = cutText(redactorOf(system).text(prompt).trim(), LONGEST);
  const asked = { at: system.now().toISOString(), text };
  await changeAgentFile(system, session, {
    file: "prompts",
    change: (value) => ({
      version: 1,
      prompts: [...askedIn(value), asked].slice(-ASKED),
    }),
  });
}

/** What was asked of the agent last in this very session, if it is known. */
export function lastAsked(
  { context: { system }, session }: HookWorld,
): AskedPrompt | undefined {
  return readAgentFiles(system, session, "prompts").flatMap(askedIn)
    .sort((a, b) => a.at < b.at ? -1 : 1).at(-1);
}

/** The prompts that are kept, the last one last; none where it is damaged. */
function askedIn(value: unknown): AskedPrompt[] {
  return promptsIn(value).flatMap((prompt) => {
    const [at, text] = [field(prompt, "at"), field(prompt, "text")];
    return typeof at === "string" && typeof text === "string"
      ? [{ at, text }]
      : [];
  });
}

function promptsIn(value: unknown): readonly unknown[] {
  const prompts = field(value, "prompts");
  return Array.isArray(prompts) ? prompts : [];
}

/** Prompts of a session that go through, which are remembered. */
const LET_THROUGH = 50;

/**
 * Whether a prompt goes through even where the context is full: one that was
 * held back once, or that the agent scheduled.
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

/** Lets these prompts through from the next time on; false: it could not. */
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
 * What a prompt is known by. Blanks around it do not count, and its text is
 * not kept: it may hold secrets.
 */
function promptDigest(prompt: string): string {
  return sha256(prompt.trim());
}
