import { defineCommand } from "../../cli/mod.ts";
import { say } from "../say.ts";
import { SAY } from "../say_text.ts";

export const ask = defineCommand({
  ...SAY,
  name: "ask",
  summary: "Record an open question, or list the open questions",
  description: `
Every save and hand-off includes the question until "mpm done" closes it. Once you have the answer, record it with "mpm decide" and close the question. Without a
text, mpm lists the open questions.`,
  examples: ["mpm ask", 'mpm ask "Which port does staging use?"'],
  run: (context, input) => say(context, "ask", input),
});
