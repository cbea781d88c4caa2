import * as z from "zod/mini";
import { oldName } from "../old_names.ts";

/**
 * The record that `mpm migrate` writes first: every file that it will change,
 * before and after the change. With this record, an interrupted run can be
 * finished, and a finished run can be undone.
 */

const text = z.string();

/**
 * Name of a folder: the old one, the new one, the one with the copies, and the
 * one in the home folder.
 */
const PlaceName = z.enum(["pause", "sessions", "kept", "global"]);

/**
 * A record is read from disk, so it must not name anything other than the files
 * of saves.
 */
const FileName = z.string().check(
  z.refine((name) => oldName(name) !== undefined, {
    error: "not the file name of a save",
  }),
);

const Ref = z.strictObject({ place: PlaceName, name: FileName });

const FileState = z.strictObject({
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  /** Bytes. */
  size: z.number(),
  /** Permission bits; null if the platform does not have them. */
  mode: z.nullable(z.number()),
  /** Milliseconds since the epoch. */
  mtime: z.number(),
});

const Change = z.strictObject({
  at: Ref,
  /** null: no file. */
  before: z.nullable(FileState),
  after: z.nullable(FileState),
  /**
   * The file that this one is made from. It is removed only after this one
   * exists.
   */
  from: z.nullable(Ref),
  /**
   * True if the file in `from` itself gets this name, as in version 0.1.0;
   * otherwise the content is in `new/`.
   */
  linked: z.optional(z.boolean()),
});

const FolderState = z.strictObject({
  mode: z.nullable(z.number()),
  mtime: z.number(),
});

/** `rewrite`: a move with changed content; `conflict`: a move to another ID. */
export const StepAction = z.enum([
  "move",
  "rewrite",
  "duplicate",
  "conflict",
  "leave",
  "restore",
  "remove",
]);

const Step = z.strictObject({
  action: StepAction,
  from: z.strictObject({ place: PlaceName, name: text }),
  to: z.nullable(Ref),
  note: z.nullable(text),
});

export const ChangeSet = z.strictObject({
  version: z.literal(1),
  kind: z.enum(["migrate", "rollback"]),
  /** The name of the folder: `pause_backup_YYYYMMDD-HHMMSS`. */
  name: text,
  /** For a rollback, the backup that is restored. */
  of: z.nullable(text),
  /** True if the folder keeps the original files. */
  backup: z.boolean(),
  /**
   * The state of the old folder; null: it does not exist, or is removed when it
   * is empty.
   */
  folder: z.strictObject({
    before: z.nullable(FolderState),
    after: z.nullable(FolderState),
  }),
  changes: z.array(Change),
  /** The steps of the report. */
  steps: z.array(Step),
});

export type Place = z.infer<typeof PlaceName>;
export type Ref = z.infer<typeof Ref>;
export type FileState = z.infer<typeof FileState>;
export type FolderState = z.infer<typeof FolderState>;
export type Change = z.infer<typeof Change>;
export type Step = z.infer<typeof Step>;
export type ChangeSet = z.infer<typeof ChangeSet>;
