import * as z from "zod/mini";

/** The results of the `partition` commands. */

const text = z.string();

const PartitionRow = z.strictObject({
  name: text,
  /** Empty: none. */
  description: text,
  paths: z.array(text),
  /** Its context file, relative to the worktree; null: no file. */
  context: z.nullable(text),
  /** True if the context file exists. */
  context_exists: z.boolean(),
  /** The number of uncommitted files in the partition. */
  changed: z.int(),
  in_use: z.boolean(),
});

/** The current partition of a worktree. */
const InUse = z.nullable(z.strictObject({
  name: text,
  /** `changes`: the partition has most of the uncommitted files. */
  by: z.enum(["choice", "changes", "save"]),
}));

export const PartitionListResult = z.strictObject({
  partitions: z.array(PartitionRow),
  in_use: InUse,
  /**
   * The chosen name; null: nothing was chosen, or it was chosen to have no
   * partition.
   */
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
  /** The partition from now on; null: no partition. */
  partition: z.nullable(text),
  /** True if the changed files determine the partition from now on. */
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
  /** Their TOML. */
  toml: text,
  /** The project's configuration file, absolute. */
  file: text,
  written: z.boolean(),
  dry_run: z.boolean(),
  /** Notes about files that were not read, and about omissions. */
  notes: z.array(text),
});

export type PartitionRow = z.infer<typeof PartitionRow>;
export type PartitionListResult = z.infer<typeof PartitionListResult>;
export type PartitionShowResult = z.infer<typeof PartitionShowResult>;
export type PartitionSuggestResult = z.infer<typeof PartitionSuggestResult>;
