import { sessionId } from "../../base/ids.ts";
import { field } from "../../base/parsed_values.ts";
import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import type { Save } from "../save.ts";
import { idTime } from "../store/save_entry.ts";
import { sha256 } from "../../base/digest.ts";
import type { System } from "../../system/system.ts";
import {
  ensureStoreId,
  layout,
  moveToTrash,
  readOwnJson,
  removeIfThere,
  saveFiles,
  writeAtomic,
} from "../../ops/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import { LARGEST_SAVE } from "../store/load_save.ts";
import { areCopied, copySaves, noCopy } from "../store/second_copy.ts";
import { freeId, storeSave } from "../store/write_save.ts";
import { type ActivePause, parseActivePause } from "./active_pause.ts";

/** The record of an automatic pause by claude-mpm. */
export interface PauseRecord {
  readonly pause: ActivePause;
  readonly bytes: Uint8Array;
  /** The modification time of the file, in milliseconds since the epoch. */
  readonly mtime: number;
}

/** Returns `undefined` if there is no record. Throws a FileError for a link. */
export function readPauseRecord(
  system: System,
  root: string,
): PauseRecord | undefined {
  const { activePause } = layout(root);
  const found = system.files.lstat(activePause);
  if (!found) return undefined;
  const bytes = system.files.readOwn(activePause, LARGEST_SAVE);
  const pause = parseActivePause(new TextDecoder().decode(bytes));
  return { pause, bytes, mtime: found.mtime };
}

/**
 * Saves the record as a session, and renames its file as claude-mpm does.
 * `build` makes the save for an ID and a store. A record that was already saved
 * before the process died is not saved again. Call under the lock.
 */
export async function finalizeRecord(
  system: System,
  workspace: Workspace,
  { record, build, line }: {
    record: PauseRecord;
    build(slot: { id: string; sessions: string; store: string }): Save;
    /** Returns the line that ends the file. */
    line(id: string): string;
  },
): Promise<{ id: string; warnings: readonly string[] }> {
  const { root } = workspace;
  const { sessions, activePause } = layout(root);
  const time = new Date(startOf(record));
  const digest = sha256(record.bytes);
  let id = savedAs(system, root, { time, digest });
  let warnings: readonly string[] = [];
  if (id === undefined) {
    id = freeId(system, root, time);
    const store = ensureStoreId(system, root);
    const save = withDigest(build({ id, sessions, store }), digest);
    const copied = areCopied(system, workspace);
    const how = { latest: true, own: false, copied };
    ({ warnings } = await storeSave(system, root, { save, ...how }));
  }
  const bytes = ended(record, line(id));
  writeAtomic(system, join(sessions, `${id}-incremental.jsonl`), { bytes });
  removeIfThere(system, activePause);
  system.files.syncFolder(dirname(activePause));
  const { problem } = await copySaves(system, workspace);
  if (problem !== null) warnings = [...warnings, noCopy(problem)];
  return { id, warnings };
}

/**
 * Returns when the pause began: from the pause's ID, as in claude-mpm, or else
 * from the time of the file.
 */
export function startOf({ pause, mtime }: PauseRecord): number {
  const known = pause.id === undefined ? undefined : idTime(pause.id);
  return known ?? mtime;
}

function withDigest(save: Save, digest: string): Save {
  const pause = field(save, "incremental_pause");
  return {
    ...save,
    "incremental_pause": { ...pause as object, "source_sha256": digest },
  };
}

/** The number of seconds to search for a save with a shifted ID. */
const SEARCHED = 60;

/** Returns the ID under which this record was saved before an interruption. */
function savedAs(
  system: System,
  root: string,
  { time, digest }: { time: Date; digest: string },
): string | undefined {
  const { sessions } = layout(root);
  for (let after = 0; after < SEARCHED; after++) {
    const id = sessionId(new Date(time.getTime() + after * 1000));
    const { json } = saveFiles(sessions, id);
    if (!system.files.lstat(json)) return undefined;
    if (digestIn(system, json) === digest) return id;
  }
  return undefined;
}

function digestIn(system: System, path: string): unknown {
  // An unreadable file is not a save of this record.
  const value = readOwnJson(system, path, LARGEST_SAVE);
  return field(field(value, "incremental_pause"), "source_sha256");
}

/**
 * Returns the record with the line that ends it. The line before may have been
 * cut off.
 */
function ended({ bytes, pause }: PauseRecord, line: string): Uint8Array {
  if (pause.finalized) return bytes;
  const gap = bytes.length === 0 || bytes.at(-1) === 10 ? "" : "\n";
  const more = new TextEncoder().encode(`${gap}${line}\n`);
  const all = new Uint8Array(bytes.length + more.length);
  all.set(bytes);
  all.set(more, bytes.length);
  return all;
}

/**
 * Moves the record into the trash, and returns its folder there. Call under the
 * lock.
 */
export function discardRecord(system: System, root: string): string {
  const { activePause } = layout(root);
  const name = "ACTIVE-PAUSE.jsonl";
  return moveToTrash(system, root, {
    operation: "sessions recover",
    items: [{ name, files: [{ from: activePause, to: `sessions/${name}` }] }],
  });
}
