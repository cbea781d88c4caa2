import { defineCommand } from "../../../cli/mod.ts";
import { AGENT_FLAG } from "../../names.ts";
import { addNote } from "../change.ts";
import { noteText } from "../text.ts";

/** The options of commands that write a note. */
const FLAGS = {
  ...AGENT_FLAG,
  supersedes: {
    type: "string",
    value: "id",
    repeatable: true,
    names: "note",
    summary: "A note to replace, by ID or the start of its ID",
  },
  "dry-run": {
    type: "boolean",
    summary: "Show the note without writing anything",
  },
} as const;

export const note = defineCommand({
  name: "note",
  summary: "Write a note for all agents and people in the project",
  description: `
Writes the note to a file in .claude/shared-context/. Commit this file with your work.
Git merges notes without a conflict. mpm lists the current notes in
.claude/shared-context.md, between <!-- mpm: … --> and <!-- /mpm -->. The rest of that
file is yours. Every other agent session gets the note once.
Secrets are redacted.`,
  positionals: [{ name: "text", summary: "The note", rest: true }],
  flags: FLAGS,
  examples: [
    'mpm note "Dates in the API are ISO 8601, UTC" --agent backend',
    'mpm note "Dates are seconds since 1970" --supersedes 3f2a',
  ],
  result: async () => (await import("./results.ts")).NoteResult,
  settles: true,
  run: (context, input) => addNote(context, input),
  render: noteText,
  brief: ({ note }) => note.id,
});
