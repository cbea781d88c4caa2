import { defineCommand } from "../../cli/command.ts";
import { restoreText } from "../restore/text.ts";
import { restore } from "../restore/checkpoint_restore_steps.ts";

/** `mpm checkpoint restore` */
export const checkpointRestore = defineCommand({
  name: "checkpoint restore",
  summary: "Bring the files and the index of a checkpoint back",
  description: `
Shows what would change and asks; where it cannot ask, --yes is needed. First
all that is there now goes into a safety checkpoint, so that "mpm undo" takes
the restore back. Files made since the checkpoint are kept and listed; --exact
moves them to the trash. HEAD and the branch are never moved: where HEAD is
another by now, the answer has the command.

With paths only these files and folders are restored, below the working folder.
--to writes the files of the checkpoint into a new or empty folder instead. The
exit status is 4 if a file that differs was left alone; the answer says why.`,
  positionals: [
    {
      name: "checkpoint",
      summary: "Which: name, part of it, number in the list, latest",
      names: "checkpoint",
    },
    {
      name: "paths",
      summary: "Only these files and folders",
      names: "file",
      rest: true,
    },
  ],
  flags: {
    exact: {
      type: "boolean",
      summary: "Move files made since to the trash",
    },
    yes: {
      type: "boolean",
      short: "y",
      summary: "Do it without a question",
    },
    to: {
      type: "string",
      names: "folder",
      value: "folder",
      summary: "Write the files into this new or empty folder",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would change and change nothing",
    },
  },
  examples: [
    "mpm checkpoint restore before-refactoring",
    "mpm checkpoint restore latest src/app.ts --yes",
    "mpm checkpoint restore 0 --exact --dry-run",
    "mpm checkpoint restore latest --to ../copy",
  ],
  result: async () => (await import("./results.ts")).RestoreResult,
  settles: true,
  run: restore,
  status: ({ dry_run: dry, to, skipped }) =>
    dry || to !== null || skipped.length === 0 ? 0 : 4,
  render: restoreText,
  next: ({ operation }) =>
    operation === null ? undefined : '"mpm undo" takes it back',
});
