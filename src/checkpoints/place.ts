import { join } from "../base/join.ts";
import type { Context } from "../cli/mod.ts";
import { attempt, MpmError } from "../base/errors.ts";
import {
  bringCheckpoints,
  type Capture,
  capture,
  createCheckpointRef,
  gitOfOwn,
  locate,
  openVault,
  ownRepository,
  quickWorkspace,
  type RawCache,
  type RawFile,
  type ReadAhead,
  readAhead,
  readCheckpointRecord,
  readCheckpointRefs,
  type SafeSettings,
  safeSettings,
  type Vault,
  type Workspace,
} from "../git/mod.ts";
import type { StoredCheckpoint } from "./checkpoint.ts";
import { CHECKPOINT_ID } from "./name.ts";
import { ownMark } from "./record.ts";
import { type Config, readConfigAnyway } from "../config/mod.ts";
import { parseRecord, readRecord, recordIds } from "./store.ts";
import { checkFolder, ensureFolder, layout } from "../ops/mod.ts";
import { Origins, readStoreId } from "../saves/mod.ts";
import { RAW_FOLDER, readRawCache } from "./raw_cache.ts";
import type { System } from "../system/system.ts";

/** The place where a project's checkpoints are taken and stored. */
export interface CheckpointPlace {
  readonly workspace: Workspace;
  readonly vault: Vault;
  readonly rules: ReturnType<typeof checkpointRules>;
  readonly config: Config;
  /** Errors in the configuration. */
  readonly faults: readonly string[];
  /** True if captures leave out files beyond the limits instead of failing. */
  readonly leaveLarge?: boolean;
  /** The last capture, for a command that captures repeatedly. */
  readonly seen?: { files?: Capture["worktree"] };
}

/** The place of checkpoints, which may not exist yet outside git. */
type MaybePlace = Omit<CheckpointPlace, "vault"> & {
  readonly vault: Vault | undefined;
};

/** Finds the place of checkpoints. Throws GIT_FAILED, CONFLICT. */
export async function findPlace(
  { system, folder }: Context,
): Promise<MaybePlace> {
  return await placeOf(system, await locate(system, folder));
}

/**
 * Does the same for a known workspace. With `create`, creates the repository
 * for checkpoints outside git.
 */
export async function placeOf(
  system: System,
  workspace: Workspace,
  { create = false, settings }: { create?: boolean; settings?: SafeSettings } =
    {},
): Promise<MaybePlace> {
  const { home, state } = layout(workspace.root);
  checkFolder(system, home);
  if (create) ensureFolder(system, state, workspace.root);
  const options = { home, create, ...settings ? { settings } : {} };
  const [vault, { config, faults }] = await Promise.all([
    openVault(system, workspace, options),
    readConfigAnyway(system, workspace.root),
  ]);
  const rules = checkpointRules(config, { faulty: faults.length > 0 });
  return { workspace, vault, rules, config, faults };
}

/** The place of a new checkpoint, with git's answers about it. */
export interface Ahead extends ReadAhead {
  readonly workspace: Workspace;
}

/** Asks git for the first facts; `undefined`: finding the place is slower. */
export async function askAhead(
  { system, folder }: Context,
): Promise<Ahead | undefined> {
  const workspace = quickWorkspace(system, folder);
  const { gitDir } = workspace ?? {};
  if (!workspace || !gitDir) return undefined;
  const place = { worktree: workspace.worktree, gitDir };
  return { workspace, ...await readAhead(system, place) };
}

/** Opens the place for writing. `ahead`: answers that git already gave. */
export async function openPlace(
  { system, folder }: Context,
  ahead?: Ahead,
): Promise<CheckpointPlace> {
  const [found, settings] = await Promise.all([
    ahead?.workspace ?? quickWorkspace(system, folder) ??
      locate(system, folder),
    ahead?.settings ?? safeSettings(system, folder),
  ]);
  const place = await placeOf(system, found, { create: true, settings });
  if (place.vault) return { ...place, vault: place.vault };
  throw new MpmError("GIT_FAILED", "The repository of checkpoints is missing");
}

/** The result of a capture, and the parts that the next capture can reuse. */
export interface Taken {
  readonly capture: Capture;
  readonly cache: RawCache;
}

/** Captures the worktree. `write`: stores large files as blobs. */
export async function captureNow(
  system: System,
  { vault, workspace, rules, leaveLarge = false, seen = {} }: CheckpointPlace,
  { write, ahead }: { write: boolean; ahead?: ReadAhead | undefined },
): Promise<Taken> {
  const { root } = workspace;
  const { state } = layout(root);
  const cache = readRawCache<RawFile>(system, root, vault.workspace.worktree);
  const taken = await capture(system, vault, {
    limits: rules.limits,
    leaveLarge,
    write,
    cache,
    // A command that captures may still be refused, so it creates no folder.
    rawFolder: system.files.lstat(state)
      ? rawFolder(workspace)
      : workspace.gitDir ?? root,
    ahead,
    before: seen.files,
  });
  seen.files = taken.worktree;
  return { capture: taken, cache };
}

