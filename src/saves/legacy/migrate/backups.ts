import { jsonIn } from "../../../base/parsed_values.ts";
import { basename, isAbsolute } from "@std/path";
import { join } from "../../../base/join.ts";
import { MpmError } from "../../../base/errors.ts";
import type { ChangeSet, Ref } from "./change_set.ts";
import { sessionId } from "../../../base/ids.ts";
import type { System } from "../../../system/system.ts";
import {
  beginIntent,
  checkPath,
  type Intent,
  layout,
  readIntents,
  removeTree,
} from "../../../ops/mod.ts";

const NAME = /^pause_backup_\d{8}-\d{6}$/;

/** The record of a backup, and of its changes. */
export const MANIFEST = "manifest.json";

/**
 * The name of the record in earlier versions, used until the changes were made.
 */
export const UNFINISHED = "unfinished.json";

/** The facts about a migration or rollback in progress. */
export interface MigrationFacts {
  /** The name of the backup. */
  readonly name: string;
  /**
   * The digest of the record; null: the folder is not complete yet, or is no
   * longer needed.
   */
  readonly sha256: string | null;
}

/** The kind of an operation that is a migration or rollback. */
const KIND = "migrate";

/**
 * Records a migration or rollback. Once it has the digest of the record, it
 * will be completed, by another mpm process if necessary. Call under the lock.
 */
export function beginMigration(
  system: System,
  root: string,
  facts: MigrationFacts,
): Intent<MigrationFacts> {
  return beginIntent(system, root, { kind: KIND, worktree: root, facts });
}

/** Returns the migrations and rollbacks in progress, oldest first. */
export function begunMigrations(
  system: System,
  root: string,
): Intent<MigrationFacts>[] {
  return readIntents<MigrationFacts>(system, root, KIND);
}

/**
 * Removes the folder of a set that does not need it, and ends the set's intent.
 */
export function discard(
  system: System,
  root: string,
  intent: Intent<MigrationFacts>,
): void {
  const { name } = intent.facts;
  if (intent.facts.sha256 !== null) intent.mark({ name, sha256: null });
  removeTree(system, join(layout(root).backups, name));
  intent.end();
}

/**
 * The maximum size of a record, in bytes, enough for a few hundred thousand
 * files.
 */
export const LARGEST_RECORD = 256 * 1024 * 1024;

/** Returns the place of a file's old content in a backup. */
export function backupPath(folder: string, { place, name }: Ref): string {
  return join(folder, place, name);
}

/** Returns the temporary place of a file's new content. */
export function stagedPath(folder: string, { place, name }: Ref): string {
  return join(folder, "new", place, name);
}

/**
 * Returns the names of the backups, oldest first: those that are complete, and
 * those that an earlier version left unfinished.
 */
export function listBackups(
  system: System,
  root: string,
): { finished: string[]; unfinished: string[] } {
  const { backups } = layout(root);
  const finished: string[] = [];
  const unfinished: string[] = [];
  const { files } = system;
  if (files.lstat(backups)?.kind !== "folder") return { finished, unfinished };
  const begun = new Set(
    begunMigrations(system, root).map(({ facts }) => facts.name),
  );
  for (const { name, kind } of files.list(backups)) {
    if (!NAME.test(name) || kind !== "folder" || begun.has(name)) continue;
    const folder = join(backups, name);
    if (files.lstat(join(folder, UNFINISHED))) unfinished.push(name);
    else if (files.lstat(join(folder, MANIFEST))) finished.push(name);
  }
  return { finished: finished.sort(), unfinished: unfinished.sort() };
}

/**
 * Returns a backup name for the current second, or for the next second that
 * does not have a backup.
 */
export function freeBackup(system: System, root: string): string {
  const { backups } = layout(root);
  for (let time = system.now().getTime();; time += 1000) {
    const name = sessionId(new Date(time)).replace("session-", "pause_backup_");
    if (!system.files.lstat(join(backups, name))) return name;
  }
}

/**
 * Reads the record of a backup. Anyone may have made the backup's folder, so
 * the record must match the schema before it is used. Throws UNREADABLE.
 */
export async function readRecord(
  system: System,
  root: string,
  { name, file }: { name: string; file: string },
): Promise<ChangeSet> {
  const folder = join(layout(root).backups, name);
  checkPath(system, folder, root);
  const path = join(folder, file);
  const bytes = system.files.readOwn(path, LARGEST_RECORD);
  const { ChangeSet } = await import("./change_set.ts");
  const { problemsOf } = await import("../../../base/schema.ts");
  const value = jsonIn(new TextDecoder().decode(bytes));
  const problems = value === undefined
    ? ["it is not JSON"]
    : problemsOf(ChangeSet, value);
  if (problems.length === 0) return { ...(value as ChangeSet), name };
  throw new MpmError("UNREADABLE", `Cannot read "${path}": ${problems[0]}`, {
    hint: `The backed-up files are in "${folder}"`,
  });
}

/**
 * Returns the requested backup, by name or path. Defaults to the newest backup
 * of a migration. Throws NOT_FOUND.
 */
export async function chooseBackup(
  system: System,
  root: string,
  wanted: string | undefined,
): Promise<ChangeSet> {
  const { backups } = layout(root);
  const { finished } = listBackups(system, root);
  const read = (name: string) =>
    readRecord(system, root, { name, file: MANIFEST });
  if (wanted !== undefined) {
    const name = basename(wanted);
    const here = wanted === name ||
      (isAbsolute(wanted) && wanted === join(backups, name));
    if (here && finished.includes(name)) return await read(name);
    throw new MpmError("NOT_FOUND", `No backup "${wanted}" in "${backups}"`, {
      hint: finished.length === 0
        ? 'No backup exists; "mpm migrate" creates one before it moves anything'
        : `Available backups: ${finished.join(", ")}`,
    });
  }
  for (const name of finished.toReversed()) {
    const record = await read(name);
    if (record.kind === "migrate") return record;
  }
  throw new MpmError("NOT_FOUND", `No migration to undo in "${root}"`, {
    hint: 'Only a migration without "--no-backup" can be undone',
  });
}
