import { defineCommand } from "../../cli/mod.ts";
import { say } from "../say.ts";
import { SAY } from "../say_text.ts";

export const next = defineCommand({
  ...SAY,
  name: "next",
  summary: "Add a next step, or list the next steps",
  description: `
Every save and hand-off includes the step until "mpm done" closes it. The step belongs to the current session of this worktree, or to the worktree if there is no session.
Without a text, mpm lists the open steps with their numbers.`,
  examples: ["mpm next", 'mpm next "Add refunds to the API"', "mpm next --all"],
  run: (context, input) => say(context, "next", input),
});
