import { dirname, join } from "@std/path";
import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import type { Capture } from "../git/capture.ts";
import {
  type IndexStamp,
  indexStamp,
  refuseHeldIndex,
  restoreIndex,
} from "../git/restore_index.ts";
import { WorktreeWriter } from "../git/restore_files.ts";
import { stageBlobs } from "../git/stage_blobs.ts";
import type { StoredCheckpoint } from "../session/checkpoint.ts";
import { timedName } from "../session/checkpoint_name.ts";
import type { JournalEntry } from "../session/journal.ts";
import { isNothing, type PathChange } from "../session/restore_plan.ts";
import type { LeftOut } from "../session/snapshot.ts";
import { ensureFolder, removeTree } from "../store/folders.ts";
import { appendJournal } from "../store/journal.ts";
import { withLock } from "../store/lock.ts";
import {
  dropMarker,
  hasMarker,
  type RestoreMarker,
  stagingFolder,
  writeMarker,
} from "../store/restore_marker.ts";
import { TrashFolder } from "../store/trash_folder.ts";
import {
  captureNow,
  type CheckpointPlace,
  listCheckpoints,
  rawFolder,
} from "./checkpoint_place.ts";
import { pruneCheckpoints, storeCheckpoint } from "./checkpoint_take.ts";
import {
  marksOf,
  planFrom,
  type PlannedRestore,
  type RestoreOrder,
} from "./restore_steps.ts";

/** What a restore has done. */
export interface RestoreOutcome {
  /** What was there before; `undefined`: nothing had to be changed. */
  readonly safety: StoredCheckpoint | undefined;
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** Made since, and now in the trash. */
  readonly trashed: readonly string[];
  /** Made since, and left where they are. */
  readonly kept: readonly string[];
  /** What stood in the way and no checkpoint holds, now in the trash. */
  readonly movedAside: readonly string[];
  /** The folder in the trash; `undefined`: nothing is there. */
  readonly trash: string | undefined;
  /** Differences that were left alone. */
  readonly skipped: readonly LeftOut[];
  readonly indexRestored: boolean;
  readonly notes: readonly string[];
  readonly entry: JournalEntry | undefined;
  /** The state that the restore began from. */
  readonly capture: Capture;
}

/**
 * Restores a checkpoint: takes a safety checkpoint, writes what differs, then
 * the index, and journals it. Takes the lock. Throws CONFLICT where another git
 * command holds the index, GIT_FAILED; a restore that ends in its middle is
 * finished by the next command that looks.
 */
export function restoreCheckpoint(
  context: Context,
  place: CheckpointPlace,
  order: RestoreOrder,
): Promise<RestoreOutcome> {
  return withLock(
    context.system,
    place.workspace.root,
    async () => {
      const { root } = place.workspace;
      const { worktree } = place.vault.workspace;
      if (hasMarker(context.system, root, worktree)) {
        // One that was killed a moment ago comes first.
        const { settleLocked } = await import("./restore_finish.ts");
        await settleLocked(context, { workspace: place.workspace, worktree });
      }
      return await restoreLocked(context, place, { order });
    },
  );
}

/**
 * The same under the lock. `unfinished`: the restore that is done once more;
 * `always`: journalled even where nothing had to be changed.
 */
export async function restoreLocked(
  context: Context,
  place: CheckpointPlace,
  { order, unfinished, always = false }: {
    order: RestoreOrder;
    unfinished?: RestoreMarker;
    always?: boolean;
  },
): Promise<RestoreOutcome> {
  const { system } = context;
  const { vault } = place;
  if (!vault.own) refuseHeldIndex(system, vault);
  const stamp = vault.own ? undefined : indexStamp(system, vault);
  const taken = await captureNow(system, place, { write: true });
  const planned = await planFrom(vault, order, taken.capture);
  const idle = isNothing(planned.plan) && !planned.indexDiffers;
  if (idle && !unfinished && !always) return nothingDone(planned);
  const safety = await storeCheckpoint(context, place, {
    order: {
      name: timedName("safety", system.now()),
      kind: "safety",
      note: `before: ${order.title}`,
    },
    taken,
  });
  return await new Restore(context, place, {
    order,
    planned,
    safety,
    stamp,
    unfinished,
  }).run();
}

function nothingDone({ plan, capture }: PlannedRestore): RestoreOutcome {
  return {
    capture,
    safety: undefined,
    written: [],
    removed: [],
    trashed: [],
    kept: plan.kept,
    movedAside: [],
    trash: undefined,
    skipped: plan.skipped,
    indexRestored: false,
    notes: [],
    entry: undefined,
  };
}

interface Parts {
  readonly order: RestoreOrder;
  readonly planned: PlannedRestore;
  readonly safety: StoredCheckpoint;
  readonly stamp: IndexStamp;
  readonly unfinished: RestoreMarker | undefined;
}

/** One restore from its marker to its journal entry. */
class Restore {
  readonly #context: Context;
  readonly #place: CheckpointPlace;
  readonly #parts: Parts;
  readonly #token: string;
  readonly #worktree: string;
  readonly #trash: TrashFolder;
  readonly #movedAside: string[] = [];
  readonly #skipped: LeftOut[];

