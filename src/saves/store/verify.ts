import { basename } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { sha256 } from "../../base/digest.ts";
import type { Workspace } from "../../git/mod.ts";
import { layout, moveToTrash, saveFiles, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { VerifyResult } from "../commands/results.ts";
import { importedFrom } from "../trust/origins.ts";
import { type Copies, putBack } from "./copies.ts";
import { derivedFaults, pointAgain, writeDerived } from "./derived.ts";
import { LARGEST_SAVE, type LoadedSave, loadSave } from "./load_save.ts";
import type { SaveEntry } from "./save_entry.ts";
import { noteUncopied } from "./due_copies.ts";
import { copySaves } from "./second_copy.ts";

type Row = VerifyResult["sessions"][number];

/** The parameters of a check. */
export interface Checker {
  readonly system: System;
  readonly workspace: Workspace;
  readonly copies: Copies;
  readonly issuesOf: (value: unknown) => string[];
  readonly progress?: (what: string, done: number, of: number) => void;
}

/** Returns one row for each save. */
export async function verifyAll(
  checker: Checker,
  entries: readonly SaveEntry[],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [at, entry] of entries.entries()) {
    checker.progress?.("Checking saves", at, entries.length);
    rows.push((await inspect(checker, entry)).row);
  }
  return rows;
}

/**
 * Repairs each row in its current state, then the pointer. Throws the first
 * failure, but only after all other repairs. Call under the lock.
 */
export async function repairAll(
  checker: Checker,
  entries: readonly SaveEntry[],
): Promise<Row[]> {
  const rows: Row[] = [];
  let refusal: MpmError | undefined;
  for (const [at, entry] of entries.entries()) {
    checker.progress?.("Repairing saves", at, entries.length);
    const { row } = await inspect(checker, entry);
    try {
      rows.push(await repaired(checker, entry, row));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      refusal ??= error;
    }
  }
  const { system, workspace } = checker;
  await pointAgain(system, workspace.root);
  await copySaves(system, workspace);
  if (refusal) throw refusal;
  return rows;
}

/** A checked save. */
export interface Inspected {
  readonly row: Row;
  /** Errors in the save's other files; the row's notes also contain them. */
  readonly beside: readonly string[];
  /** `undefined`: the save cannot be read. */
  readonly save: LoadedSave["save"] | undefined;
}

/** Compares a save with its checksum, the schema, and its derived files. */
export async function inspect(
  checker: Checker,
  entry: SaveEntry,
): Promise<Inspected> {
  const row = { session_id: entry.id, source: entry.path, repaired: [] };
  try {
    const loaded = await loadSave(checker.system, entry);
    const { save, checksum, warnings } = loaded;
    const problems = checker.issuesOf(save);
    const beside = isMaintained(entry)
      ? faultsBeside(checker, entry, loaded)
      : keptOnly(entry);
    const state = problems.length > 0
      ? "damaged"
      : checksum === "absent"
      ? "unchecked"
      : "intact";
    const notes = [...warnings, ...beside];
    return { row: { ...row, state, problems, notes }, beside, save };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const problems = [error.message];
    return {
      row: { ...row, state: "damaged", problems, notes: [] },
      beside: [],
      save: undefined,
    };
  }
}

/** Returns whether mpm wrote a save's derived files and may rewrite them. */
export function isMaintained(entry: SaveEntry): boolean {
  const { own, imported, location, format } = entry;
  return (own || imported) && location === "sessions" && format === "json";
}

function faultsBeside(
  { system, copies }: Checker,
  { id, path }: SaveEntry,
  loaded: LoadedSave,
): string[] {
  const isSame = copies.isSame(id, loaded.bytes) ?? true;
  return [
    ...derivedFaults(system, path, loaded),
    ...isSame ? [] : [`The second copy of ${id} differs`],
  ];
}

/** Returns a note about a save that exists only as a second copy. */
function keptOnly({ id, location }: SaveEntry): string[] {
  return location === "kept"
    ? [
      `sessions/${id}.json is missing: the only copy is in kept/, where ` +
      "claude-mpm does not look",
    ]
    : [];
}

/** Returns the row after repairs. Call under the lock. */
async function repaired(
  checker: Checker,
  entry: SaveEntry,
  row: Row,
): Promise<Row> {
  if (row.state === "damaged" || entry.location === "kept") {
    return await restored(checker, entry, row);
  }
  if (!isMaintained(entry)) return row;
  const notes: string[] = [];
  if (row.state === "unchecked") {
    if (!restoreChecksum(checker, entry)) return row;
    notes.push(`${entry.id}.json.sha256, from its second copy`);
  }
  const loaded = await loadSave(checker.system, entry);
  notes.push(...faultsBeside(checker, entry, loaded));
  if (notes.length === 0) return row;
  repairBeside(checker, loaded);
  return { ...(await inspect(checker, entry)).row, repaired: notes };
}

/** Replaces a damaged or missing save with its valid second copy. */
async function restored(
  checker: Checker,
  entry: SaveEntry,
  row: Row,
): Promise<Row> {
  const { system, workspace: { root } } = checker;
  const { id, location, format } = entry;
  const isSave = location === "sessions" && format === "json";
  if (row.state === "damaged" && !isSave) return row;
  const copy = await checker.copies.whole(id);
  if (!copy) return row;
  const { json, checksum } = saveFiles(layout(root).sessions, id);
  // Never deletes anything that a person may have changed.
  const files = [json, checksum].filter((path) => system.files.lstat(path))
    .map((from) => ({ from, to: `sessions/${basename(from)}` }));
  if (files.length > 0) {
    const items = [{ name: id, files }];
    moveToTrash(system, root, { operation: "sessions verify", items });
  }
  putBack(system, root, { id, bytes: copy.bytes });
  const back: SaveEntry = { ...entry, path: json, location: "sessions" };
  repairBeside(checker, await loadSave(system, back));
  const name = `${id}.json, from its copy in ${copy.place}`;
  return { ...(await inspect(checker, back)).row, repaired: [name] };
}

/** Rewrites a lost checksum file if the second copy proves the save valid. */
function restoreChecksum(
  { system, copies, workspace }: Checker,
  { id, path }: SaveEntry,
): boolean {
  const { checksum } = saveFiles(layout(workspace.root).sessions, id);
  if (system.files.lstat(checksum)) return false;
  const bytes = system.files.readOwn(path, LARGEST_SAVE);
  if (!copies.vouches(id, bytes)) return false;
  writeAtomic(system, checksum, {
    text: sha256(bytes),
    mtime: system.files.lstat(path)!.mtime,
  });
  return true;
}

/** Of another program's save, only missing files are written. */
function repairBeside(
  { system, copies, workspace: { root, git } }: Checker,
  { save, value, bytes }: LoadedSave,
): void {
  const id = save.session_id;
  const isSame = copies.isSame(id, bytes) ?? git === "repository";
  if (!isSame) noteUncopied(system, root, [id]);
  const missing = save.mpm === undefined && importedFrom(save) === undefined;
  writeDerived(system, root, { save, value, missing });
}
