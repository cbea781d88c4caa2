import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import type { Checkpoint, StoredCheckpoint } from "./checkpoint.ts";
import { CHECKPOINT_ID } from "./name.ts";
import { recordBytes } from "./record.ts";
import { field, isDeeper, jsonIn } from "../base/parsed_values.ts";
import type { System } from "../system/system.ts";
import {
  checkPath,
  ensureHidden,
  layout,
  removeIfThere,
  writeAtomic,
} from "../ops/mod.ts";
import {
  contentDigestOf,
  namesIn,
  type Origin,
  Origins,
} from "../saves/mod.ts";

/** The maximum size of a record to read, in bytes. */
const LIMIT = 64 * 1024 * 1024;

/** The deepest nesting of lists and objects; mpm writes about twelve levels. */
const DEEPEST = 100;

/** Returns the file of a checkpoint's record; `id` must be valid. */
function recordFile(root: string, id: string): string {
  return join(layout(root).checkpoints, `${id}.json`);
}

/** Writes a record for an existing commit. Call under the lock. */
export function writeRecord(
  system: System,
  root: string,
  { record, commit }: { record: Checkpoint; commit: string },
): void {
  ensureHidden(system, root, layout(root).checkpoints);
  writeAtomic(system, recordFile(root, record.id), {
    bytes: recordBytes({ ...record, commit }),
    // The commit of the record, already on the disk, contains the same data.
    synced: false,
  });
}

/** Removes a record's file, but not its commit. */
export function removeRecord(system: System, root: string, id: string): void {
  removeIfThere(system, recordFile(root, id));
}

/** Returns whether a record with that ID exists, without reading it. */
export function hasRecord(system: System, root: string, id: string): boolean {
  return CHECKPOINT_ID.test(id) &&
    system.files.lstat(recordFile(root, id)) !== undefined;
}

/** Returns the IDs of all records. Throws CONFLICT if the folder is a link. */
export function recordIds(system: System, root: string): string[] {
  const { checkpoints } = layout(root);
  if (!checkPath(system, checkpoints, root)) return [];
  return system.files.list(checkpoints)
    .filter(({ name, kind }) => kind === "file" && name.endsWith(".json"))
    .map(({ name }) => name.slice(0, -".json".length))
    .filter((id) => CHECKPOINT_ID.test(id))
    .sort();
}

/** Reads a record; `undefined`: its commit, with the same data, is left. */
export async function readRecord(
  system: System,
  root: string,
  id: string,
  { light = false } = {},
): Promise<StoredCheckpoint | undefined> {
  return await attempt(async () => {
    const bytes = system.files.readOwn(recordFile(root, id), LIMIT);
    return await parseRecord(bytes, { id, light });
  });
}

/**
 * Parses a record. Keeps the order of its fields for the digest. `commit` fills
 * in a missing commit. `light`: checks only a few fields, which is faster.
 * `undefined` for a value that is not the record of `id`.
 */
export async function parseRecord(
  bytes: Uint8Array,
  { id, commit, light = false }: {
    id: string;
    commit?: string;
    light?: boolean;
  },
): Promise<StoredCheckpoint | undefined> {
  const value = jsonIn(new TextDecoder().decode(bytes));
  if (typeof value !== "object" || value === null) return undefined;
  if (isDeeper(value, DEEPEST)) return undefined;
  if (light) return isHead(value) && value.id === id ? value : undefined;
  // Imported here, since a save does not need the schema library.
  const { StoredCheckpoint } = await import("./checkpoint.ts");
  const stored = commit === undefined ? value : { ...value, commit };
  const { success, data } = StoredCheckpoint.safeParse(stored);
  return success && data.id === id ? stored as StoredCheckpoint : undefined;
}

/** Returns whether the fields that a list shows are valid. */
function isHead(value: unknown): value is StoredCheckpoint {
  const texts = [
    "id",
    "name",
    "kind",
    "created_at",
    "worktree",
    "print",
    "commit",
  ];
  return texts.every((name) => typeof field(value, name) === "string") &&
    /^[0-9a-f]{40,64}$/.test(String(field(value, "commit"))) &&
    Array.isArray(field(value, "files")) &&
    Array.isArray(field(value, "left_out"));
}

/** The maximum number of records to read. */
const MOST = 1000;

/** The start of a record, in bytes, with its own fields. */
const BEGINNING = 16 * 1024;

interface Latest {
  readonly name: string;
  /** ISO 8601. */
  readonly created_at: string;
  readonly origin: Origin;
}

/** Returns the newest checkpoint, to show it; an invalid file is missing. */
export function latestCheckpoint(system: System, root: string): Latest | null {
  return attempt(() => {
    const path = newestRecord(system, layout(root).checkpoints);
    if (path === undefined) return null;
    const bytes = system.files.readOwn(path, LIMIT);
    const text = new TextDecoder().decode(bytes.subarray(0, BEGINNING));
    const name = textField(text, "name");
    const time = Date.parse(textField(text, "created_at") ?? "");
    if (name === undefined || Number.isNaN(time)) return null;
    const created_at = new Date(time).toISOString();
    const mark = { id: created_at, digest: contentDigestOf(bytes) };
    return { name, created_at, origin: new Origins(system).of(mark) };
  }) ?? null;
}

function newestRecord(system: System, folder: string): string | undefined {
  let newest: { path: string; mtime: number } | undefined;
  for (const { name, kind } of namesIn(system, folder).slice(0, MOST)) {
    if (kind !== "file" || !/^[^.].*\.json$/.test(name)) continue;
    if (/^batch-\d{8}-\d{6}/.test(name)) continue; // listed nowhere else
    const path = join(folder, name);
    const mtime = system.files.lstat(path)?.mtime ?? 0;
    if (!newest || mtime > newest.mtime) newest = { path, mtime };
  }
  return newest?.path;
}

/** Returns a top-level field, which comes before all nested ones. */
function textField(text: string, name: string): string | undefined {
  const found = new RegExp(`"${name}":\\s*("(?:[^"\\\\]|\\\\.){0,400}")`)
    .exec(text);
  const value = found && jsonIn(found[1]!);
  return typeof value === "string" ? value : undefined;
}
