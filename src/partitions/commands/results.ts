import * as z from "zod/mini";

/** The answers of the `partition` commands. */

const text = z.string();

const PartitionRow = z.strictObject({
  name: text,
  /** Empty: none. */
  description: text,
  paths: z.array(text),
  /** Its context file, relative to the worktree; null: none. */
  context: z.nullable(text),
  /** True if that file exists. */
  context_exists: z.boolean(),
  /** Number of its uncommitted files. */
  changed: z.int(),
  in_use: z.boolean(),
});

/** The partition that a worktree is at. */
const InUse = z.nullable(z.strictObject({
  name: text,
  /** `changes`: most uncommitted files are in it. */
  by: z.enum(["choice", "changes", "save"]),
}));

export const PartitionListResult = z.strictObject({
  partitions: z.array(PartitionRow),
  in_use: InUse,
  /** The name that was chosen; null: none was, or no partition. */
  chosen: z.nullable(text),
  warnings: z.array(text),
});

export const PartitionShowResult = z.strictObject({
  partition: PartitionRow,
  /** Its uncommitted files. */
  files: z.array(text),
  warnings: z.array(text),
});

export const PartitionUseResult = z.strictObject({
  /** The partition that is in use from now on; null: none. */
  partition: z.nullable(text),
  /** True if the changed files decide from now on. */
  automatic: z.boolean(),
  changed: z.boolean(),
  dry_run: z.boolean(),
});

export const PartitionSuggestResult = z.strictObject({
  partitions: z.array(z.strictObject({
    name: text,
    paths: z.array(text),
    description: text,
  })),
  /** The TOML of them. */
  toml: text,
  /** The project's configuration file, absolute. */
  file: text,
  written: z.boolean(),
  dry_run: z.boolean(),
  /** Notes about unread files and omissions. */
  notes: z.array(text),
});

export type PartitionRow = z.infer<typeof PartitionRow>;
export type PartitionListResult = z.infer<typeof PartitionListResult>;
export type PartitionShowResult = z.infer<typeof PartitionShowResult>;
export type PartitionUseResult = z.infer<typeof PartitionUseResult>;
export type PartitionSuggestResult = z.infer<typeof PartitionSuggestResult>;
