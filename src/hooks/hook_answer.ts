/**
 * What a hook answers Claude Code. Nothing of it: the event goes on as if there
 * were no hook.
 */
export interface HookAnswer {
  /** Why the prompt is not sent, or what was done in its place. */
  readonly block?: string;
  /** Whether the prompt that is not sent need not be shown again. */
  readonly answered?: boolean;
  /** Why the tool is not run. */
  readonly deny?: string;
  /** For the agent, as facts. */
  readonly context?: string;
  /** For the person. */
  readonly message?: string;
}

/** Characters of a text that Claude Code takes. */
const LONGEST = 10_000;

/** The answer in the words of Claude Code's protocol; empty: nothing. */
export function answerText(event: string, answer: HookAnswer): string {
  const { block, deny, context, message } = answer;
  const specific = {
    ...context ? { additionalContext: cut(context) } : {},
    ...deny === undefined ? {} : {
      permissionDecision: "deny",
      permissionDecisionReason: cut(deny),
    },
    ...answer.answered ? { suppressOriginalPrompt: true } : {},
  };
  const output = {
    ...block === undefined ? {} : { decision: "block", reason: cut(block) },
    ...message ? { systemMessage: cut(message) } : {},
    ...Object.keys(specific).length === 0
      ? {}
      : { hookSpecificOutput: { hookEventName: event, ...specific } },
  };
  return Object.keys(output).length === 0 ? "" : `${JSON.stringify(output)}\n`;
}

function cut(text: string): string {
  return text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
