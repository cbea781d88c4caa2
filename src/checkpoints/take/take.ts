import { type Context, ProgressLine } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import {
  beginCheckpoint,
  type Capture,
  checkpointImport,
  endCheckpoint,
  type FastImport,
  readCheckpointRefs,
  writeCheckpoint,
} from "../../git/mod.ts";
import type { Checkpoint, StoredCheckpoint } from "../checkpoint.ts";
import { checkpointId } from "../name.ts";
import { begunMark, ownMark, recordBytes } from "../record.ts";
import { shellWord } from "../../base/shell.ts";
import { writeRecord } from "../store.ts";
import { ensureHome, withLock } from "../../ops/mod.ts";
import { ensureStoreId, noteOwn } from "../../saves/mod.ts";
import { dropRawCache, writeRawCache } from "../raw_cache.ts";
import { type Around, aroundOf } from "./around.ts";
import { type CheckpointOrder, recordFor } from "./record.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { captureNow, type CheckpointPlace, type Taken } from "../place.ts";

/**
 * Takes a checkpoint of the worktree, and changes nothing else. Takes the lock.
 * Throws CONFLICT if the name is in use or a limit is exceeded, and GIT_FAILED.
 * On an error, nothing is stored.
 */
export async function takeCheckpoint(
  context: Context,
  place: CheckpointPlace,
  order: CheckpointOrder,
): Promise<StoredCheckpoint> {
  using line = new ProgressLine(context);
  line.waiting("Reading the working tree");
  const taken = await captureNow(context.system, place, { write: true });
  return await withLock(
    context.system,
    place.workspace.root,
    () => storeCheckpoint(context, place, { order, taken }),
  );
}

interface Storing {
  readonly order: CheckpointOrder;
  readonly taken: Taken;
  /** The results of an earlier read, if there was one. */
  readonly around?: Around;
  /** An import that was started while the worktree was being read. */
  readonly importing?: FastImport | undefined;
  /** Captures again, if more than `captureNow` is needed. */
  again?(): Promise<Capture>;
  /** The IDs that existed a moment ago, if they are known. */
  readonly known?: ReadonlySet<string>;
  /** Gets the record before the checkpoint exists. */
  readonly begun?: ((record: Checkpoint) => void) | undefined;
}

/** Stores a capture. Call under the lock. */
export async function storeCheckpoint(
  context: Context,
  place: CheckpointPlace,
  { order: given, taken, around, importing, known, again, begun }: Storing,
): Promise<StoredCheckpoint> {
  const { system } = context;
  const { vault, workspace } = place;
  const { root } = workspace;
  const awaited = given.kind !== "auto" && given.kind !== "batch";
  await using first = importing ??
    checkpointImport(system, vault, { awaited });
  ensureHome(system, root);
  ensureStoreId(system, root);
  const order = { ...given, name: nameWithoutSecrets(system, given.name) };
  const id = await freeId(place, order, known);
  // Steps that may fail come first, so that git never gets only half of the
  // refs.
  const surroundings = around ?? await aroundOf(context, place);
  // A number added to the ID is also part of the name.
  const name = order.kind === "named" ? order.name : id;
  const { capture } = taken;
  const contents = { id, capture, title: `checkpoint: ${name}` };
  await beginCheckpoint(first, contents, system.now());
  const record = recordFor(system, place, {
    ...{ order, id, name, capture },
    around: surroundings,
  });
  // After an interruption, this mark shows who made the commit.
  noteOwn(system, begunMark(record));
  begun?.(record);
  const bytes = recordBytes(record);
  let commit: string;
  try {
    commit = await endCheckpoint(first, bytes);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    // Someone else may have taken the name in the meantime.
    const storing = { order: given, taken, begun };
    if (known) return await storeCheckpoint(context, place, storing);
    // A cached blob may have been removed together with its checkpoint.
    if (taken.cache.size === 0) throw error;
    dropRawCache(system, root, vault.workspace.worktree);
    const fresh = again
      ? await again()
      : (await captureNow(system, place, { write: true })).capture;
    await using importing = checkpointImport(system, vault, { awaited });
    commit = await writeCheckpoint(
      importing,
      { ...contents, capture: fresh, record: bytes },
      system.now(),
    );
  }
  noteRecord(context, root, { ...record, commit });
  if (taken.cache.size > 0) {
    const { worktree } = vault.workspace;
    writeRawCache(system, root, { worktree, cache: taken.cache });
  }
  return { ...record, commit };
}

/** Writes the record, which is also in the checkpoint's commit. */
function noteRecord(
  { system, note }: Context,
  root: string,
  stored: StoredCheckpoint,
): void {
  const problem = noteOwn(system, ownMark(stored));
  if (problem !== undefined) {
    note(
      "Note: it is saved, but lists show it as not verified, because mpm " +
        `could not record that it is yours: ${problem}`,
    );
  }
  try {
    writeRecord(system, root, { record: stored, commit: stored.commit });
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    note(`Note: it is saved, but lists will be slower: ${error.message}`);
  }
}

/** Returns the name without secrets, since it becomes a ref and a file name. */
function nameWithoutSecrets(system: System, name: string): string {
  return redactorOf(system).text(name)
    .replaceAll(/\[(redacted):([a-z0-9-]+)\]/g, "$1-$2");
}

/** Returns an unused ID. Names with a time get the next free number. */
async function freeId(
  { vault }: CheckpointPlace,
  { name, kind }: CheckpointOrder,
  known?: ReadonlySet<string>,
): Promise<string> {
  const taken = known ?? new Set((await readCheckpointRefs(vault.git)).keys());
  const id = checkpointId(name);
  if (!taken.has(id)) return id;
  if (kind === "named") {
    throw new MpmError("CONFLICT", `The checkpoint "${name}" already exists`, {
      hint: `Choose another name, or remove it: mpm checkpoint rm ${
        shellWord(name)
      }`,
    });
  }
  for (let number = 2;; number++) {
    if (!taken.has(`${id}_${number}`)) return `${id}_${number}`;
  }
}
