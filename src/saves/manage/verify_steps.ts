import { MpmError } from "../../base/errors.ts";
import type { Committed } from "../../git/history/branches_with.ts";
import type { VerifyResult } from "../commands/results.ts";
import type { SaveEntry } from "../store/save_entry.ts";
import {
  faultsBeside,
  isMaintained,
  repairBeside,
  restoreChecksum,
  restoreKept,
} from "../store/check_save.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { type LoadedSave, loadSave } from "../store/load_save.ts";
import { pointAgain } from "../store/remove_saves.ts";
import type { System } from "../../system/system.ts";

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