/** Returns the parent of the folders for raw bytes; see `rawGit`. */
export function rawFolder({ root }: Workspace): string {
  return join(layout(root).state, RAW_FOLDER);
}

/**
 * Lists the checkpoint of every existing ref, newest first, with the record
 * from its file. If the file is missing or differs, the record comes from the
 * commit. This takes one git process, and one more for each missing record.
 * `light`: checks only the fields that a list shows, which is faster.
 */
export async function listCheckpoints(
  system: System,
  { vault, workspace }: MaybePlace,
  { light = false } = {},
): Promise<StoredCheckpoint[]> {
  if (!vault) return [];
  const refs = await readCheckpointRefs(vault.git);
  const lost = recordIds(system, workspace.root).filter((id) => !refs.has(id));
  for (
    const [id, commit] of await restoreRefs(system, { vault, workspace }, lost)
  ) {
    refs.set(id, commit);
  }
  const found = await Promise.all(
    [...refs].filter(([id]) => CHECKPOINT_ID.test(id)).map(
      async ([id, commit]) => {
        const record = await readRecord(system, workspace.root, id, { light });
        if (record?.commit === commit) return record;
        return await recordOf(vault, { id, commit });
      },
    ),
  );
  return found.filter((record) => record !== undefined).sort(newestFirst);
}

/** Recreates missing refs of records whose commits still exist. */
async function restoreRefs(
  system: System,
  { vault, workspace }: { vault: Vault; workspace: Workspace },
  lost: readonly string[],
): Promise<[string, string][]> {
  const made: [string, string][] = [];
  const store = readStoreId(system, workspace.root);
  if (store === undefined) return made;
  const ours: StoredCheckpoint[] = [];
  for (const id of lost) {
    const record = await readRecord(system, workspace.root, id);
    // A clone may also bring a record with that ID: its checkpoints are shown
    // as foreign.
    if (record?.session.mpm?.store === store) ours.push(record);
  }
  await bring(system, { vault, workspace }, ours);
  for (const record of ours) {
    if (!await recordOf(vault, record)) continue;
    const { id, commit } = record;
    if (await createCheckpointRef(vault.git, { id, commit })) {
      made.push([id, commit]);
    }
  }
  return made;
}

/**
 * Imports checkpoints that were taken before the project was in git. Other
 * files do not count, since they might have come with a copy of the folder.
 */
async function bring(
  system: System,
  { vault, workspace }: { vault: Vault; workspace: Workspace },
  records: readonly StoredCheckpoint[],
): Promise<void> {
  const { root } = workspace;
  const { home } = layout(root);
  const from = ownRepository(home);
  if (vault.own || records.length === 0) return;
  if (system.files.lstat(from)?.kind !== "folder") return;
  const wanted = records.filter(minesOf(system));
  if (wanted.length === 0) return;
  const own = gitOfOwn(system, root, home);
  await bringCheckpoints(system, vault.git, own, wanted);
}

/** Returns which checkpoints are the user's own or trusted. */
export function minesOf(system: System): (record: StoredCheckpoint) => boolean {
  const origins = new Origins(system);
  return (record) => origins.of(ownMark(record)) !== "foreign";
}

/** Compares two checkpoints for a list, newest first. */
export function newestFirst(
  one: StoredCheckpoint,
  other: StoredCheckpoint,
): number {
  if (one.created_at === other.created_at) return one.id < other.id ? 1 : -1;
  return one.created_at < other.created_at ? 1 : -1;
}

/** Returns the record in a commit; `undefined` for other commits. */
export async function recordOf(
  { git }: Pick<Vault, "git">,
  { id, commit }: { id: string; commit: string },
): Promise<StoredCheckpoint | undefined> {
  return await attempt(async () => {
    const bytes = await readCheckpointRecord(git, commit);
    return await parseRecord(bytes, { id, commit });
  });
}

/** The number of bytes in the unit of the limits. */
const MEBIBYTE = 1024 * 1024;

/**
 * Returns the limits on the size and number of checkpoints. `faulty`: the
 * configuration has an error, so the wanted number is unknown and no checkpoint
 * is removed.
 */
function checkpointRules(config: Config, { faulty }: { faulty: boolean }) {
  const limit = (value: number) => faulty ? Infinity : value;
  return {
    /** The number of checkpoints to keep, which limits what can be undone. */
    keep: {
      auto: limit(config["checkpoint.keep_auto"]),
      safety: limit(config["checkpoint.keep_safety"]),
      batch: limit(config["checkpoint.keep_batch"]),
    },
    /** Bytes of the changed files in all step trees. */
    batchTotal: limit(config["checkpoint.batch_max_mb"] * MEBIBYTE),
    /** Milliseconds during which a removed checkpoint can be restored. */
    removedFor: limit(config["trash.max_age"]),
    /** The largest file, and the total of all changed files, in bytes. */
    limits: {
      file: config["checkpoint.max_file_mb"] * MEBIBYTE,
      total: config["checkpoint.max_total_mb"] * MEBIBYTE,
    },
  };
}
