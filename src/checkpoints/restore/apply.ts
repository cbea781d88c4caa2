import { type Context, ProgressLine } from "../../cli/mod.ts";
import {
  type IndexStamp,
  indexStamp,
  isNothing,
  type LeftOut,
  type PathChange,
  refuseHeldIndex,
  releaseDead,
  restoreIndex,
  stageBlobs,
  WorktreeWriter,
} from "../../git/mod.ts";
import { timedName } from "../name.ts";
import { captureNow, type CheckpointPlace, rawFolder } from "../place.ts";
import { storeCheckpoint } from "../take/take.ts";
import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import {
  hasIndex,
  planFrom,
  type PlannedRestore,
  replacedNotes,
  type RestoreFacts,
  type RestoreOrder,
} from "./plan.ts";
import { getOwn } from "../../base/own.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import {
  appendJournal,
  beginIntent,
  ensureFolder,
  type Intent,
  type JournalEntry,
  layout,
  putBack,
  removeTree,
  TrashFolder,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { sweepState, worktreeKey } from "../raw_cache.ts";
import { pruneCheckpoints } from "../remove.ts";

/** Returns the folder in which a restore of `worktree` prepares files. */
function stagingFolder(root: string, worktree: string): string {
  return join(layout(root).state, `restore-${worktreeKey(worktree)}`);
}

/** Removes the files that an interrupted restore prepared. */
export function dropStaging(
  system: System,
  root: string,
  worktree: string,
): void {
  removeTree(system, stagingFolder(root, worktree));
}

/**
 * Restores a checkpoint: takes a safety checkpoint, writes the files that
 * differ and the index, and records the operation. Call under the lock.
 * `unfinished` is an interrupted restore to repeat. With `always`, records even
 * a restore without changes. `check` throws if the plan must not be applied.
 * Throws CONFLICT if git has locked the index, and GIT_FAILED.
 */
export async function restoreLocked(
  context: Context,
  place: CheckpointPlace,
  { order, unfinished, always = false, check }: {
    order: RestoreOrder;
    unfinished?: Intent<RestoreFacts>;
    always?: boolean;
    check?: (planned: PlannedRestore) => Promise<void>;
  },
): Promise<RestoreOutcome> {
  const { system } = context;
  const { vault } = place;
  using line = new ProgressLine(context);
  line.waiting("Restoring");
  if (!vault.own) {
    // Without a key, no one could finish such a restore.
    releaseDead(system, vault);
    refuseHeldIndex(system, vault);
  }
  const stamp = vault.own ? undefined : indexStamp(system, vault);
  const taken = await captureNow(system, place, { write: true });
  const { capture } = taken;
  const planned = await planFrom(system, place, {
    order,
    capture,
    write: true,
  });
  await check?.(planned);
  const idle = isNothing(planned.plan) && !planned.indexDiffers;
  if (idle && !unfinished && !always) return nothingDone(planned);
  const safety = await storeCheckpoint(context, place, {
    order: {
      name: timedName("safety", system.now()),
      kind: "safety",
      note: `before: ${order.title}`,
    },
    taken: { ...taken, capture: planned.capture },
    again: async () => {
      const { capture } = await captureNow(system, place, { write: true });
      const parts = { order, capture, write: true };
      return (await planFrom(system, place, parts)).capture;
    },
  });
  return await new Restore(context, place, {
    order,
    planned,
    safety,
    stamp,
    unfinished,
  }).run();
}

function nothingDone(planned: PlannedRestore): RestoreOutcome {
  return {
    planned,
    safety: undefined,
    written: [],
    removed: [],
    trashed: [],
    movedAside: [],
    putBack: [],
    trash: undefined,
    skipped: planned.plan.skipped,
    indexRestored: false,
    notes: [],
    entry: undefined,
  };
}

/** The result of a restore. */
export interface RestoreOutcome {
  /** The checkpoint of the earlier state; `undefined`: nothing changed. */
  readonly safety: StoredCheckpoint | undefined;
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** Files created since the checkpoint, now in the trash. */
  readonly trashed: readonly string[];
  /** Files that were in the way and not in a checkpoint, now in the trash. */
  readonly movedAside: readonly string[];
  /** In an undo: files that were in the way, now restored. */
  readonly putBack: readonly string[];
  /** The trash folder; `undefined` if it is empty. */
  readonly trash: string | undefined;
  /** Differences that the restore did not change. */
  readonly skipped: readonly LeftOut[];
  readonly indexRestored: boolean;
  readonly notes: readonly string[];
  readonly entry: JournalEntry | undefined;
  /** The plan, and the state at the start of the restore. */
  readonly planned: PlannedRestore;
}

/** The parts of a restore. */
interface RestoreParts {
  readonly order: RestoreOrder;
  readonly planned: PlannedRestore;
  readonly safety: StoredCheckpoint;
  readonly stamp: IndexStamp;
  readonly unfinished: Intent<RestoreFacts> | undefined;
}

/** One restore, from its intent to its journal entry. */
export class Restore {
  readonly #context: Context;
  readonly #place: CheckpointPlace;
  readonly #parts: RestoreParts;
  /** Written before the first change; its ID is also the index lock's text. */
  #intent: Intent<RestoreFacts> | undefined;
  readonly #worktree: string;
  readonly #trash: TrashFolder;
  readonly #movedAside: string[] = [];
  /** The files that were moved aside, and the files about to be moved. */
  readonly #aside: string[] = [];
  readonly #skipped: LeftOut[];

