import { cut, defineCommand, type Style } from "../../cli/mod.ts";
import { applied, gather, planned } from "../pause/pause.ts";
import { escapeLines, escapeText } from "../../base/escape.ts";
import type { PauseResult } from "./results.ts";
import { cleanupText } from "../../worktrees/mod.ts";
import { counted, cutText, sizeText } from "../../base/words.ts";
import { ignoredPaths } from "../../git/mod.ts";
import { HOME } from "../../ops/mod.ts";
import { fullTitle } from "../../work/mod.ts";

function text(summary: string, short?: string) {
  const flag = { type: "string", value: "text", summary } as const;
  return short === undefined ? flag : { ...flag, short };
}

function texts(summary: string, short?: string) {
  return { ...text(summary, short), repeatable: true } as const;
}

const FLAGS = {
  summary: text("The task you were working on", "s"),
  message: text("Same as --summary", "m"),
  accomplishment: texts("Something you have done", "a"),
  "next-step": texts("A next step; list the most important first", "n"),
  decision: texts("A decision and the reason for it", "d"),
  blocker: texts("Something that blocks you", "b"),
  todo: texts("An open todo", "t"),
  done: texts("A finished todo"),
  name: { type: "string", value: "name", summary: "A name for the session" },
  input: {
    type: "string",
    names: "file",
    value: "file",
    summary: "Read the fields from a file; - is standard input",
  },
  "agent-session": {
    type: "string",
    value: "id",
    summary: "Also save the tasks of this Claude Code session",
  },
  export: {
    type: "string",
    names: "file",
    value: "path",
    summary: "Also write the JSON to this file or folder",
  },
  edit: {
    type: "boolean",
    short: "e",
    summary: "Edit the hand-off in your editor first ($VISUAL or $EDITOR)",
  },
  verbose: {
    type: "boolean",
    short: "v",
    summary: "Print the full summary and list the files",
  },
  "no-commit": {
    type: "boolean",
    summary: "Do not keep a copy of the save in git",
  },
  commit: {
    type: "boolean",
    summary: "Also commit the save's files to the branch",
  },
  "no-prune-worktrees": { type: "boolean", summary: "Do not remove worktrees" },
  "dry-run": {
    type: "boolean",
    summary: "Show what would be saved without writing anything",
  },
} as const;

