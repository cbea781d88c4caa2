import { defineCommand } from "../../cli/mod.ts";
import { applied, gather, planned } from "../pause/pause.ts";
import { escapeLines, escapeText } from "../../base/escape.ts";
import { utcSeconds } from "../../base/ids.ts";
import type { PauseResult } from "./results.ts";
import { shellWord } from "../../base/shell.ts";
import { cleanupText } from "../../worktrees/mod.ts";
import { cutText } from "../../base/words.ts";
import { fullTitle } from "../../work/mod.ts";

function text(summary: string, short?: string) {
  const flag = { type: "string", value: "text", summary } as const;
  return short === undefined ? flag : { ...flag, short };
}

function texts(summary: string, short?: string) {
  return { ...text(summary, short), repeatable: true } as const;
}

const FLAGS = {
  summary: text("What you were working on", "s"),
  message: text("The same as --summary", "m"),
  accomplishment: texts("Something that was done", "a"),
  "next-step": texts("Something to do next, most important first", "n"),
  decision: texts("Something that was decided, and why", "d"),
  blocker: texts("Something the work waits for", "b"),
  todo: texts("An open todo", "t"),
  done: texts("A finished todo"),
  name: {
    type: "string",
    value: "name",
    summary: "A name to find the session by",
  },
  input: {
    type: "string",
    names: "file",
    value: "file",
    summary: "Read all of this from a file, or from - for stdin",
  },
  "agent-session": {
    type: "string",
    value: "id",
    summary: "The Claude Code session whose tasks are saved too",
  },
  export: {
    type: "string",
    names: "file",
    value: "path",
    summary: "Also write the JSON to this file or into this folder",
  },
  "no-commit": {
    type: "boolean",
    summary: "Do not commit the save to the repository",
  },
  "no-prune-worktrees": {
    type: "boolean",
    summary: "Leave everything below .claude/worktrees/ as it is",
  },
  "dry-run": {
    type: "boolean",
    summary: "Show what would be saved and write nothing",
  },
} as const;

/** `mpm pause` */
export const pause = defineCommand({
  name: "pause",
  summary: "Save the session: what was done, what is next, the git state",
  description: `
Writes .claude-mpm/sessions/session-<UTC time>.json with its checksum, and the
same as YAML and Markdown. Without a message the summary is made from the
branch, the last commit, the changed files and the open todos.

In a git repository the save is committed, and nothing else with it. It is not
with --no-commit or commit = false, where git ignores the folder, in a linked
worktree, before the first commit, on a detached HEAD, while a merge or similar
or another git command is under way, or where git knows no name and email.

Then worktrees of agents below .claude/worktrees/ that hold nothing any more are
removed, as by "mpm worktrees prune".

Later saves carry the next steps, decisions and other items of a pause until
someone closes them: "mpm done" lists them with numbers. --done closes an open
item with the same text.

--input takes one JSON object with any of: summary, name, primary_task,
current_phase, goal (texts), accomplishments, next_steps, decisions, blockers,
open_questions, constraints, rejected, verify (commands that check the work),
important_reminders, files_to_review, done (lists of text), close (numbers of
finished items), and todos (texts, or objects with content and status). It also
takes plain text: a line such as "next_steps:" for each field, with a line
"- text" below it for each entry.`,
  positionals: [{
    name: "words",
    summary: "What you were working on",
    rest: true,
  }],
  flags: FLAGS,
  examples: [
    "mpm pause",
    'mpm pause "Login works, tokens next"',
    'mpm pause -s "Payments" -a "Added webhooks" -n "Add refunds" -t "Test it"',
    "mpm pause --input handoff.json --no-commit",
  ],
  result: async () => (await import("./results.ts")).PauseResult,
  settles: true,
  async run(context, input) {
    const plan = await gather(context, input);
    return input["dry-run"]
      ? await planned(context, plan)
      : await applied(context, plan);
  },
  render: pauseText,
});

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
