import { basename } from "@std/path";
import { join } from "../../../base/join.ts";
import { sha256 } from "../../../base/digest.ts";
import { attempt } from "../../../base/errors.ts";
import { SESSION_ID } from "../../../base/ids.ts";
import type { Workspace } from "../../../git/mod.ts";
import {
  appendJournal,
  beginIntent,
  type Finisher,
  type Intent,
  layout,
  readIntents,
  removeTree,
} from "../../../ops/mod.ts";
import type { System } from "../../../system/system.ts";
import { noteUncopied } from "../../store/due_copies.ts";
import { copySaves } from "../../store/second_copy.ts";
import { applyChanges, discard, type Skipped } from "./apply.ts";
import {
  LARGEST_RECORD,
  listBackups,
  MANIFEST,
  type MigrationFacts,
  readRecord,
  UNFINISHED,
} from "./backups.ts";
import type { ChangeSet } from "./change_set.ts";
import { migrationFolders, type Progress } from "./read_old_store.ts";

/** A finished migration or rollback. */
export interface Done {
  readonly set: ChangeSet;
  readonly skipped: readonly Skipped[];
}

const KIND = "migrate";

/** Finishes a killed migration or rollback. */
export const MIGRATIONS: Finisher<MigrationFacts> = {
  kinds: [KIND],
  async finish({ system, note }, workspace, intent) {
    const { root } = workspace;
    const order = { intent, progress: () => {} };
    const done = await finishOne(system, workspace, order);
    if (!done) return;
    const { name, kind, backup } = done.set;
    appendJournal(system, root, {
      at: system.now().toISOString(),
      operation: kind === "migrate" ? "migrate" : "migrate --rollback",
      title: `finish the interrupted ${kind} ${name}`,
      worktree: root,
      before: {},
      after: { backup: backup ? name : null },
    });
    note(`Finished an interrupted ${kind}: ${name}`);
  },
};

/**
 * Records that a set is prepared. From now on the set will be applied, by
 * another mpm process if necessary. Call under the lock.
 */
export function beginMigration(
  system: System,
  root: string,
  facts: MigrationFacts,
): Intent<MigrationFacts> {
  return beginIntent(system, root, { kind: KIND, worktree: root, facts });
}

/** Applies the prepared sets of interrupted runs. Call under the lock. */
export async function finishInterrupted(
  { system, workspace, progress }: {
    system: System;
    workspace: Workspace;
    progress: Progress;
  },
): Promise<Done[]> {
  const { root } = workspace;
  const taken = await takeOld(system, root);
  // Without a key, those taken over do not count for others.
  const own = readIntents<MigrationFacts>(system, root, KIND)
    .filter(({ id }) => !taken.some((one) => one.id === id));
  const done = [];
  for (const intent of [...taken, ...own]) {
    const one = await finishOne(system, workspace, { intent, progress });
    if (one) done.push(one);
  }
  return done;
}

/**
 * Finishes one intent. Returns `undefined` if the intent does not have a
 * prepared folder.
 */
async function finishOne(
  system: System,
  workspace: Workspace,
  { intent, progress }: {
    intent: Intent<MigrationFacts>;
    progress: Progress;
  },
): Promise<Done | undefined> {
  const { root } = workspace;
  const { name, sha256 } = intent.facts;
  if (sha256 === null) return void discard(system, root, intent);
  if (!isPrepared(system, root, intent)) return void intent.end();
  const set = await readRecord(system, root, { name, file: MANIFEST });
  return await applyPrepared(system, workspace, { set, intent, progress });
}

/** Applies a set, ends the set's intent, and copies the set's saves. */
export async function applyPrepared(
  system: System,
  workspace: Workspace,
  { set, intent, progress }: {
    set: ChangeSet;
    intent: Intent<MigrationFacts>;
    progress: Progress;
  },
): Promise<Done> {
  const { root } = workspace;
  const folders = migrationFolders(system, root, true);
  noteUncopied(system, root, [...savesIn(set)]);
  const skipped = applyChanges(system, root, {
    ...{ set, intent, folders, progress },
  });
  await copySaves(system, workspace);
  return { set, skipped };
}

/** Returns the IDs of the saves whose JSON changes in the new folder. */
function savesIn({ changes }: ChangeSet): Set<string> {
  const json = changes.filter(({ at: { place, name } }) =>
    place === "sessions" && name.endsWith(".json")
  );
  return new Set(
    json.map(({ at }) => basename(at.name, ".json"))
      .filter((id) => SESSION_ID.test(id)),
  );
}

function isPrepared(
  system: System,
  root: string,
  { facts: { name, sha256 } }: Intent<MigrationFacts>,
): boolean {
  return digestOf(system, join(layout(root).backups, name, MANIFEST)) ===
    sha256;
}

function digestOf(system: System, path: string): string | undefined {
  return attempt(() => sha256(system.files.readOwn(path, LARGEST_RECORD)));
}

/** Returns the prepared sets of interrupted runs, for a dry run. */
export async function interruptedSets(
  system: System,
  root: string,
): Promise<ChangeSet[]> {
  const sets = [];
  for (const name of listBackups(system, root).unfinished) {
    sets.push(await readRecord(system, root, { name, file: UNFINISHED }));
  }
  for (const intent of readIntents<MigrationFacts>(system, root, KIND)) {
    if (!isPrepared(system, root, intent)) continue;
    const { name } = intent.facts;
    sets.push(await readRecord(system, root, { name, file: MANIFEST }));
  }
  return sets;
}

/**
 * Converts the records of earlier versions to intents. Only `mpm migrate` does
 * this, since such a record is not signed.
 */
async function takeOld(
  system: System,
  root: string,
): Promise<Intent<MigrationFacts>[]> {
  const taken = [];
  // Earlier versions prepared their folders here.
  removeTree(system, join(layout(root).backups, ".preparing"));
  for (const name of listBackups(system, root).unfinished) {
    await readRecord(system, root, { name, file: UNFINISHED });
    const folder = join(layout(root).backups, name);
    const digest = digestOf(system, join(folder, UNFINISHED))!;
    taken.push(beginMigration(system, root, { name, sha256: digest }));
    system.files.rename(join(folder, UNFINISHED), join(folder, MANIFEST));
  }
  return taken;
}
