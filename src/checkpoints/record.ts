import { createHash } from "node:crypto";
import { asciiJson } from "../base/escape.ts";
import { setOwn } from "../base/own.ts";
import type {
  Checkpoint,
  CheckpointKind,
  LastSave,
  StoredCheckpoint,
} from "./checkpoint.ts";
import type { RepositoryState, Workspace } from "../git/repository.ts";
import type { Runtime } from "./take/runtimes.ts";
import type { Save } from "../saves/save.ts";
import type {
  IndexMarks,
  LeftOut,
  TreeDelta,
  TreeEntry,
} from "../git/tree/snapshot.ts";

/** What a record is made of. */
export interface RecordParts {
  readonly id: string;
  readonly name: string;
  readonly kind: CheckpointKind;
  readonly note: string | null;
  readonly time: Date;
  readonly workspace: Workspace;
  readonly snapshot: Snapshot;
  /** `.claude/context.md`. */
  readonly context: string | null;
  readonly os: string;
  readonly runtimes: readonly Runtime[];
  readonly lastSave: LastSave | null;
  /** What a pause would have saved. */
  readonly session: Save;
}

/** What was captured, as far as a record tells it. */
export interface Snapshot {
  readonly state: RepositoryState;
  readonly base: string;
  readonly worktree: ReadonlyMap<
    string,
    | TreeEntry & { readonly size?: number; readonly permissions?: number }
    | undefined
  >;
  readonly index: TreeDelta;
  readonly marks: IndexMarks;
  readonly leftOut: readonly LeftOut[];
  readonly entries: readonly {
    readonly path: string;
    readonly status: string;
  }[];
  readonly size: number;
}

/** Changed paths a record lists. */
const LISTED = 10_000;

/** The record of a checkpoint, not yet redacted. */
export function buildRecord(parts: RecordParts): Checkpoint {
  const { snapshot, workspace, session, time, note, context, os } = parts;
  const { state, worktree, entries, marks, leftOut, size } = snapshot;
  const permissions: Record<string, number> = {};
  for (const [path, file] of worktree) {
    if (file?.permissions !== undefined) {
      setOwn(permissions, path, file.permissions);
    }
  }
  const listed = entries.slice(0, LISTED);
  return {
    schema: 1,
    id: parts.id,
    name: parts.name,
    kind: parts.kind,
    note,
    created_at: time.toISOString(),
    project_path: workspace.root,
    worktree: workspace.worktree,
    branch: state.branch ?? null,
    head: state.head ?? null,
    detached: state.detached,
    operation: state.operation ?? null,
    print: printOf(snapshot),
    files: listed.map(({ path, status }) => {
      const file = worktree.get(path);
      return {
        path,
        status,
        hash: file?.id ?? null,
        mode: file?.mode ?? null,
        size: file?.size ?? null,
      };
    }),
    files_omitted: entries.length - listed.length,
    left_out: leftOut.map((one) => ({ ...one })),
    index: {
      unmerged: marks.unmerged.map(({ path, stages }) => ({
        path,
        stages: stages.map((stage) => ({ ...stage })),
      })),
      intent_to_add: marks.intent_to_add.map((one) => ({ ...one })),
      assume_unchanged: [...marks.assume_unchanged],
      skip_worktree: [...marks.skip_worktree],
    },
    permissions,
    size,
    context,
    environment: {
      folder: workspace.cwd,
      os,
      runtimes: parts.runtimes.map((one) => ({ ...one })),
    },
    ...parts.lastSave && { last_save: parts.lastSave },
    session: bare(session),
    version: session.version,
    build: session.build,
  };
}

/** The files stand in the record itself. */
function bare(session: Save): Save {
  return session.mpm
    ? { ...session, mpm: { ...session.mpm, files: [], files_omitted: 0 } }
    : session;
}

/** Tells one state of worktree, index and HEAD from another. */
export function printOf(snapshot: Snapshot): string {
  const { state, base, worktree, index, marks } = snapshot;
  const told = (delta: ReadonlyMap<string, TreeEntry | undefined>) =>
    [...delta].map(([path, entry]) => [path, entry?.mode, entry?.id])
      .sort(([a], [b]) => a! < b! ? -1 : 1);
  const value = [
    state.head,
    state.branch,
    state.operation,
    base,
    told(worktree),
    told(index),
    marks,
  ];
  return createHash("sha256").update(asciiJson(value)).digest("hex");
}

/**
 * What the user's state knows a checkpoint by: its time and id, and the SHA-256
 * of its record's file. The commit's id stands in that, and with it every file.
 */
export function ownMark(
  record: StoredCheckpoint,
): { id: string; digest: string } {
  const digest = createHash("sha256").update(recordBytes(record)).digest("hex");
  return { id: `${record.created_at} ${record.id}`, digest };
}

/**
 * What it knows one by whose commit is being made: by every word of the record,
 * but by no file.
 */
export function begunMark(
  stored: Checkpoint & { readonly commit?: string },
): { id: string; digest: string } {
  const { commit: _, ...record } = stored;
  const digest = createHash("sha256").update("begun\n")
    .update(recordBytes(record)).digest("hex");
  return { id: `${record.created_at} ${record.id}`, digest };
}

/** A record as the bytes of its file. */
export function recordBytes(record: Checkpoint): Uint8Array {
  return new TextEncoder().encode(`${asciiJson(record, 1)}\n`);
}
