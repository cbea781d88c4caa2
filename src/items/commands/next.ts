import { defineCommand } from "../../cli/mod.ts";
import { say } from "../say.ts";
import { SAY_FLAGS, sayText, TEXT_WORDS } from "../say_text.ts";

/** `mpm next` */
export const next = defineCommand({
  name: "next",
  summary: "Add a next step, or list the next steps",
  description: `
Every save and hand-off includes the step until "mpm done" closes it. The step belongs to the current session of this worktree, or to the worktree if there is no session.
Without a text, mpm lists the open steps with their numbers.`,
  positionals: [TEXT_WORDS],
  flags: SAY_FLAGS,
  examples: [
    "mpm next",
    'mpm next "Add refunds to the API"',
    "mpm next --all",
  ],
  result: async () => (await import("./results.ts")).SayResult,
  settles: true,
  run: (context, input) =>
    say(context, {
      ...{ kind: "next", operation: "next", words: input.text },
      ...{ all: input.all, dryRun: input["dry-run"] },
    }),
  render: sayText,
});
