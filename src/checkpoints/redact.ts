import { redactSave } from "../saves/mod.ts";
import type { KnownKeys, Redactor } from "../secrets/mod.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** The record of a checkpoint; what a restore goes by stays. */
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
    // Facts of git, which must stay what they are.
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

/** The same as mpm prints it: nothing goes by the names of its files there. */
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
