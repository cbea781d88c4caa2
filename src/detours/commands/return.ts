import { defineCommand } from "../../cli/command.ts";
import { returnText } from "../text.ts";
import { redactDetour } from "../redact.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { planned, returned } from "../return/steps.ts";

/** `mpm return` */
export const returnCommand = defineCommand({
  name: "return",
  summary: "End a detour and come back to the work it left",
  description: `
Completes the session that "mpm branch" started, goes back to the git branch of
its parent, and restores the parked work as it was: what was staged is staged,
untracked files are there. The parent's record gets the summary, and the report
says what the detour did and what changed meanwhile.

Uncommitted changes in a tree that is to change are refused, unless you commit
them or say what becomes of them: --park keeps them in a checkpoint, --carry
brings them along, --discard cancels the detour and keeps them in a checkpoint
all the same. Where the parent's branch has moved since, its work is merged onto
it; a conflict is found before anything is changed. --keep-parked comes back
without the parked work, which stays in its checkpoint.

What no checkpoint can hold, such as a very large file or a repository in the
tree, stays where it is. Where that is in the way, it goes to the trash, and the
answer names it.

A detour in a worktree of its own ends there; the worktree is removed if it holds
nothing that is not merged, and no process is in it, such as your shell: then
"mpm worktrees prune" removes it later.`,
  positionals: [{
    name: "words",
    summary: "What the detour has done",
    rest: true,
  }],
  flags: {
    summary: {
      type: "string",
      short: "s",
      value: "text",
      summary: "What the detour has done",
    },
    message: {
      type: "string",
      short: "m",
      value: "text",
      summary: "The same as --summary",
    },
    park: {
      type: "boolean",
      summary: "Keep uncommitted changes of the detour in a checkpoint",
    },
    carry: {
      type: "boolean",
      summary: "Bring uncommitted changes of the detour along",
    },
    discard: {
      type: "boolean",
      summary: "Cancel the detour; its uncommitted changes go to a checkpoint",
    },
    "keep-parked": {
      type: "boolean",
      summary: "Leave the parked work in its checkpoint",
    },
    "git-branch": {
      type: "string",
      names: "branch",
      short: "b",
      value: "branch",
      summary: "Go to this git branch rather than the parent's",
    },
    "no-changes": {
      type: "boolean",
      summary: "Do not look at what changed meanwhile",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be done and change nothing",
    },
  },
  examples: [
    "mpm return",
    'mpm return "Login works again"',
    "mpm return --park",
    "mpm return --discard",
  ],
  result: async () => (await import("./results.ts")).ReturnResult,
  async run(context, input) {
    const result = input["dry-run"]
      ? await planned(context, input)
      : await returned(context, input);
    return redactDetour(redactorOf(context.system), result);
  },
  render: returnText,
});
