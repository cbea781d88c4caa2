import { defineCommand, flag } from "../../cli/mod.ts";
import { save } from "../take/save.ts";
import { escapeText } from "../../base/escape.ts";
import type { LeftOut } from "../../git/mod.ts";
import type { CheckpointSaveResult } from "./results.ts";
import { shellWord } from "../../base/shell.ts";
import { counted, sizeText } from "../../base/words.ts";

export const checkpointSave = defineCommand({
  name: "checkpoint save",
  summary: "Save the whole working tree and its context under a name",
  description: `
Saves every file that git does not ignore, byte for byte, with the staged changes and the work's context. mpm does not change your files, index,
HEAD, branch, stashes or reflogs, and runs no git hooks. The objects are stored in the repository under refs/mpm/, which git does not clone or push by default. In a project without git, they are stored in a separate repository in the mpm folder.

A checkpoint cannot contain nested repositories, changed submodules, pipes or sockets. mpm lists everything that it leaves out.

--auto is for hooks. It takes at most one checkpoint every 30 minutes and keeps the last 20. Then it runs the project's checkpoint.sh, if you have allowed that script. --after-call is also for hooks: it takes a checkpoint after an agent's step, for "mpm replay --at".`,
  positionals: [{
    name: "name",
    summary: "The name; several words are joined with spaces",
    rest: true,
  }],
  flags: {
    message: {
      type: "string",
      short: "m",
      value: "text",
      summary: "A note about the checkpoint",
    },
    auto: flag("Take an automatic checkpoint if the last one is old enough"),
    "after-call": {
      type: "string",
      value: "id",
      repeatable: true,
      summary: "Take an unlisted checkpoint after this agent tool call",
    },
    "agent-session": {
      type: "string",
      value: "id",
      summary: "The agent session that made these tool calls",
    },
  },
  examples: [
    "mpm checkpoint save before-refactoring",
    'mpm checkpoint save "Feature Development" -m "Login works"',
    "mpm checkpoint save --auto",
  ],
  result: async () => (await import("./results.ts")).CheckpointSaveResult,
  settles: true,
  run: save,
  shellHook: ({ saved, kind, name }) =>
    saved && kind === "auto"
      ? { name: "checkpoint.sh", env: { MPM_CHECKPOINT: name! } }
      : undefined,
  render: saveText,
});

/** Returns what `mpm checkpoint save` prints. */
function saveText(result: CheckpointSaveResult): string {
  const { saved, reason, name } = result;
  if (!saved) return `${escapeText(reason ?? "")}: nothing was written\n`;
  const at = result.head?.slice(0, 7) ?? "no commit yet";
  const placed = result.branch === null && result.head === null
    ? "outside git"
    : `${result.branch ?? "no branch"} at ${at}`;
  return [
    `Checkpoint saved: ${escapeText(name!)}`,
    `  ${escapeText(placed)}, ${counted(result.files, "changed file")} (${
      sizeText(result.size)
    })`,
    ...leftOutLines(result.left_out),
    ...stepLines(result.next_steps),
    ...result.pruned.length > 0
      ? [`Dropped ${counted(result.pruned.length, "old automatic one")}`]
      : [],
    `Restore it with: mpm checkpoint restore ${escapeText(shellWord(name!))}`,
    "",
  ].join("\n");
}

/** The maximum number of next steps to name. */
const STEPS = 5;

function stepLines(steps: readonly string[]): string[] {
  if (steps.length === 0) return [];
  const more = steps.length - STEPS;
  return [
    "Next Steps:",
    ...steps.slice(0, STEPS).map((step, at) =>
      `  ${at + 1}. ${escapeText(step)}`
    ),
    ...more > 0 ? [`  and ${more} more`] : [],
  ];
}

/** The maximum number of paths to name; further paths are counted. */
const NAMED = 10;

/** Returns one line for each path that a checkpoint left out. */
function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const lines = leftOut.slice(0, NAMED).map(({ path, reason }) =>
    `Left out: ${escapeText(path)} (${escapeText(reason)})`
  );
  const more = leftOut.length - lines.length;
  return more > 0 ? [...lines, `Left out: ${more} more`] : lines;
}
