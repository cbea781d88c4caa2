import * as z from "zod/mini";

/** The result schemas of the notes commands. */

const text = z.string();

export const NoteView = z.strictObject({
  /** 12 hex digits, the same in every clone. */
  id: text,
  /** The agent or the person who wrote it. */
  by: text,
  /** True if a person wrote it. */
  person: z.boolean(),
  /** The time at which it was written, ISO 8601, UTC. */
  at: text,
  /** The git branch on which it was written; null: no branch. */
  branch: z.nullable(text),
  text,
  /** The IDs of the notes that it replaces, including unknown notes. */
  supersedes: z.array(text),
  /** The IDs of the notes that replace it; empty: it is current. */
  superseded_by: z.array(text),
  /** The IDs of other current notes that replace the same note. */
  contradicts: z.array(text),
  /** True if it is in a cycle of notes that supersede each other. */
  cyclic: z.boolean(),
  /** True if someone changed its file, or wrote it by hand. */
  changed: z.boolean(),
  /** True if its file is in this worktree. */
  here: z.boolean(),
});

export const NoteResult = z.strictObject({
  dry_run: z.boolean(),
  note: NoteView,
  /** The ids of superseded notes that are not here yet. */
  unknown: z.array(text),
  /** The file with all current notes, absolute. */
  file: text,
});

export const NotesResult = z.strictObject({
  /** The time of this answer, ISO 8601, for computing ages. */
  listed_at: text,
  /** The newest first. */
  notes: z.array(NoteView),
  /** The file with all current notes, absolute; null: there are no notes. */
  file: z.nullable(text),
  /** Problems with the files of the notes. */
  warnings: z.array(text),
});

export const NotesRmResult = z.strictObject({
  dry_run: z.boolean(),
  removed: z.array(NoteView),
});

export type NoteView = z.infer<typeof NoteView>;
export type NoteResult = z.infer<typeof NoteResult>;
export type NotesResult = z.infer<typeof NotesResult>;
export type NotesRmResult = z.infer<typeof NotesRmResult>;