/** `mpm pause` */
export const pause = defineCommand({
  name: "pause",
  summary: "Save the session: what was done, what is next, and the git state",
  description: `
Writes the save and its checksum to .claude-mpm/sessions/session-<UTC time>.json, along with copies in YAML and Markdown. If you do not pass a message, mpm builds the summary from the branch, the last commit, the changed files and the open todos.

In a git repository, mpm also keeps a copy of the save in a separate ref,
refs/mpm/saves/<writer>. This ref is not a branch, and a plain "git push" does not push it. To disable the copy, use --no-commit or set commit = false. "mpm saves recover" restores a save from this copy.

With --commit, or pause.branch_commit = true in your own configuration, mpm
also commits the save's files, and nothing else, to the branch. mpm skips this commit in a linked worktree, before the first commit, on a detached HEAD, and during a merge, rebase or similar operation. It also skips the commit if git ignores the folder or does not know your name and email.

After saving, mpm removes agents' worktrees under .claude/worktrees/ that are no longer needed, like "mpm worktrees prune".

Later saves also include the next steps, decisions and other items from this pause until someone closes them. "mpm done" lists the items with their numbers. --done also closes an open item that has the same text.

--input reads a JSON object with any of these fields. Strings: summary, name,
primary_task, current_phase, goal. Lists of strings: accomplishments, next_steps,
decisions, blockers, open_questions, constraints, rejected, verify (commands
that check the work), important_reminders, files_to_review, done. Other fields: close (numbers of finished items), and todos (strings, or objects with content and status). --input also accepts plain text: a line such as "next_steps:" for each field, followed by a "- text" line for each entry.`,
  positionals: [{
    name: "words",
    summary: "The task you were working on",
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
    const plan = await gather(context, {
      ...input,
      renewsContext: !input["dry-run"],
    });
    const result = input["dry-run"]
      ? await planned(context, plan)
      : await applied(context, plan);
    if (!input.verbose) return result;
    const { workspace } = plan.draft;
    const ignored = await ignoredPaths(context.system, workspace.worktree);
    const foreign = ignored.filter((path) => !path.startsWith(`${HOME}/`));
    return { ...result, ignored: withoutNested(foreign) };
  },
  render: pauseText,
  brief: ({ session_id: id }) => id,
});

/** Returns six lines, the cleanup of worktrees, and the files if verbose. */
function pauseText(
  result: PauseResult,
  style: Style,
  { verbose }: { readonly verbose: boolean },
): string {
  const { dry_run: dry, session_id: id, location, exported } = result;
  const command = result.agent_command
    ? [escapeText(result.agent_command.join(" "))]
    : [];
  const line = (label: string, text: string) => `${style.bold(label)}: ${text}`;
  const { session, branch } = result;
  const place = session ? "Session" : branch === null ? "Git" : "Branch";
  const redacted = Object.entries(result.redactions)
    .map(([label, count]) => `${label} ${count}`).join(", ");
  const saved = [
    escapeText(`${location}/${id}.json`),
    ...exported === null ? [] : [`a copy in ${escapeText(exported)}`],
    ...redacted === "" ? [] : [`redacted: ${redacted}`],
  ];
  const lines = [
    line(
      dry ? "Dry run: nothing was written" : "Session Paused Successfully",
      oneLine(result.summary, style),
    ),
    line(dry ? "Would save" : "Saved", saved.join(", ")),
    line(place, placeText(result, style)),
    line("Files", filesText(result, style)),
    line("Next", nextText(result, style)),
    line("Continue", ["mpm resume", ...command].join(", or ")),
    ...result.warnings.map((text) => `Warning: ${escapeText(text)}`),
    ...verbose ? details(result) : [],
    ...worktreeLines(result),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** Returns the first line of a text, shortened on a terminal. */
function oneLine(text: string, { piped, columns }: Style): string {
  const first = escapeText(text.trim().split("\n", 1)[0]!);
  return piped ? first : cut(first, Math.max(LEAST, columns - LABEL));
}

/** The maximum width of a label, and the minimum width of a text. */
const LABEL = 30;
const LEAST = 24;

/** The minimum width of a title and of a branch. */
const SHORT = 12;

function placeText(result: PauseResult, { piped, columns }: Style): string {
  const { session, branch: name } = result;
  const copies = [copyText(result), ...commitText(result)].join(", ");
  const state = session ? stateText(session) : "";
  const label = session && name !== null ? ", branch " : "";
  const comma = session || name !== null ? ", " : "";
  const fixed = "Session: ".length + state.length + label.length +
    comma.length + copies.length;
  const fitted = (text: string, beside: number) =>
    piped ? text : cut(text, Math.max(SHORT, columns - fixed - beside));
  const branch = fitted(escapeText(name ?? ""), session ? SHORT : 0);
  const title = session
    ? fitted(escapeText(fullTitle(session)), branch.length)
    : "";
  return title + state + label + branch + comma + copies;
}

function stateText(
  { state, done, total }: NonNullable<PauseResult["session"]>,
): string {
  const of = total === 0 ? "" : `, ${done} of ${total} done`;
  return ` (${state}${of})`;
}

function copyText({ commit, dry_run: dry }: PauseResult): string {
  if (commit.made) return `copy in git as ${commit.sha?.slice(0, 7)}`;
  if (commit.reason === null && dry) return "with a copy in git";
  return `no copy in git (${escapeText(commit.reason ?? "")})`;
}

function commitText({ branch_commit: commit, dry_run: dry }: PauseResult) {
  if (!commit) return [];
  const { made, sha, reason } = commit;
  if (made) return [`committed as ${sha?.slice(0, 7)}`];
  if (reason === null && dry) return ["with a commit"];
  return [`not committed (${escapeText(reason ?? "")})`];
}

/** The maximum number of paths to name. Longer lists are only counted. */
const NAMED = 3;

function filesText(
  { repository, uncommitted, contents }: PauseResult,
  { piped, columns }: Style,
): string {
  if (!repository) return "unknown, because this is not a git repository";
  const count = uncommitted.length;
  const isNothing = count === 0 && !contents?.left_out.length;
  if (isNothing) return "none uncommitted";
  if (contents === null) return `${count} uncommitted; contents are not kept`;
  const { files, bytes, left_out: left, omitted, removed, reason } = contents;
  const size = sizeText(bytes);
  const kept = reason === null
    ? `contents of ${files} kept (${size})`
    : `contents are not kept: ${escapeText(reason)}`;
  const named = left.slice(0, NAMED).map(({ path, reason }) =>
    `${escapeText(path)} (${escapeText(reason)})`
  );
  const all = left.length + omitted;
  const more = all - named.length;
  const gone = reason === null ? count + omitted - files - all : 0;
  const out = [...named, ...more > 0 ? [`${more} more`] : []].join(", ");
  const text = (out: string) =>
    [
      `${count + omitted} uncommitted; ${kept}`,
      ...gone > 0 ? [`${gone} deleted`] : [],
      ...all === 0 ? [] : [out],
      ...removed.length === 0
        ? []
        : [`removed the contents of ${counted(removed.length, "older save")}`],
    ].join("; ");
  const whole = text(`left out: ${out}`);
  return piped || whole.length + "Files: ".length <= columns
    ? whole
    : text(`${all} left out, see --verbose`);
}

function nextText({ next_steps: [first, ...more] }: PauseResult, style: Style) {
  if (first === undefined) {
    return "no next step (add one with: mpm next <text>)";
  }
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return `${oneLine(first, style)}${rest}`;
}

/** Returns the lines added by `--verbose`: whole summary, every file. */
function details(result: PauseResult): string[] {
  const { uncommitted, contents, files, folder } = result;
  const list = (title: string, rows: readonly string[]) =>
    rows.length === 0 ? [] : [
      "",
      `${title}:`,
      ...rows.map((row) => `  ${indented(row)}`),
    ];
  return [
    ...list(result.summary_generated ? "Summary (generated)" : "Summary", [
      result.summary,
    ]),
    ...list("Uncommitted files", uncommitted),
    ...list(
      "Contents left out",
      contents?.left_out.map(({ path, reason }) => `${path}: ${reason}`) ?? [],
    ),
    ...list("Ignored by git, so not kept", result.ignored ?? []),
    ...list("Next steps", result.next_steps),
    ...list(`Files of the save in ${folder}`, files),
  ];
}

function worktreeLines({ worktrees }: PauseResult): string[] {
  const said = worktrees && (worktrees.skipped !== null ||
    worktrees.removed.length + worktrees.preserved.length > 0);
  return said ? ["", ...cleanupText(worktrees).split("\n")] : [];
}

/** The maximum length of a summary to show, in UTF-16 units. */
const LONGEST = 2000;

function indented(text: string): string {
  return escapeLines(cutText(text.trim(), LONGEST)).replaceAll("\n", "\n  ");
}

/** Drops paths below a folder of the same list, which must be in order. */
function withoutNested(paths: readonly string[]): string[] {
  let folder: string | undefined;
  return paths.filter((path) => {
    if (folder !== undefined && path.startsWith(folder)) return false;
    if (path.endsWith("/")) folder = path;
    return true;
  });
}
