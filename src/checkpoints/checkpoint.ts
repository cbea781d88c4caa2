import * as z from "zod/mini";
import { SaveSchema } from "../saves/mod.ts";

/**
 * The schema of a checkpoint's record: `record.json` in its commit and, with
 * the commit's id, `.claude-mpm/checkpoints/<id>.json`. Unknown fields are
 * kept.
 */

const text = z.string();
const texts = z.array(text);
const count = z.int().check(z.nonnegative());
const objectId = text.check(z.regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/));

export const CheckpointFile = z.looseObject({
  /**
   * The path, as in a save: a byte that is not UTF-8 becomes U+DC00 plus the
   * byte.
   */
  path: text,
  /** Two letters, index and worktree, as in `git status --porcelain`. */
  status: text,
  /** Git's ID of the raw content; null: no file, or content not captured. */
  hash: z.nullable(objectId),
  /** The mode as in git; null: no file. */
  mode: z.nullable(text),
  /** Bytes; null: no file. */
  size: z.nullable(count),
});

export const Checkpoint = z.looseObject({
  /** The version of the format. */
  schema: z.literal(1),
  /** The last part of the checkpoint's ref and the name of its file. */
  id: text,
  /** The name as given. */
  name: text,
  /**
   * `parked`: parked by `mpm branch`. `batch`: taken after a tool batch of an
   * agent.
   */
  kind: z.enum(["named", "auto", "safety", "parked", "batch"]),
  /** The text of `--message`. */
  note: z.nullable(text),
  /** ISO 8601, UTC. */
  created_at: text,
  /** The top folder of the project, absolute. */
  project_path: text,
  /** The worktree that was captured, absolute. */
  worktree: text,
  /** null: detached, or no repository. */
  branch: z.nullable(text),
  /** Full commit ID; null: no commit yet, or no repository. */
  head: z.nullable(objectId),
  /** True if HEAD was not on a branch. */
  detached: z.boolean(),
  /** A merge, rebase or similar operation in progress. */
  operation: z.nullable(text),
  /** Identifies the state: SHA-256 over trees, index and HEAD. */
  print: text,
  /** Changed paths at that moment; the maximum is 10,000. */
  files: z.array(CheckpointFile),
  /** Number of changed paths beyond the limit. */
  files_omitted: count,
  /** Paths that were left out, with the reason. */
  left_out: z.array(z.looseObject({ path: text, reason: text })),
  /** The data in the index other than its tree. */
  index: z.looseObject({
    unmerged: z.array(z.looseObject({
      path: text,
      stages: z.array(
        z.looseObject({ stage: count, mode: text, id: objectId }),
      ),
    })),
    intent_to_add: z.array(z.looseObject({ path: text, mode: text })),
    assume_unchanged: texts,
    skip_worktree: texts,
  }),
  /** Unusual permission bits of files, by path. */
  permissions: z.record(text, count),
  /** Bytes of the files that were read. */
  size: count,
  /** `.claude/context.md` at that moment; null if it was missing. */
  context: z.nullable(text),
  /** The environment in which it was taken. */
  environment: z.looseObject({
    folder: text,
    os: text,
    /** Versions that project files require; absent: not read. */
    runtimes: z.optional(
      z.array(z.looseObject({ name: text, version: text, from: text })),
    ),
  }),
  /** The next steps of the worktree's newest save, if it has one. */
  last_save: z.optional(z.looseObject({ session_id: text, next_steps: texts })),
  /** The preceding tool batch; only for kind `batch`. */
  batch: z.optional(z.looseObject({
    agent_session: text,
    /** IDs of the batch's tool calls, as given by the client. */
    calls: texts,
  })),
  /** The save that a pause at that moment would have written. */
  session: SaveSchema,
  /** The version of mpm that took it. */
  version: text,
  /** Its build. */
  build: text,
});

/** A record and its location. */
export const StoredCheckpoint = z.extend(Checkpoint, { commit: objectId });

export type CheckpointFile = z.infer<typeof CheckpointFile>;
export type Checkpoint = z.infer<typeof Checkpoint>;
export type StoredCheckpoint = z.infer<typeof StoredCheckpoint>;
export type LastSave = NonNullable<Checkpoint["last_save"]>;
export type CheckpointKind = Checkpoint["kind"];
