import { basename } from "@std/path";
import { join } from "../../../base/join.ts";
import { sha256 } from "../../../base/digest.ts";
import { attempt } from "../../../base/errors.ts";
import { SESSION_ID } from "../../../base/ids.ts";
import type { Workspace } from "../../../git/mod.ts";
import {
  appendJournal,
  type Finisher,
  type Intent,
  layout,
  removeTree,
} from "../../../ops/mod.ts";
import type { System } from "../../../system/system.ts";
import { saveFolders } from "../../store/find_saves.ts";
import { noteUncopied } from "../../store/due_copies.ts";
import { copySaves } from "../../store/second_copy.ts";
import { applyChanges } from "./apply.ts";
import {
  beginMigration,
  begunMigrations,
  discard,
  LARGEST_RECORD,
  listBackups,
  MANIFEST,
  type MigrationFacts,
  readRecord,
  UNFINISHED,
} from "./backups.ts";
import type { ChangeSet, Ref } from "./change_set.ts";
import type { Progress } from "./read_old_store.ts";

/** A finished migration or rollback. */
export interface Done {
  readonly set: ChangeSet;
  /** The files that another program changed, and that therefore stayed. */
  readonly skipped: readonly Ref[];
}

/** The place and progress of a migration or rollback. */
export interface Work {
  readonly system: System;
  readonly workspace: Workspace;
  readonly progress: Progress;
}

/** Finishes a killed migration or rollback. */
export const MIGRATIONS: Finisher<MigrationFacts> = {
  kinds: ["migrate"],
  async finish({ system, note }, workspace, intent) {
    const work = { system, workspace, progress: () => {} };
    const done = await finishOne(work, intent);
    if (!done) return;
    const { name, kind, backup } = done.set;
    appendJournal(system, workspace.root, {
      at: system.now().toISOString(),
      operation: kind === "migrate" ? "migrate" : "migrate --rollback",
      title: `finish the interrupted ${kind} ${name}`,
      worktree: workspace.root,
      before: {},
      after: { backup: backup ? name : null },
    });
    note(`Finished an interrupted ${kind}: ${name}`);
  },
};

/** Applies the staged sets of interrupted runs. Call under the lock. */
export async function finishInterrupted(work: Work): Promise<Done[]> {
  const { system, workspace: { root } } = work;
  const taken = await takeOld(system, root);
  // Without a key, those taken over do not count for others.
  const own = begunMigrations(system, root)
    .filter(({ id }) => !taken.some((one) => one.id === id));
  const done = [];
  for (const intent of [...taken, ...own]) {
    const one = await finishOne(work, intent);
    if (one) done.push(one);
  }
  return done;
}

/** Finishes one intent. Returns `undefined` if its set was never complete. */
async function finishOne(
  work: Work,
  intent: Intent<MigrationFacts>,
): Promise<Done | undefined> {
  const { system, workspace: { root } } = work;
  if (intent.facts.sha256 === null) return void discard(system, root, intent);
  const set = await readStaged(system, root, intent);
  if (!set) return void intent.end();
  return await applyStaged(work, set, intent);
}

/** Applies a set, ends the set's intent, and copies the set's saves. */
export async function applyStaged(
  { system, workspace, progress }: Work,
  set: ChangeSet,
  intent: Intent<MigrationFacts>,
): Promise<Done> {
  const { root } = workspace;
  const ids = set.changes.filter(({ at }) => at.place === "sessions")
    .map(({ at }) => basename(at.name, ".json"))
    .filter((id) => SESSION_ID.test(id));
  noteUncopied(system, root, ids);
  const folders = saveFolders(system, root);
  const order = { set, intent, folders, progress };
  const skipped = applyChanges(system, root, order);
  await copySaves(system, workspace);
  return { set, skipped };
}

/** Returns the staged set of an intent, unless it is incomplete or changed. */
async function readStaged(
  system: System,
  root: string,
  { facts: { name, sha256 } }: Intent<MigrationFacts>,
): Promise<ChangeSet | undefined> {
  const path = join(layout(root).backups, name, MANIFEST);
  if (sha256 === null || digestOf(system, path) !== sha256) return undefined;
  return await readRecord(system, root, { name, file: MANIFEST });
}

function digestOf(system: System, path: string): string | undefined {
  return attempt(() => sha256(system.files.readOwn(path, LARGEST_RECORD)));
}

/** Returns the staged sets of interrupted runs, for a dry run. */
export async function interruptedSets(
  system: System,
  root: string,
): Promise<ChangeSet[]> {
  const sets = await Promise.all([
    ...listBackups(system, root).unfinished
      .map((name) => readRecord(system, root, { name, file: UNFINISHED })),
    ...begunMigrations(system, root)
      .map((intent) => readStaged(system, root, intent)),
  ]);
  return sets.filter((set) => set !== undefined);
}

/**
 * Begins the runs that version 0.1.0 left, as their records say. Only `mpm migrate` does
 * this, since such a record is not signed.
 */
async function takeOld(
  system: System,
  root: string,
): Promise<Intent<MigrationFacts>[]> {
  const { backups } = layout(root);
  // Version 0.1.0 prepared its folders here.
  removeTree(system, join(backups, ".preparing"));
  const taken = [];
  for (const name of listBackups(system, root).unfinished) {
    const folder = join(backups, name);
    await readRecord(system, root, { name, file: UNFINISHED });
    const digest = digestOf(system, join(folder, UNFINISHED))!;
    taken.push(beginMigration(system, root, { name, sha256: digest }));
    system.files.rename(join(folder, UNFINISHED), join(folder, MANIFEST));
  }
  return taken;
}
