import { field } from "../base/odd_values.ts";
import type { Redactor } from "../secrets/redact.ts";
import { cutText } from "../base/words.ts";

/** Prompts of a session that are kept, and UTF-16 units of each. */
const KEPT = 5;
const LONGEST = 2000;

/** What somebody asked of the agent. */
export interface AskedPrompt {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Redacted and cut. */
  readonly text: string;
}

/** The prompts that are kept, the last one last; none where it is damaged. */
export function askedFromJson(value: unknown): AskedPrompt[] {
  const prompts = field(value, "prompts");
  if (!Array.isArray(prompts)) return [];
  return prompts.flatMap((prompt) => {
    const [at, text] = [field(prompt, "at"), field(prompt, "text")];
    return typeof at === "string" && typeof text === "string"
      ? [{ at, text }]
      : [];
  });
}

/** The same with one more, as it is kept. */
export function withAsked(
  value: unknown,
  { at, prompt, redactor }: { at: Date; prompt: string; redactor: Redactor },
) {
  // Redacted before it is cut, which could part a mark from its end.
  const text = cutText(redactor.text(prompt).trim(), LONGEST);
  const asked = { at: at.toISOString(), text };
  return { version: 1, prompts: [...askedFromJson(value), asked].slice(-KEPT) };
}
