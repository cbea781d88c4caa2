import { MpmError } from "../../base/errors.ts";
import { branchesWith, type Committed } from "../../git/branches.ts";
import type { VerifyResult } from "../commands/results.ts";
import type { SaveEntry } from "./save_entry.ts";
import { HOME, layout, saveFiles } from "../../ops/layout.ts";
import { LARGEST_SAVE, type LoadedSave, loadSave } from "./load_save.ts";
import { pointAgain } from "../remove.ts";
import type { System } from "../../system/system.ts";
import { basename, join } from "@std/path";
import { importedFrom } from "../trust/origins.ts";
import { sha256 } from "../../base/digest.ts";
import { writeAtomic } from "../../ops/atomic.ts";
import { derivedFaults, keepSave, readPlain, writeDerived } from "./derived.ts";
import { moveToTrash } from "../../ops/trash.ts";
import type { Workspace } from "../../git/repository.ts";

type Row = VerifyResult["sessions"][number];

/** What a check works with. */
export interface Checker {
  readonly system: System;
  readonly root: string;
  readonly issuesOf: (value: unknown) => string[];
  readonly progress?: (what: string, done: number, of: number) => void;
  /** Of the saves that only `kept/` has, the branches that have them. */
  readonly committed: ReadonlyMap<string, Committed>;
}

/** One row for each. */
export async function verifyAll(
  checker: Checker,
  entries: readonly SaveEntry[],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const entry of entries) {
    checker.progress?.("Checking saves", rows.length, entries.length);
    rows.push(await verify(checker, entry));
  }
  return rows;
}

/**
 * Repairs what can be repaired, each row as it is then, and the pointer. What
 * refuses, such as a folder in the place of a file, keeps no other from its
 * repair; the first refusal is thrown at the end. Call under the lock.
 */
export async function repairAll(
  checker: Checker,
  entries: readonly SaveEntry[],
): Promise<Row[]> {
  const rows: Row[] = [];
  let refusal: MpmError | undefined;
  for (const [at, entry] of entries.entries()) {
    checker.progress?.("Repairing saves", at, entries.length);
    const row = await verify(checker, entry);
    try {
      rows.push(await repaired(checker, entry, row));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      refusal ??= error;
    }
  }
  await pointAgain(checker.system, checker.root);
  if (refusal) throw refusal;
  return rows;
}

/** A save that was looked at. */
export interface Inspected {
  readonly row: Row;
  /** What is wrong with the files beside it; also among the row's notes. */
  readonly beside: readonly string[];
  /** `undefined`: it cannot be read. */
  readonly save: LoadedSave["save"] | undefined;
}

async function verify(checker: Checker, entry: SaveEntry): Promise<Row> {
  return (await inspect(checker, entry)).row;
}

