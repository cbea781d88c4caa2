import { defineCommand } from "../../../cli/mod.ts";
import { AGENT_FLAG } from "../../names.ts";
import { settleNote } from "../change.ts";
import { noteText } from "../text.ts";

export const notesSettle = defineCommand({
  name: "notes settle",
  summary: "Keep one of several notes that contradict each other",
  description: `
Writes a new note with the text of the note that you keep. The new note replaces that note and all notes that contradict it. To use a different text, run "mpm note <text>" with --supersedes for each note.`,
  positionals: [{
    name: "id",
    summary: "The note to keep",
    names: "note",
  }],
  flags: {
    ...AGENT_FLAG,
    "dry-run": {
      type: "boolean",
      summary: "Show the note without writing anything",
    },
  },
  examples: ["mpm notes settle 3f2a", "mpm notes settle 3f2a --dry-run"],
  result: async () => (await import("./results.ts")).NoteResult,
  settles: true,
  run: (context, input) => settleNote(context, input),
  render: noteText,
  brief: ({ note }) => note.id,
});
