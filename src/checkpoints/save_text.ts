import { escapeText } from "../base/escape.ts";
import type { LeftOut } from "../git/tree/snapshot.ts";
import type { CheckpointSaveResult } from "./commands/results.ts";
import { shellWord } from "../base/shell.ts";
import { counted, sizeText } from "../base/words.ts";

/** What `mpm checkpoint save` prints. */
export function saveText(result: CheckpointSaveResult): string {
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

/** Next steps that are named. */
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

/** Paths a list names before it only counts the rest. */
const NAMED = 10;

/** What is not in a checkpoint, a line each. */
export function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const lines = leftOut.slice(0, NAMED).map(({ path, reason }) =>
    `Left out: ${escapeText(path)} (${escapeText(reason)})`
  );
  const more = leftOut.length - lines.length;
  return more > 0 ? [...lines, `Left out: ${more} more`] : lines;
}
