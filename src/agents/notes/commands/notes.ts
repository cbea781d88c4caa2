import { defineCommand } from "../../../cli/mod.ts";
import { agentNameIn } from "../../../base/names.ts";
import { locate } from "../../../git/mod.ts";
import { redactorOf } from "../../../secrets/mod.ts";
import { findNote, noteView } from "../change.ts";
import { markSeen } from "../seen.ts";
import { readNotes, renewChangedView, sharedContextPath } from "../store.ts";
import { notesText } from "../text.ts";

export const notes = defineCommand({
  name: "notes",
  summary: "List the notes of agents and people",
  description: `
Lists the current notes of all worktrees, newest first. Notes that replace the same note
contradict each other. All of them stay current until "mpm notes settle" keeps one of them or a new note replaces them. The command also updates .claude/shared-context.md, for example after a pull.`,
  positionals: [{
    name: "id",
    summary: "Show only these notes, including superseded ones",
    rest: true,
    names: "note",
  }],
  flags: {
    all: { type: "boolean", summary: "Include superseded notes" },
    by: { type: "string", value: "name", summary: "Only notes by this author" },
  },
  examples: ["mpm notes", "mpm notes --by backend --all", "mpm notes 3f2a"],
  result: async () => (await import("./results.ts")).NotesResult,
  async run({ system, folder }, input) {
    const workspace = await locate(system, folder);
    const problem = await renewChangedView(system, workspace);
    const read = readNotes(system, workspace);
    const asked = input.id.map((id) => findNote(read, id));
    const by = input.by;
    const found = (asked.length > 0 ? asked : read.notes)
      .filter(({ supersededBy }) =>
        input.all || asked.length > 0 || supersededBy.length === 0
      )
      .filter(({ note }) => by === undefined || isBy(note.by, by));
    await markSeen(system, workspace, found.map(({ note: { id } }) => id));
    const redactor = redactorOf(system);
    return {
      listed_at: system.now().toISOString(),
      notes: found.map((one) => noteView(one, read.here.has(one.note.id)))
        .map((note) => ({
          ...note,
          by: redactor.text(note.by),
          branch: note.branch && redactor.name(note.branch),
          text: redactor.text(note.text),
        })).reverse(),
      file: read.here.size === 0 ? null : sharedContextPath(workspace.worktree),
      warnings: [...read.problems, ...problem === undefined ? [] : [problem]],
    };
  },
  render: notesText,
  next: ({ notes }) =>
    notes.length > 0 ? undefined : '"mpm note <text>" writes one',
});

/**
 * Compares agent names by the rule for agents, and other names without regard
 * to case.
 */
function isBy(writer: string, wanted: string): boolean {
  if (writer.toLowerCase() === wanted.toLowerCase()) return true;
  return writer.toLowerCase() === agentNameIn(wanted)?.key;
}
