import type { System } from "../../system/system.ts";
import type { HookInput } from "./hook_input.ts";

/**
 * Texts that Claude Code itself sends as a prompt, such as the notification that
 * a background task ended: each begins with a tag. What a person pastes stands
 * in a tag, too.
 */
const OWN_TEXT = /^\s*<(?!pasted_content\s)[a-z][\w-]*[\s>]/;

/** A prompt and the event that brought it. */
interface Given {
  readonly input: HookInput;
  readonly prompt: string;
}

/** Whether somebody asked this, a person or a program, and not Claude Code. */
export function isAsked({ input, prompt }: Given): boolean {
  const source = input.text("source") ?? "user";
  return ["user", "sdk"].includes(source) && !OWN_TEXT.test(prompt);
}

/**
 * Whether a person sits at the session. `claude -p` and programs that use the
 * SDK say that nobody does; a client that says nothing counts as one of those.
 */
export function isAttended(system: System): boolean {
  const attended = system.env("CLAUDE_CODE_SESSION_ATTENDED");
  if (attended !== undefined) return attended === "1";
  return system.env("CLAUDE_CODE_ENTRYPOINT") === "cli";
}

/**
 * Whether a person certainly typed the prompt. Only such a prompt may be held
 * back: nobody would send another one again.
 */
export function isTyped(system: System, given: Given): boolean {
  return isAsked(given) && given.input.text("source") !== "sdk" &&
    isAttended(system);
}
