import { defineCommand } from "../../cli/command.ts";
import { escapeDiff, escapeText } from "../../base/escape.ts";
import type { CheckpointDiffResult } from "./results.ts";
import { diff } from "./diff_steps.ts";

/** `mpm checkpoint diff` */
export const checkpointDiff = defineCommand({
  name: "checkpoint diff",
  summary: "Show what differs between a checkpoint and the working tree",
  description: `
The paths that were added, modified or deleted since the checkpoint, or between
two checkpoints; ignored files apart. No diff program or converter that the
repository names is run.`,
  positionals: [
    {
      name: "from",
      summary: "Which: name, part of it, number in the list, latest",
      names: "checkpoint",
    },
    {
      name: "to",
      summary: "Another one; the working tree unless given",
      names: "checkpoint",
      optional: true,
    },
  ],
  flags: {
    patch: { type: "boolean", short: "p", summary: "The changes as a patch" },
  },
  examples: ["mpm checkpoint diff latest", "mpm checkpoint diff 1 0 --patch"],
  result: async () => (await import("./results.ts")).CheckpointDiffResult,
  settles: true,
  run: diff,
  render,
});

const LETTERS = {
  added: "A",
  modified: "M",
  deleted: "D",
  "type changed": "T",
};

function render(result: CheckpointDiffResult): string {
  const { from, to, files, left_out: leftOut, patch } = result;
  if (patch !== null) return escapeDiff(patch);
  const lines = [
    ...files.map(({ path, status }) =>
      `${LETTERS[status]} ${escapeText(path)}`
    ),
    ...leftOut.map(({ path, reason }) =>
      `Not compared: ${escapeText(path)} (${escapeText(reason)})`
    ),
  ];
  const what = to === null ? "the working tree" : escapeText(to);
  return lines.length === 0
    ? `No difference between ${escapeText(from)} and ${what}.\n`
    : `${lines.join("\n")}\n`;
}
