import { escapeLines, escapeText } from "../../base/escape.ts";
import { utcSeconds } from "../../git/ids.ts";
import type { PauseResult } from "../commands/results.ts";
import { shellWord } from "../../base/shell.ts";
import { cleanupText } from "../../worktrees/text.ts";
import { cutText } from "../../base/words.ts";
import { fullTitle } from "../../work/work_title.ts";

const NOTES: readonly [RegExp, string][] = [
  [/\.json\.sha256$/, "Checksum"],
  [/\.json$/, "Machine-readable data"],
  [/\.yaml$/, "Human-readable config"],
  [/\.md$/, "Human-readable documentation"],
  [/\.txt$/, "Quick reference pointer"],
];

/** What `mpm pause` prints, in claude-mpm's words where it has some. */
export function pauseText(result: PauseResult): string {
  const { dry_run: dry, session_id: id } = result;
  const lines = [
    dry ? "Dry run: nothing was written" : "Session Paused Successfully",
    "",
    `Session ID: ${id}`,
    `Paused At: ${utcSeconds(new Date(result.paused_at))} UTC`,
    `Location: ${escapeText(result.location)}/${id}.*`,
    "",
    dry ? "Files To Create:" : "Files Created:",
    ...result.files.map((name) => `  - ${name}${noteOf(name)}`),
    "",
    ...result.exported
      ? [
        `${dry ? "Export To" : "Exported to"}: ${escapeText(result.exported)}`,
        "",
      ]
      : [],
    ...sessionLines(result),
    `${result.summary_generated ? "Summary" : "Context"}: ${
      indented(result.summary)
    }`,
    commitLine(result),
    ...redactionLines(result),
    ...result.warnings.map((warning) => `Warning: ${escapeText(warning)}`),
    "",
    ...worktreeLines(result),
    "Resume with: mpm resume",
    `Quick view: cat ${
      escapeText(shellWord(`${result.location}/LATEST-SESSION.txt`))
    }`,
  ];
  return lines.join("\n") + "\n";
}

/** Nothing is said where there is nothing. */
function worktreeLines({ worktrees }: PauseResult): string[] {
  const said = worktrees && (worktrees.skipped !== null ||
    worktrees.removed.length + worktrees.preserved.length > 0);
  return said ? cleanupText(worktrees).split("\n") : [];
}

/** The work session, where there is one. */
function sessionLines({ session }: PauseResult): string[] {
  if (session === null) return [];
  const { state, done, total } = session;
  const of = total === 0 ? "" : `, ${done} of ${total} done`;
  return [`Work Session: ${escapeText(fullTitle(session))} (${state}${of})`];
}

function noteOf(name: string): string {
  const note = NOTES.find(([pattern]) => pattern.test(name))?.[1];
  return note === undefined ? "" : ` - ${note}`;
}

function commitLine({ commit, dry_run: dry }: PauseResult): string {
  const branch = escapeText(commit.branch ?? "");
  if (commit.made) return `Committed: ${commit.sha?.slice(0, 7)} on ${branch}`;
  if (commit.reason === null && dry) return `Commit: on ${branch}`;
  return `Not committed: ${escapeText(commit.reason ?? "")}`;
}

function redactionLines({ redactions }: PauseResult): string[] {
  const kinds = Object.entries(redactions);
  if (kinds.length === 0) return [];
  const counts = kinds.map(([label, count]) => `${label} ${count}`);
  return [`Redacted: ${counts.join(", ")}`];
}

/** The most that is shown of a summary, in UTF-16 units. */
const LONGEST = 2000;

/** Further paragraphs stay under their heading; long texts are in the save. */
function indented(text: string): string {
  return escapeLines(cutText(text.trim(), LONGEST)).replaceAll("\n", "\n  ");
}
