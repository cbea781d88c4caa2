import { defineCommand } from "../../cli/mod.ts";
import { say } from "../say.ts";
import { SAY_FLAGS, sayText, TEXT_WORDS } from "../say_text.ts";

/** `mpm block` */
export const block = defineCommand({
  name: "block",
  summary: "Record a blocker, or list the blockers",
  description: `
Every save and hand-off includes the blocker until "mpm done" closes it. Without a
text, mpm lists the open blockers.`,
  positionals: [TEXT_WORDS],
  flags: SAY_FLAGS,
  examples: ["mpm block", 'mpm block "Waiting for the staging API key"'],
  result: async () => (await import("./results.ts")).SayResult,
  settles: true,
  run: (context, input) =>
    say(context, {
      ...{ kind: "blocker", operation: "block", words: input.text },
      ...{ all: input.all, dryRun: input["dry-run"] },
    }),
  render: sayText,
});
