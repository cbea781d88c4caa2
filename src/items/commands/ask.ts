import { defineCommand } from "../../cli/mod.ts";
import { say } from "../say.ts";
import { SAY_FLAGS, sayText, TEXT_WORDS } from "../say_text.ts";

/** `mpm ask` */
export const ask = defineCommand({
  name: "ask",
  summary: "Record an open question, or list the open questions",
  description: `
Every save and hand-off includes the question until "mpm done" closes it. Once you have the answer, record it with "mpm decide" and close the question. Without a
text, mpm lists the open questions.`,
  positionals: [TEXT_WORDS],
  flags: SAY_FLAGS,
  examples: ["mpm ask", 'mpm ask "Which port does staging use?"'],
  result: async () => (await import("./results.ts")).SayResult,
  settles: true,
  run: (context, input) =>
    say(context, {
      ...{ kind: "question", operation: "ask", words: input.text },
      ...{ all: input.all, dryRun: input["dry-run"] },
    }),
  render: sayText,
});
