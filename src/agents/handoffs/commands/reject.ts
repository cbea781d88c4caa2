import { defineCommand } from "../../../cli/mod.ts";
import { ANSWER_FLAGS, answerHandoff, WHICH } from "../answer.ts";
import { answeredText } from "../text.ts";

export const handoffReject = defineCommand({
  name: "handoff reject",
  summary: "Reject a hand-off, with a reason",
  description: `
Records that you will not do the work, and why. An agent can withdraw its own document by rejecting it.`,
  positionals: [
    WHICH,
    { name: "reason", summary: "The reason", rest: true },
  ],
  flags: ANSWER_FLAGS,
  examples: ['mpm handoff reject 0 "The API spec is missing"'],
  result: async () => (await import("./results.ts")).HandoffAnswerResult,
  settles: true,
  run: (context, { handoff, reason, agent, "dry-run": dryRun }) =>
    answerHandoff(context, {
      ...{ state: "rejected", selector: handoff, agent, reason, dryRun },
    }),
  render: answeredText,
});
