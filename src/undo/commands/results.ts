import * as z from "zod/mini";

/** The result schemas of "mpm undo list" and "mpm undo". */

const text = z.string();
const texts = z.array(text);

export const UndoListResult = z.strictObject({
  project: text,
  listed_at: text,
  operations: z.array(z.strictObject({
    number: z.int(),
    at: text,
    operation: text,
    title: text,
    worktree: text,
    /** The operation that this undo undid. */
    undoes: z.nullable(z.int()),
    undone: z.boolean(),
    /** True if a hook did it automatically. */
    automatic: z.boolean(),
    /** False if this user's mpm did not do it here, so it cannot be undone. */
    own: z.boolean(),
    /** Why the operation can never be undone; null: no known reason. */
    lasting: z.nullable(text),
    /** The state before and after, as in the log. */
    before: z.record(text, z.unknown()),
    after: z.record(text, z.unknown()),
  })),
  /** Number of older operations that are not listed. */
  more: z.int(),
  /** The operation that `mpm undo` would undo next; null: no operation. */
  undo: z.nullable(z.int()),
});

export const UndoResult = z.strictObject({
  dry_run: z.boolean(),
  /** The operation that was undone. */
  undone: z.strictObject({
    number: z.int(),
    operation: text,
    title: text,
    at: text,
  }),
  /** Newer operations that can never be undone, and why. */
  passed: z.array(z.strictObject({
    number: z.int(),
    title: text,
    reason: text,
  })),
  /** Lines about what was restored. */
  details: texts,
  /**
   * Things that were not changed, and why; the exit status is 4 if there are
   * any.
   */
  left: texts,
  /** The number of the undo; null: no change was needed. */
  operation: z.nullable(z.int()),
});

export type UndoListResult = z.infer<typeof UndoListResult>;
export type UndoResult = z.infer<typeof UndoResult>;
