import { AGENT_FLAG } from "../../names.ts";
import { defineCommand } from "../../../cli/mod.ts";
import { answerHandoff } from "../answer.ts";
import { answeredText } from "../text.ts";

/** `mpm handoff reject` */
export const handoffReject = defineCommand({
  name: "handoff reject",
  summary: "Reject a hand-off, with a reason",
  description: `
Notes that you do not do it, and why. The agent that wrote it can reject it, too,
to withdraw it.`,
  positionals: [
    {
      name: "handoff",
      summary: "Which: number in the list, id, part of it, or path",
      names: "handoff",
    },
    { name: "reason", summary: "The reason", rest: true },
  ],
  flags: {
    ...AGENT_FLAG,
    "dry-run": {
      type: "boolean",
      summary: "Show what would be noted and write nothing",
    },
  },
  examples: ['mpm handoff reject 0 "The API spec is missing"'],
  result: async () => (await import("./results.ts")).HandoffAnswerResult,
  settles: true,
  run: (context, { handoff, reason, agent, "dry-run": dryRun }) =>
    answerHandoff(context, {
      ...{ state: "rejected", selector: handoff, agent, reason, dryRun },
    }),
  render: answeredText,
});
