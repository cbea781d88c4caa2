import { defineCommand } from "../../../cli/mod.ts";
import { ANSWER_FLAGS, answerHandoff, WHICH } from "../answer.ts";
import { answeredText } from "../text.ts";

/** `mpm handoff done` */
export const handoffDone = defineCommand({
  name: "handoff done",
  summary: "Note that a hand-off is done",
  description: `
Notes that the needs and the acceptance criteria are met. "mpm undo" undoes this.`,
  positionals: [
    WHICH,
    { name: "note", summary: "A note about the result", rest: true },
  ],
  flags: ANSWER_FLAGS,
  examples: [
    "mpm handoff done 0",
    'mpm handoff done frontend-backend "In commit 4f2a9c1" --agent backend',
  ],
  result: async () => (await import("./results.ts")).HandoffAnswerResult,
  settles: true,
  run: (context, { handoff, note, agent, "dry-run": dryRun }) =>
    answerHandoff(context, {
      ...{ state: "done", selector: handoff, agent, reason: note, dryRun },
    }),
  render: answeredText,
});