/** Compares a save with its checksum, the schema, and what lies beside it. */
export async function inspect(
  checker: Checker,
  entry: SaveEntry,
): Promise<Inspected> {
  const { system, root, issuesOf } = checker;
  const row = { session_id: entry.id, source: entry.path, repaired: [] };
  try {
    const loaded = await loadSave(system, entry);
    const { save, checksum, warnings } = loaded;
    const problems = issuesOf(save);
    const beside = isMaintained(entry)
      ? faultsBeside(system, root, { entry, loaded })
      : keptOnly(checker, entry);
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

/** Why a save is in `kept/` alone. */
function keptOnly({ committed }: Checker, entry: SaveEntry): string[] {
  if (entry.location !== "kept") return [];
  const { here, elsewhere } = committed.get(entry.id)!;
  const name = `sessions/${entry.id}.json is missing`;
  if (here) return [`${name}, though the present branch has it`];
  return elsewhere.length > 0
    ? [`It is committed on ${elsewhere[0]}, and comes back with that branch`]
    : [`${name}: only kept/ has it, where claude-mpm does not look`];
}

/** A save that left with its branch comes back with it, and stays away here. */
async function putBack(
  checker: Checker,
  entry: SaveEntry,
  row: Row,
): Promise<Row> {
  const { system, root, committed } = checker;
  const { here, elsewhere } = committed.get(entry.id)!;
  if (!here && elsewhere.length > 0) return row;
  const loaded = await restoreKept(system, root, entry);
  if (!loaded) return row;
  const path = saveFiles(layout(root).sessions, entry.id).json;
  const back: SaveEntry = { ...entry, path, location: "sessions" };
  repairBeside(system, root, { entry: back, loaded });
  return {
    ...await verify(checker, back),
    repaired: [`${entry.id}.json, from its copy in kept/`],
  };
}

/** The row after what can be repaired was. Call under the lock. */
async function repaired(
  checker: Checker,
  entry: SaveEntry,
  row: Row,
): Promise<Row> {
  const { system, root } = checker;
  const notes: string[] = [];
  if (row.state === "damaged") {
    if (entry.location !== "sessions" || entry.format !== "json") return row;
    const loaded = await restoreKept(system, root, entry);
    if (!loaded) return row;
    notes.push(`${entry.id}.json, from its copy in kept/`);
    repairBeside(system, root, { entry, loaded });
  } else if (entry.location === "kept") {
    return await putBack(checker, entry, row);
  } else {
    if (!isMaintained(entry)) return row;
    if (row.state === "unchecked") {
      if (!restoreChecksum(system, root, entry)) return row;
      notes.push(`${entry.id}.json.sha256, from its copy in kept/`);
    }
    const loaded = await loadSave(system, entry);
    notes.push(...faultsBeside(system, root, { entry, loaded }));
    if (notes.length === 0) return row;
    repairBeside(system, root, { entry, loaded });
  }
  return { ...await verify(checker, entry), repaired: notes };
}

/** Whether mpm wrote the files beside the save, and so may write them again. */
export function isMaintained(entry: SaveEntry): boolean {
  const { own, imported, location, format } = entry;
  return (own || imported) && location === "sessions" && format === "json";
}

/** What is wrong beside the save itself, which is whole; one line each. */
export function faultsBeside(
  system: System,
  root: string,
  { entry, loaded }: { entry: SaveEntry; loaded: LoadedSave },
): string[] {
  return [
    ...derivedFaults(system, entry.path, loaded),
    ...keptFaults(system, root, { id: entry.id, bytes: loaded.bytes }),
  ];
}

function keptFaults(
  system: System,
  root: string,
  { id, bytes }: { id: string; bytes: Uint8Array },
): string[] {
  const kept = readPlain(system, saveFiles(layout(root).kept, id).json);
  // A clone or a pull brings the saves that were committed, and no copies.
  if (kept === "missing") return [];
  return kept !== "unreadable" && sha256(kept) === sha256(bytes)
    ? []
    : [`kept/${id}.json is not the same`];
}

/**
 * Makes what is beside a verified save whole again: derived files are written
 * from it (of another program's save, only those that are missing), and the copy in `kept/` is taken from it; one that differs goes to
 * the trash. Call under the lock.
 */
export function repairBeside(
  system: System,
  root: string,
  { entry, loaded }: { entry: SaveEntry; loaded: LoadedSave },
): void {
  const kept = saveFiles(layout(root).kept, entry.id);
  const bytes = system.files.readOwn(entry.path, LARGEST_SAVE);
  const faults = keptFaults(system, root, { id: entry.id, bytes });
  if (faults.length > 0 || !system.files.lstat(kept.json)) {
    discard(system, root, { id: entry.id, paths: [kept.json, kept.checksum] });
    keepSave(system, root, entry.id);
  }
  const { save, value } = loaded;
  const missing = save.mpm === undefined && importedFrom(save) === undefined;
  writeDerived(system, root, { save, value, missing });
}

/**
 * Puts the copy of a damaged save in `kept/` in its place, if that one is whole
 * by its own checksum; the damaged file goes to the trash. Call under the lock.
 * Returns the save; `undefined`: there is no whole copy.
 */
export async function restoreKept(
  system: System,
  root: string,
  entry: SaveEntry,
): Promise<LoadedSave | undefined> {
  const from = saveFiles(layout(root).kept, entry.id);
  const to = saveFiles(layout(root).sessions, entry.id);
  const loaded = await loadWhole(system, { ...entry, path: from.json });
  if (!loaded) return undefined;
  discard(system, root, { id: entry.id, paths: [to.json, to.checksum] });
  // The checksum first: the JSON is what makes it a save again.
  copyOver(system, from.checksum, to.checksum);
  copyOver(system, from.json, to.json);
  return loaded;
}

function copyOver(system: System, from: string, to: string): void {
  const bytes = system.files.readOwn(from, LARGEST_SAVE);
  writeAtomic(system, to, { bytes, mtime: system.files.lstat(from)!.mtime });
}

/**
 * Puts a lost checksum file back from `kept/`, if it fits. Call under the lock.
 * Returns whether it did.
 */
export function restoreChecksum(
  system: System,
  root: string,
  { id, path }: SaveEntry,
): boolean {
  const from = saveFiles(layout(root).kept, id).checksum;
  const to = saveFiles(layout(root).sessions, id).checksum;
  if (!system.files.lstat(from) || system.files.lstat(to)) return false;
  const digest = new TextDecoder()
    .decode(system.files.readOwn(from, LARGEST_SAVE)).trim();
  if (digest !== sha256(system.files.readOwn(path, LARGEST_SAVE))) return false;
  copyOver(system, from, to);
  return true;
}

async function loadWhole(
  system: System,
  entry: SaveEntry,
): Promise<LoadedSave | undefined> {
  try {
    const loaded = await loadSave(system, entry);
    return loaded.checksum === "verified" ? loaded : undefined;
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

/** Nothing that a person may have changed is thrown away. */
function discard(
  system: System,
  root: string,
  { id, paths }: { id: string; paths: readonly string[] },
): void {
  const { home } = layout(root);
  const there = paths.filter((path) => system.files.lstat(path));
  if (there.length === 0) return;
  moveToTrash(system, root, {
    operation: "sessions verify",
    items: [{
      name: id,
      files: there.map((from) => ({ from, to: placeOf(home, from) })),
    }],
  });
}

/** `kept/NAME` or `sessions/NAME`. */
function placeOf(home: string, path: string): string {
  const folder = path.startsWith(join(home, "kept")) ? "kept" : "sessions";
  return `${folder}/${basename(path)}`;
}

/**
 * For each save that only `kept/` has, by id, which branches have it: it left
 * the worktree with one of them, or else it was lost.
 */
export async function whereCommitted(
  system: System,
  { root, git }: Workspace,
  entries: readonly SaveEntry[],
): Promise<Map<string, Committed>> {
  const pathOf = (id: string) => `${HOME}/sessions/${id}.json`;
  const ids = entries.filter(({ location }) => location === "kept")
    .map(({ id }) => id);
  const found = git === "repository"
    ? await branchesWith(system, root, ids.map(pathOf))
    : new Map<string, Committed>();
  return new Map(ids.map((id) => [
    id,
    found.get(pathOf(id)) ?? { here: false, elsewhere: [] },
  ]));
}
