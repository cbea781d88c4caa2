import { defineCommand } from "../../cli/mod.ts";
import { escapeLines } from "../../base/escape.ts";
import { showOf, showText } from "../show_text.ts";
import { redactShown } from "../redact.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { CHECKPOINT, findTarget } from "../select.ts";

export const checkpointShow = defineCommand({
  name: "checkpoint show",
  summary: "Show the contents of a checkpoint",
  description: `
Prints the git state, working files, context and environment of the checkpoint as
Markdown. --json prints the timestamp, branch, files with hash and status, context,
todos and notes.`,
  positionals: [CHECKPOINT],
  flags: {},
  examples: ["mpm checkpoint show latest", "mpm checkpoint show 0 --json"],
  result: async () => (await import("./results.ts")).CheckpointShowResult,
  settles: true,
  async run(context, input) {
    const { target, origin } = await findTarget(context, input.checkpoint);
    return showOf(redactShown(redactorOf(context.system), target), origin);
  },
  verbatim: () => true,
  render: (result) => escapeLines(showText(result)),
});
