import { defineCommand } from "../../cli/mod.ts";
import { say } from "../say.ts";
import { SAY } from "../say_text.ts";

export const block = defineCommand({
  ...SAY,
  name: "block",
  summary: "Record a blocker, or list the blockers",
  description: `
Every save and hand-off includes the blocker until "mpm done" closes it. Without a
text, mpm lists the open blockers.`,
  examples: ["mpm block", 'mpm block "Waiting for the staging API key"'],
  run: (context, input) => say(context, "block", input),
});
