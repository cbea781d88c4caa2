import { defineCommand } from "../../../cli/mod.ts";
import { ANSWER_FLAGS, answerHandoff, WHICH } from "../answer.ts";
import { answeredText } from "../text.ts";

export const handoffDone = defineCommand({
  name: "handoff done",
  summary: "Mark a hand-off as done",
  description: `
Records that the needs and the acceptance criteria are met. You can undo this with "mpm undo".`,
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
