import { join } from "@std/path";
import type { ErrorRecord } from "./error_record.ts";
import type { System } from "../system/system.ts";
import { readOwnJson, removeQuietly } from "../ops/atomic.ts";
import { ensureHidden } from "../ops/home.ts";
import { layout } from "../ops/layout.ts";

/** Records that are kept. */
const KEPT = 50;

/** With what a kill left half written. */
const NAME = /^error-\d{8}-\d{9}-[a-z0-9]{8}\.json(?:\.tmp)?$/;

/**
 * Keeps a record below `.claude-mpm/errors/`, drops the oldest ones beyond 50,
 * and returns its file. Many may do so at once. Throws FILE_FAILED, CONFLICT.
 */
export function keepErrorRecord(
  system: System,
  root: string,
  record: ErrorRecord,
): string {
  const folder = folderOf(root);
  ensureHidden(system, root, folder);
  const name = `${firstName(record.at)}-${system.random()}.json`;
  const path = join(folder, name);
  const bytes = new TextEncoder().encode(
    `${JSON.stringify(record, null, 2)}\n`,
  );
  const written = `${path}.tmp`;
  try {
    // Not synced: an error that a power failure takes away is none to look for.
    system.files.create(written, bytes, { synced: false });
    system.files.rename(written, path);
  } catch (error) {
    removeQuietly(system, written);
    throw error;
  }
  for (const name of names(system, folder).slice(0, -KEPT)) {
    removeQuietly(system, join(folder, name));
  }
  return path;
}

/**
 * The records of that moment, in milliseconds since the epoch, and later ones.
 * What cannot be read is left out.
 */
export function errorRecordsSince(
  system: System,
  root: string,
  time: number,
): unknown[] {
  const folder = folderOf(root);
  if (system.files.lstat(folder)?.kind !== "folder") return [];
  const first = firstName(new Date(time).toISOString());
  return names(system, folder).filter((name) => name >= first)
    .map((name) => readOwnJson(system, join(folder, name), LARGEST))
    .filter((record) => record !== undefined);
}

/** Bytes of the largest record. */
const LARGEST = 64 * 1024;

function folderOf(root: string): string {
  return join(layout(root).home, "errors");
}

/** What the names of that moment begin with. */
function firstName(at: string): string {
  return `error-${at.replaceAll(/[-:.Z]/g, "").replace("T", "-")}`;
}

/** The names of records, the oldest first. */
function names(system: System, folder: string): string[] {
  return system.files.list(folder).map(({ name }) => name)
    .filter((name) => NAME.test(name)).sort();
}
