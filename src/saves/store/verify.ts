import { basename, dirname } from "@std/path";
import { attempt, MpmError } from "../../base/errors.ts";
import { sha256 } from "../../base/digest.ts";
import { branchesWith, type Committed, type Workspace } from "../../git/mod.ts";
import {
  HOME,
  layout,
  moveToTrash,
  saveFiles,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { VerifyResult } from "../commands/results.ts";
import { importedFrom } from "../trust/origins.ts";
import {
  derivedFaults,
  keepSave,
  pointAgain,
  readPlain,
  writeDerived,
} from "./derived.ts";
import { LARGEST_SAVE, type LoadedSave, loadSave } from "./load_save.ts";
import type { SaveEntry } from "./save_entry.ts";

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
 * Repairs what can be repaired, each row as it is then, and the pointer. What
 * refuses, such as a folder instead of a file, keeps no other from its repair;
 * the first refusal is thrown at the end. Call under the lock.
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

/** Compares a save with its checksum, the schema, and what lies beside it. */
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

/**
 * Returns whether mpm wrote the files beside the save, and so may write them
 * again.
 */
export function isMaintained(entry: SaveEntry): boolean {
  const { own, imported, location, format } = entry;
  return (own || imported) && location === "sessions" && format === "json";
}

/** What is wrong beside the save itself, which is whole; one line each. */
function faultsBeside(
  { system, root }: Pick<Checker, "system" | "root">,
  { id, path }: SaveEntry,
  loaded: LoadedSave,
): string[] {
  const kept = readPlain(system, saveFiles(layout(root).kept, id).json);
  // A clone or a pull brings the saves that were committed, and no copies.
  const same = kept === "missing" ||
    kept !== "unreadable" && sha256(kept) === sha256(loaded.bytes);
  return [
    ...derivedFaults(system, path, loaded),
    ...same ? [] : [`kept/${id}.json is not the same`],
  ];
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

/** The row after what can be repaired was. Call under the lock. */
async function repaired(
  checker: Checker,
  entry: SaveEntry,
  row: Row,
): Promise<Row> {
  const { system, root } = checker;
  if (row.state === "damaged" || entry.location === "kept") {
    return await restored(checker, entry, row);
  }
  if (!isMaintained(entry)) return row;
  const notes: string[] = [];
  if (row.state === "unchecked") {
    if (!restoreChecksum(system, root, entry)) return row;
    notes.push(`${entry.id}.json.sha256, from its copy in kept/`);
  }
  const loaded = await loadSave(system, entry);
  notes.push(...faultsBeside(checker, entry, loaded));
  if (notes.length === 0) return row;
  repairBeside(system, root, loaded);
  return { ...(await inspect(checker, entry)).row, repaired: notes };
}

/**
 * The row of a save that is damaged or gone after its kept copy took its place,
 * if that one is whole. A save that left with its branch comes back with it, and
 * stays away here.
 */
async function restored(
  checker: Checker,
  entry: SaveEntry,
  row: Row,
): Promise<Row> {
  const { system, root } = checker;
  const { id, location, format } = entry;
  if (row.state === "damaged") {
    if (location !== "sessions" || format !== "json") return row;
  } else {
    const { here, elsewhere } = checker.committed.get(id)!;
    if (!here && elsewhere.length > 0) return row;
  }
  const from = saveFiles(layout(root).kept, id);
  const to = saveFiles(layout(root).sessions, id);
  const loaded = await attempt(() =>
    loadSave(system, { ...entry, path: from.json })
  );
  if (loaded?.checksum !== "verified") return row;
  discard(system, root, { id, paths: [to.json, to.checksum] });
  // The checksum first: the JSON is what makes it a save again.
  copyOver(system, from.checksum, to.checksum);
  copyOver(system, from.json, to.json);
  repairBeside(system, root, loaded);
  const back: SaveEntry = { ...entry, path: to.json, location: "sessions" };
  const name = `${id}.json, from its copy in kept/`;
  return { ...(await inspect(checker, back)).row, repaired: [name] };
}

/**
 * Puts a lost checksum file back from `kept/`, if it fits. Returns whether it
 * did.
 */
function restoreChecksum(
  system: System,
  root: string,
  { id, path }: SaveEntry,
): boolean {
  const { files } = system;
  const from = saveFiles(layout(root).kept, id).checksum;
  const to = saveFiles(layout(root).sessions, id).checksum;
  if (!files.lstat(from) || files.lstat(to)) return false;
  const digest = new TextDecoder().decode(files.readOwn(from, LARGEST_SAVE));
  const same = digest.trim() === sha256(files.readOwn(path, LARGEST_SAVE));
  if (same) copyOver(system, from, to);
  return same;
}

function copyOver(system: System, from: string, to: string): void {
  const bytes = system.files.readOwn(from, LARGEST_SAVE);
  writeAtomic(system, to, { bytes, mtime: system.files.lstat(from)!.mtime });
}

/**
 * Makes what is beside a verified save whole again: derived files are written
 * from it (of another program's save, only those that are missing), and the copy
 * in `kept/` is taken from it; one that differs goes to the trash.
 */
function repairBeside(
  system: System,
  root: string,
  { save, value, bytes }: LoadedSave,
): void {
  const id = save.session_id;
  const kept = saveFiles(layout(root).kept, id);
  const copy = readPlain(system, kept.json);
  const same = typeof copy !== "string" && sha256(copy) === sha256(bytes);
  if (!same) {
    discard(system, root, { id, paths: [kept.json, kept.checksum] });
    keepSave(system, root, id);
  }
  const missing = save.mpm === undefined && importedFrom(save) === undefined;
  writeDerived(system, root, { save, value, missing });
}

/** Nothing that a person may have changed is thrown away. */
function discard(
  system: System,
  root: string,
  { id, paths }: { id: string; paths: readonly string[] },
): void {
  const there = paths.filter((path) => system.files.lstat(path));
  if (there.length === 0) return;
  // To `kept/NAME` or `sessions/NAME`.
  const placed = (from: string) =>
    `${basename(dirname(from))}/${basename(from)}`;
  moveToTrash(system, root, {
    operation: "sessions verify",
    items: [{
      name: id,
      files: there.map((from) => ({ from, to: placed(from) })),
    }],
  });
}
