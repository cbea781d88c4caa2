import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import type { QuickPlace, Workspace } from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import { worktreeOf } from "../journal.ts";
import { takeStoreLock } from "../lock.ts";
import { ensureJournalKey } from "../seal.ts";
import { CHANGES, type Changes } from "./changes.ts";
import { finishChanges } from "./finish_changes.ts";
import { allIntents, type Intent, readIntents } from "./intents.ts";
import { hasOldMarker, type OldMarkers } from "./old_markers.ts";

/** Milliseconds to wait for an operation that may be running. */
const WAIT = 250;

/** A way to finish or undo interrupted operations of some kinds. */
export interface Finisher<F = never> {
  readonly kinds: readonly string[];
  /** Converts markers of earlier versions to intents. */
  readonly takesOld?: OldMarkers;
  /**
   * Takes the lock that these operations hold from beginning to end; if it is
   * missing, they hold the store's lock. Returns `undefined` if such an
   * operation is running.
   */
  lock?(system: System, workspace: Workspace): Promise<Disposable | undefined>;
  /**
   * Finishes or undoes an operation, and ends its intent. Can be called again
   * after an interruption. Throws if something prevents it; the intent then
   * stays.
   */
  finish(
    context: Context,
    workspace: Workspace,
    intent: Intent<F>,
  ): Promise<void>;
}

/**
 * Returns whether an operation of these kinds, or of any kind, was interrupted.
 * Looks at only a few files.
 */
export function isUnsettled(
  system: System,
  place: QuickPlace,
  kinds?: readonly string[],
): boolean {
  return hasOldMarker(system, place) ||
    allIntents(system, place.root).some(({ intent }) =>
      intent && (kinds?.includes(intent.kind) ?? true)
    );
}

/**
 * Finishes or undoes interrupted operations in this worktree. An obstacle is
 * reported as a note, and the next command tries again. `strict`: it is thrown.
 */
export async function settleKinds<F>(
  context: Context,
  workspace: Workspace,
  { finisher, strict = false }: { finisher: Finisher<F>; strict?: boolean },
): Promise<void> {
  const { system } = context;
  if (!isUnsettled(system, placeOf(workspace), finisher.kinds)) return;
  try {
    using held = finisher.lock
      ? await finisher.lock(system, workspace)
      : await takeStoreLock(system, workspace.root, WAIT);
    if (held) await settleHeld(context, workspace, finisher);
  } catch (error) {
    if (!(error instanceof MpmError) || strict) throw error;
    context.note(
      `Warning: an interrupted ${finisher.kinds[0]} could not be finished: ` +
        error.withHint,
    );
  }
}

/**
 * Does the same under the lock of these kinds. Throws if there is an obstacle.
 */
export async function settleHeld<F>(
  context: Context,
  workspace: Workspace,
  finisher: Finisher<F>,
): Promise<void> {
  const { system } = context;
  const { root } = workspace;
  const place = placeOf(workspace);
  // An intent without a seal would never count, so the marker stays until there
  // is a key.
  if (hasOldMarker(system, place) && ensureJournalKey(system) !== undefined) {
    finisher.takesOld?.(system, place);
  }
  const intents = finisher.kinds
    .flatMap((kind) => readIntents<F>(system, root, kind));
  for (const intent of intents) {
    if (intent.worktree !== place.worktree) continue;
    await finisher.finish(context, workspace, intent);
  }
}

/** Finishes operations that only have the record of their changes. */
export const RECORDED: Finisher<Changes> = {
  kinds: [CHANGES],
  finish({ system }, { root }) {
    finishChanges(system, root, allIntents(system, root));
    return Promise.resolve();
  },
};

function placeOf(workspace: Workspace): QuickPlace {
  const { root, linked, gitDir } = workspace;
  return { root, linked, gitDir, worktree: worktreeOf(workspace) };
}
