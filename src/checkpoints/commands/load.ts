import { defineCommand } from "../../cli/command.ts";
import { escapeLines } from "../../base/escape.ts";
import { fencedLoad } from "../fence.ts";
import { loadText } from "../show_text.ts";
import { redactTold } from "../redact.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { findTarget } from "../restore/checkpoint_restore_steps.ts";

/** `mpm checkpoint load` */
export const checkpointLoad = defineCommand({
  name: "checkpoint load",
  summary: "Print what an agent needs to go on from a checkpoint",
  description: `
The context, the files changed, the next steps and notes, and the commands to
resume with. It changes nothing: "mpm checkpoint restore" brings the files back. One that you
did not take on this machine is bounded, stands between fences, and its commands
are left out until you trust it.`,
  positionals: [{
    name: "checkpoint",
    summary: "Which: name, part of it, number in the list, latest",
    names: "checkpoint",
  }],
  flags: {},
  examples: ['mpm checkpoint load "Feature Development"'],
  result: async () => (await import("./results.ts")).CheckpointLoadResult,
  settles: true,
  async run(context, input) {
    const { target, origin } = await findTarget(context, input.checkpoint);
    const told = redactTold(redactorOf(context.system), target);
    const { name, id, commit } = told;
    const text = origin === "own"
      ? loadText(told)
      : fencedLoad(told, { origin, fence: context.system.random() });
    return { name, id, commit, origin, text };
  },
  verbatim: () => true,
  render: ({ text }) => escapeLines(text),
});
