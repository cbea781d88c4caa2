import { defineCommand, dryRunFlag } from "../../../cli/mod.ts";
import { removeNotes } from "../change.ts";
import { removedText } from "../text.ts";

export const notesRm = defineCommand({
  name: "notes rm",
  summary: "Remove notes from this worktree",
  description: `
Removes the note files; "mpm undo" restores them. To replace a note, use "mpm note <text> --supersedes <id>".`,
  positionals: [{
    name: "id",
    summary: "The IDs of the notes, or the start of each ID",
    rest: true,
    names: "note",
  }],
  flags: {
    superseded: {
      type: "boolean",
      summary: "Remove all superseded notes",
    },
    "dry-run": dryRunFlag("removed"),
  },
  examples: ["mpm notes rm 3f2a", "mpm notes rm --superseded --dry-run"],
  result: async () => (await import("./results.ts")).NotesRmResult,
  settles: true,
  run: (context, input) => removeNotes(context, input),
  render: ({ removed, dry_run: dry }, style) =>
    removedText(removed, { dry, style }),
});
