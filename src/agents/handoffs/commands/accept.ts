import { defineCommand } from "../../../cli/mod.ts";
import { ANSWER_FLAGS, answerHandoff, WHICH } from "../answer.ts";
import { answeredText } from "../text.ts";

export const handoffAccept = defineCommand({
  name: "handoff accept",
  summary: "Accept a hand-off",
  description: `
Records that you are working on the hand-off. The agent's new sessions then get one line about the hand-off instead of the whole document. A person can answer on behalf of any agent. An agent can answer only hand-offs addressed to it.`,
  positionals: [WHICH],
  flags: ANSWER_FLAGS,
  examples: [
    "mpm handoff accept 0",
    "mpm handoff accept frontend-backend --agent backend",
  ],
  result: async () => (await import("./results.ts")).HandoffAnswerResult,
  settles: true,
  run: (context, { handoff, agent, "dry-run": dryRun }) =>
    answerHandoff(context, {
      ...{ state: "accepted", selector: handoff, agent, reason: [], dryRun },
    }),
  render: answeredText,
  next: () => '"mpm handoff done" finishes it',
});