  constructor(context: Context, place: CheckpointPlace, parts: Parts) {
    this.#context = context;
    this.#place = place;
    this.#parts = parts;
    this.#token = parts.unfinished?.token ?? context.system.random();
    this.#worktree = place.vault.workspace.worktree;
    this.#skipped = [...parts.planned.plan.skipped];
    const { root } = place.workspace;
    this.#trash = new TrashFolder(context.system, root, {
      operation: parts.order.operation,
      base: this.#worktree,
    });
  }

  async run(): Promise<RestoreOutcome> {
    const { system } = this.#context;
    const { workspace } = this.#place;
    const { planned } = this.#parts;
    const staged = await this.#stage();
    writeMarker(system, workspace.root, this.#marker());
    const { removed, trashed, written } = this.#files(staged);
    const { indexRestored, notes } = await this.#index();
    const entry = this.#journal();
    dropMarker(system, workspace.root, this.#worktree);
    if (this.#staging() !== stagingFolder(workspace.root, this.#worktree)) {
      removeTree(system, this.#staging());
    }
    await this.#prune();
    return {
      capture: planned.capture,
      safety: this.#parts.safety,
      written,
      removed,
      trashed,
      kept: planned.plan.kept,
      movedAside: this.#movedAside,
      trash: this.#trash.folder,
      skipped: this.#skipped,
      indexRestored,
      notes,
      entry,
    };
  }

  /** On the worktree's disk, so that a rename puts a file in place. */
  #staging(): string {
    const { files } = this.#context.system;
    const { root } = this.#place.workspace;
    const usual = stagingFolder(root, this.#worktree);
    const disk = files.lstat(dirname(usual))?.disk;
    return disk === files.lstat(this.#worktree)?.disk
      ? usual
      : join(this.#worktree, ".claude-mpm", "restore");
  }

  async #stage(): Promise<string[]> {
    const { system } = this.#context;
    const { workspace, vault } = this.#place;
    const { writes } = this.#parts.planned.plan;
    const folder = this.#staging();
    const base = folder.startsWith(workspace.root)
      ? workspace.root
      : this.#worktree;
    removeTree(system, folder);
    ensureFolder(system, folder, base);
    if (writes.length === 0) return [];
    return await stageBlobs(system, vault, {
      entries: writes.map(({ to }) => to!),
      folder,
      rawFolder: rawFolder(workspace),
    });
  }

  #marker(): RestoreMarker {
    const { order, safety, unfinished } = this.#parts;
    const { target, paths, exact, operation, title } = order;
    return {
      token: this.#token,
      worktree: this.#worktree,
      target: { id: target.id, commit: target.commit },
      safety: unfinished?.safety ?? { id: safety.id, commit: safety.commit },
      paths,
      exact,
      brought: order.brought ?? null,
      operation,
      title,
      undoes: order.undoes ?? null,
      staging: this.#staging(),
    };
  }

  #files(staged: readonly string[]) {
    const { plan } = this.#parts.planned;
    const { permissions } = this.#parts.order.target;
    const since = new Set(plan.trash.map(({ path }) => path));
    const writer = new WorktreeWriter(this.#context.system, this.#place.vault, {
      setAside: (path) => {
        this.#trash.take(path);
        if (!since.has(path)) this.#movedAside.push(path);
      },
      stay: this.#context.folder,
    });
    const done = (
      changes: readonly PathChange[],
      work: (change: PathChange, at: number) => string | undefined,
    ) =>
      changes.filter((change, at) => {
        const reason = work(change, at);
        if (reason !== undefined) {
          this.#skipped.push({ path: change.path, reason });
        }
        return reason === undefined;
      }).map(({ path }) => path);
    this.#trash.expect([...since]);
    const trashed = done(plan.trash, (change) => writer.trash(change));
    const removed = done(plan.removes, (change) => writer.remove(change));
    const written = done(plan.writes, (change, at) =>
      writer.write(change, {
        staged: staged[at]!,
        permissions: permissions[change.path],
      }));
    return { trashed, removed, written };
  }

  async #index() {
    const { order, planned, stamp } = this.#parts;
    const { vault } = this.#place;
    if (vault.own) return { indexRestored: false, notes: [] };
    const { system } = this.#context;
    const folder = join(this.#staging(), "index");
    if (!system.files.lstat(folder)) system.files.mkdir(folder);
    const notes = await restoreIndex(system, vault, {
      folder,
      capture: planned.capture,
      target: {
        delta: planned.index,
        marks: marksOf(order.target),
        paths: order.paths,
      },
      stamp,
      token: this.#token,
    });
    return { indexRestored: planned.indexDiffers, notes };
  }

  #journal(): JournalEntry {
    const { system } = this.#context;
    const { order } = this.#parts;
    const { safety, target, paths, exact, undoes } = this.#marker();
    return appendJournal(system, this.#place.workspace.root, {
      at: system.now().toISOString(),
      operation: order.operation,
      title: order.title,
      worktree: this.#worktree,
      before: { checkpoint: safety },
      after: {
        checkpoint: target,
        paths,
        exact,
        token: this.#token,
        trash: this.#trash.folder ?? null,
        moved_aside: this.#movedAside,
      },
      ...undoes === null ? {} : { undoes },
    });
  }

  /** A restore that is done must not fail over old checkpoints. */
  async #prune(): Promise<void> {
    const { rules } = this.#place;
    try {
      const records = await listCheckpoints(this.#context.system, this.#place);
      await pruneCheckpoints(this.#context, this.#place, {
        records,
        kind: "safety",
        keep: rules.keepSafety,
      });
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
    }
  }
}
