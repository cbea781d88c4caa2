import { type Content, NO_CONTENT } from "../saves/content.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Save } from "../saves/save.ts";
import { firstLine } from "../base/words.ts";

/** Characters of the last prompt that are kept. */
const LONGEST = 200;

const LAST = "Last prompt: ";

/** What an earlier automatic save added. */
const ASKED = /\. Last prompt: [^]*$/;

/**
 * What an automatic save says: what was said of the same agent's session
 * earlier, and what was asked of the agent last.
 */
export function endContent(
  { earlier, prompt, reason, redactor }: {
    earlier: Save | undefined;
    prompt: string | undefined;
    /** Why the session ended, as Claude Code says it. */
    reason: string | undefined;
    redactor: Redactor;
  },
): Content {
  const asked = prompt === undefined
    ? []
    // Redacted before it is cut, which could part a mark from its end.
    : [`${LAST}${firstLine(redactor.text(prompt), LONGEST)}`];
  const how = reason === "clear" ? "cleared" : "ended";
  const said = earlier
    ? earlier.conversation.summary.replace(ASKED, "")
    : `Saved as the agent's session ${how}`;
  const lists = earlier
    ? {
      nextSteps: earlier.conversation.next_steps,
      accomplishments: earlier.conversation.accomplishments,
      decisions: earlier.mpm?.decisions ?? [],
      blockers: earlier.mpm?.blockers ?? [],
      questions: earlier.open_questions,
      reminders: earlier.important_reminders,
    }
    : {};
  return {
    ...NO_CONTENT,
    ...lists,
    summary: [said, ...asked].join(". "),
  };
}
