import { redactSave } from "../saves/mod.ts";
import type { KnownKeys, Redactor } from "../secrets/mod.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** Redacts a checkpoint's record, except for what a restore needs. */
export function redactRecord(
  redactor: Redactor,
  record: Checkpoint,
): Checkpoint {
  const { session, files, left_out, index, permissions, ...rest } = record;
  return {
    ...redactor.value(rest),
    id: record.id,
    worktree: record.worktree,
    project_path: record.project_path,
    environment: {
      ...redactor.value(record.environment),
      folder: record.environment.folder,
    },
    branch: record.branch === null ? null : redactor.name(record.branch),
    head: record.head,
    print: record.print,
    session: redactSave(redactor, session),
    // Data from git, which must not change.
    files,
    left_out,
    index,
    permissions,
  };
}

const FILES: KnownKeys = {
  names: new Set(["path"]),
  ids: new Set(["status", "hash", "mode"]),
};

/** Does the same for output, where file names are never used to find files. */
export function redactShown<T extends Checkpoint>(
  redactor: Redactor,
  record: T,
): T {
  const { files, left_out } = record;
  const paths = [...files, ...left_out].map(({ path }) => path);
  return {
    ...record,
    ...redactRecord(redactor, record),
    ...redactor.inNames(paths)
      ? redactor.known({ files, left_out }, FILES)
      : {},
  };
}
