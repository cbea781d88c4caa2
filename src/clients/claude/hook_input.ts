import type { HookInput } from "../hook_input.ts";

/**
 * Matches a text that Claude Code itself sends as a prompt, such as the
 * notification that a background task ended. Each begins with a tag. Pasted
 * text is also in a tag, but does not match.
 */
const OWN_TEXT = /^\s*<(?!pasted_content\s)[a-z][\w-]*[\s>]/;

/** A prompt, and its event. */
export interface Given {
  readonly input: HookInput;
  readonly prompt: string;
}

/** Returns whether a prompt does not come from Claude Code itself. */
export function isAsked({ input, prompt }: Given): boolean {
  const source = input.text("source") ?? "user";
  return ["user", "sdk"].includes(source) && !OWN_TEXT.test(prompt);
}

/** Joins the known parts to one text, e.g. `rate_limit: API Error: …`. */
export function turnErrorText(parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "")
    .join(": ") || "unknown";
}
