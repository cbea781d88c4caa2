import { defineCommand } from "../../cli/mod.ts";
import { say } from "../say.ts";
import { SAY } from "../say_text.ts";

export const decide = defineCommand({
  ...SAY,
  name: "decide",
  summary: "Record a decision and its reason, or list the decisions",
  description: `
Every save and hand-off includes the decision until another decision supersedes it or "mpm done" closes it. Without a text, mpm lists the current decisions with their
numbers.`,
  flags: {
    why: { type: "string", value: "text", summary: "The reason", short: "w" },
    supersedes: {
      type: "string",
      value: "number",
      names: "open-item",
      summary: "The number of the item to replace",
    },
    ...SAY.flags,
  },
  examples: [
    "mpm decide",
    'mpm decide "Use SQLite" --why "No server to run"',
    'mpm decide "Use Postgres" --why "Two writers" --supersedes 4',
  ],
  run: (context, input) => say(context, "decide", input),
});
