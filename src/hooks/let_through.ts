import { field } from "../base/odd_values.ts";
import { sha256 } from "../base/digest.ts";

/** Prompts of a session that are remembered. */
const KEPT = 50;

/**
 * What a prompt is known by. Blanks around it do not count, and its text is
 * not kept: it may hold secrets.
 */
export function promptDigest(prompt: string): string {
  return sha256(new TextEncoder().encode(prompt.trim()));
}

/**
 * The prompts that go through even where the context is full: those that were
 * held back once, and those that the agent scheduled. None where it is damaged.
 */
export function letThrough(value: unknown): string[] {
  const prompts = field(value, "prompts");
  return Array.isArray(prompts)
    ? prompts.filter((digest) => typeof digest === "string")
    : [];
}

/** The same with more of them, as it is kept. */
export function withLetThrough(value: unknown, digests: readonly string[]) {
  const others = letThrough(value).filter((one) => !digests.includes(one));
  return { version: 1, prompts: [...others, ...digests].slice(-KEPT) };
}
