import { defineCommand } from "../../cli/command.ts";
import { pauseText } from "../text/pause_text.ts";
import { applied, gather, planned } from "../pause/pause_steps.ts";

const FLAGS = {
  summary: {
    type: "string",
    short: "s",
    value: "text",
    summary: "What you were working on",
  },
  message: {
    type: "string",
    short: "m",
    value: "text",
    summary: "The same as --summary",
  },
  accomplishment: {
    type: "string",
    short: "a",
    value: "text",
    repeatable: true,
    summary: "Something that was done",
  },
  "next-step": {
    type: "string",
    short: "n",
    value: "text",
    repeatable: true,
    summary: "Something to do next, most important first",
  },
  decision: {
    type: "string",
    short: "d",
    value: "text",
    repeatable: true,
    summary: "Something that was decided, and why",
  },
  blocker: {
    type: "string",
    short: "b",
    value: "text",
    repeatable: true,
    summary: "Something the work waits for",
  },
  todo: {
    type: "string",
    short: "t",
    value: "text",
    repeatable: true,
    summary: "An open todo",
  },
  done: {
    type: "string",
    value: "text",
    repeatable: true,
    summary: "A finished todo",
  },
  name: {
    type: "string",
    value: "name",
    summary: "A name to find the session by",
  },
  input: {
    type: "string",
    names: "file",
    value: "file",
    summary: "Read all of this as JSON from a file, or from - for stdin",
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
worktree, before the first commit, on a detached HEAD, while a merge or the like
or another git command is under way, or where git knows no name and email.

Then worktrees of agents below .claude/worktrees/ that hold nothing any more are
removed, as by "mpm worktrees prune".

--input takes one JSON object with any of: summary, name, primary_task,
current_phase, accomplishments, next_steps, decisions, blockers,
open_questions, important_reminders, files_to_review, done (lists of text), and
todos (texts, or objects with content and status).`,
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
