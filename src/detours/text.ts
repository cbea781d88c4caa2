import { noteLines, type Style } from "../cli/mod.ts";
import { escapeText } from "../base/escape.ts";
import { positionText } from "./position.ts";
import { durationText } from "../base/times.ts";
import { renderChanges } from "../saves/mod.ts";
import type { BranchResult, ReturnResult } from "./commands/results.ts";
import {
  checklistLines,
  fullTitle as plainTitle,
  type WorkView,
} from "../work/mod.ts";
import { shellWord } from "../base/shell.ts";
import { counted } from "../base/words.ts";

/** The maximum number of paths or commits to list. */
const LISTED = 10;

/** Returns what `mpm branch` prints. */
export function branchText(result: BranchResult, style: Style): string {
  const { session, parent, from, to, parked, carried, worktree } = result;
  const dry = result.dry_run;
  const verb = dry ? "Would start" : "Started";
  const moved = worktree === null &&
    (from.branch !== to.branch || from.head !== to.head);
  return lines([
    `${verb} the detour ${style.bold(fullTitle(session))}`,
    `  from ${fullTitle(parent)}` +
    (result.made_parent ? ", created for the current work" : "") +
    (result.save === null ? "" : `, saved as ${result.save}`),
    ...moved ? [`  Git branch: ${escapeText(wayText(result))}`] : [],
    ...worktree !== null
      ? [`  Worktree: ${escapeText(worktree)} on ${branchName(result)}`]
      : [],
    ...parked
      ? [
        `  Set aside: ${pathsText(parked.paths)} ` +
        `(checkpoint ${escapeText(parked.checkpoint)})`,
      ]
      : [],
    ...carried.length > 0 ? [`  Still in the tree: ${pathsText(carried)}`] : [],
    ...noteLines(result.warnings, style),
    ...result.checklist.length > 0
      ? ["", ...checklistLines(result.checklist, style)]
      : [],
    ...dry ? [] : [
      "",
      ...worktree === null
        ? []
        : [`Go there: cd ${escapeText(shellWord(worktree))}`],
      'Come back with: mpm return -s "what was done"',
    ],
  ]);
}

function wayText({ from, to, started_from: start }: BranchResult): string {
  const made = start === null ? "" : `, new from "${start}"`;
  return `${positionText(from)} to ${positionText(to)}${made}`;
}

function branchName({ to, started_from: start }: BranchResult): string {
  const made = start === null ? "" : `, new from "${start}"`;
  return escapeText(`${positionText(to)}${made}`);
}

/** Returns `a, b and 3 more`. */
function pathsText(paths: readonly string[]): string {
  const more = paths.length - LISTED;
  const list = paths.slice(0, LISTED).map(escapeText).join(", ");
  return more > 0 ? `${list} and ${more} more` : list;
}

/** Returns what `mpm return` prints. */
export function returnText(result: ReturnResult, style: Style): string {
  const { session, parent, changes } = result;
  const dry = result.dry_run;
  const verb = dry ? "Would return" : "Returned";
  const to = parent
    ? fullTitle(parent)
    : "no session (its record no longer exists)";
  const back = [...backLines(result), ...noteLines(result.warnings, style)];
  return lines([
    `${verb} to ${style.bold(to)}`,
    "",
    `${endWord(result)}: ${fullTitle(session)}, ` +
    `after ${durationText(result.lasted)}`,
    ...session.summary === null
      ? []
      : [`  Summary: ${escapeText(session.summary)}`],
    ...deedLines(result),
    ...leftoverLines(result),
    ...back.length === 0 ? [] : ["", ...back],
    ...changes
      ? ["", renderChanges(changes, { now: new Date(result.at) }).trimEnd()]
      : [],
  ]);
}

function endWord({ session, dry_run: dry }: ReturnResult): string {
  const cancelled = session.state === "cancelled";
  if (dry) return cancelled ? "Would cancel" : "Would complete";
  return cancelled ? "Cancelled" : "Done";
}

function deedLines({ commits, files, from }: ReturnResult): string[] {
  const where = from.branch === null ? "" : ` on "${escapeText(from.branch)}"`;
  const shown = commits.slice(0, LISTED).map(({ sha, message }) =>
    `    ${sha.slice(0, 7)} ${escapeText(message)}`
  );
  const more = commits.length - shown.length;
  return [
    commits.length === 0
      ? "  No commits"
      : `  ${counted(commits.length, "commit")}${where}:`,
    ...shown,
    ...more > 0 ? [`    … and ${more} more`] : [],
    ...files && files.length > 0
      ? [
        `  ${counted(files.length, "file")}: ${
          pathsText(files.map(({ path }) => path))
        }`,
      ]
      : [],
  ];
}

function leftoverLines(
  { leftovers, dry_run: dry, session, from, to, worktree }: ReturnResult,
) {
  const text: string[] = [];
  if (leftovers) {
    const { how, checkpoint, paths } = leftovers;
    text.push(
      how === "carried"
        ? `  Carried over: ${pathsText(paths)}`
        : `  ${dry ? "Would keep" : "Kept"} in the checkpoint ${
          escapeText(checkpoint)
        }: ${pathsText(paths)}`,
    );
  }
  const own = worktree || from.branch !== to.branch;
  if (session.state === "cancelled" && from.branch !== null && own) {
    const branch = shellWord(from.branch);
    // The branch may have existed before the detour.
    text.push(
      "  The git branch still exists. To delete it: git branch -D " +
        `${escapeText(branch)}`,
    );
  }
  return text;
}

function backLines(result: ReturnResult): string[] {
  const { from, to, restored, kept, worktree } = result;
  if (worktree) {
    return [
      worktree.removed
        ? "The worktree was removed."
        : `The worktree was kept: ${escapeText(worktree.reason ?? "")}`,
      `To go back: cd ${escapeText(shellWord(worktree.parent))}`,
    ];
  }
  const moved = from.branch !== to.branch || from.head !== to.head;
  const inGit = to.branch !== null || to.head !== null;
  return [
    ...inGit
      ? [
        `Git branch: ${escapeText(positionText(to))}` +
        (moved ? " again" : ", as before"),
      ]
      : [],
    ...restored
      ? [
        `${result.dry_run ? "Would restore" : "Restored"}` +
        `${restored.merged ? " onto its new commits" : ""}: ${
          pathsText(restored.paths)
        }`,
      ]
      : [],
    ...kept === null ? [] : [
      "Still parked. To restore it: mpm checkpoint restore " +
      `${escapeText(shellWord(kept))}`,
    ],
  ];
}

/** Formats a session as `hotfix: Fix login`, escaped. */
function fullTitle(view: WorkView): string {
  return escapeText(plainTitle(view));
}

function lines(parts: readonly string[]): string {
  return `${parts.join("\n")}\n`;
}