  constructor(context: Context, place: CheckpointPlace, parts: RestoreParts) {
    this.#context = context;
    this.#place = place;
    this.#parts = parts;
    this.#intent = parts.unfinished;
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
    this.#note();
    const { removed, trashed, written } = this.#files(staged);
    const { indexRestored, notes } = await this.#index();
    const entry = this.#parts.order.part ? undefined : this.#journal();
    removeTree(system, this.#staging());
    await this.#prune();
    const { undoes } = this.#parts.order;
    const back = undoes === undefined ? [] : putBack(system, {
      root: workspace.root,
      worktree: this.#worktree,
    }, undoes);
    // The last step: if the intent still exists, an undo was interrupted.
    this.#intent!.end();
    return {
      planned,
      safety: this.#parts.safety,
      written,
      removed,
      trashed,
      movedAside: this.#movedAside,
      putBack: back,
      trash: this.#trash.folder,
      skipped: this.#skipped,
      indexRestored,
      notes: [
        ...replacedNotes(this.#parts, [...written, ...removed]),
        ...notes,
      ],
      entry,
    };
  }

  /** Returns the staging folder, on the same disk as the worktree. */
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
      files: writes.map(({ path, to }) => ({ path, entry: to! })),
      folder,
      rawFolder: rawFolder(workspace),
    });
  }

  /** Records the next change. */
  #note(): void {
    const facts = this.#facts();
    if (this.#intent) return this.#intent.mark(facts);
    const { system } = this.#context;
    this.#intent = beginIntent(system, this.#place.workspace.root, {
      ...{ kind: "restore", worktree: this.#worktree, facts },
    });
  }

  #facts(): RestoreFacts {
    const { order, safety, unfinished } = this.#parts;
    const { target, paths, exact, operation, title } = order;
    return {
      target: { id: target.id, commit: target.commit },
      safety: unfinished?.facts.safety ??
        { id: safety.id, commit: safety.commit },
      paths,
      exact,
      brought: order.brought ?? null,
      operation,
      title,
      undoes: order.undoes ?? null,
      clears: order.clears ?? false,
      aside: [
        ...unfinished?.facts.aside ?? order.aside ?? [],
        ...this.#aside.length === 0
          ? []
          : [{ trash: this.#trash.folder!, paths: this.#aside }],
      ],
    };
  }

  #files(staged: readonly string[]) {
    const { system } = this.#context;
    const { plan } = this.#parts.planned;
    const { permissions } = this.#parts.order.target;
    const since = new Set(plan.trash.map(({ path }) => path));
    const writer = new WorktreeWriter(system, this.#place.vault, {
      setAside: (path) => {
        if (since.has(path)) return this.#trash.take(path);
        this.#trash.expect([path]);
        this.#aside.push(path);
        this.#note();
        this.#trash.take(path);
        this.#movedAside.push(path);
      },
      stay: this.#context.folder,
      clears: this.#parts.order.clears,
      // An undo or a return must restore the old state exactly.
      opens: !/restore$|^pipeline/.test(this.#parts.order.operation),
    });
    using line = new ProgressLine(this.#context);
    const done = (
      changes: readonly PathChange[],
      work: (change: PathChange, at: number) => string | undefined,
    ) =>
      changes.filter((change, at) => {
        line.show("Restoring files", at, changes.length);
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
        permissions: getOwn(permissions, change.path),
      }));
    return { trashed, removed, written };
  }

  async #index() {
    const { order, planned, stamp } = this.#parts;
    const { vault } = this.#place;
    if (!hasIndex(vault, order.target)) {
      return { indexRestored: false, notes: [] };
    }
    const { system } = this.#context;
    const folder = join(this.#staging(), "index");
    if (!system.files.lstat(folder)) system.files.mkdir(folder);
    const notes = await restoreIndex(system, vault, {
      folder,
      capture: planned.capture,
      target: {
        ...planned.index,
        paths: order.paths,
        writes: planned.plan.writes,
      },
      stamp,
      token: this.#intent!.id,
    });
    return { indexRestored: planned.indexDiffers, notes };
  }

  #journal(): JournalEntry {
    const { system, redact } = this.#context;
    const { order } = this.#parts;
    const { safety, target, paths, exact, undoes, aside } = this.#facts();
    return appendJournal(system, this.#place.workspace.root, {
      at: system.now().toISOString(),
      operation: order.operation,
      title: redact(order.title),
      worktree: this.#worktree,
      before: { checkpoint: safety },
      after: {
        checkpoint: target,
        paths,
        exact,
        restore: this.#intent!.id,
        trash: this.#trash.folder ?? null,
        aside,
      },
      ...undoes === null ? {} : { undoes },
    });
  }

  /** Problems with old checkpoints must not fail a finished restore. */
  async #prune(): Promise<void> {
    await attempt(async () => {
      sweepState(this.#context.system, this.#place.workspace.root);
      await pruneCheckpoints(this.#context, this.#place, {
        kind: "safety",
        taken: this.#facts().safety,
      });
    });
  }
}
