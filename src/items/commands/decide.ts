import { defineCommand } from "../../cli/mod.ts";
import { say } from "../say.ts";
import { SAY_FLAGS, sayText, TEXT_WORDS } from "../say_text.ts";

/** `mpm decide` */
export const decide = defineCommand({
  name: "decide",
  summary: "Record a decision and its reason, or list the decisions",
  description: `
Every save and hand-off includes the decision until another decision supersedes it or "mpm done" closes it. Without a text, mpm lists the current decisions with their
numbers.`,
  positionals: [TEXT_WORDS],
  flags: {
    why: { type: "string", value: "text", summary: "The reason", short: "w" },
    supersedes: {
      type: "string",
      value: "number",
      names: "open-item",
      summary: "The number of the item to replace",
    },
    ...SAY_FLAGS,
  },
  examples: [
    "mpm decide",
    'mpm decide "Use SQLite" --why "No server to run"',
    'mpm decide "Use Postgres" --why "Two writers" --supersedes 4',
  ],
  result: async () => (await import("./results.ts")).SayResult,
  settles: true,
  run: (context, input) =>
    say(context, {
      ...{ kind: "decision", operation: "decide", words: input.text },
      ...{ why: input.why, supersedes: input.supersedes },
      ...{ all: input.all, dryRun: input["dry-run"] },
    }),
  render: sayText,
});
