import type { CheckpointRef } from "../checkpoints/mod.ts";
import type { Position } from "../git/mod.ts";
import {
  type Aside,
  ensureFolder,
  type Intent,
  layout,
  takeLock,
} from "../ops/mod.ts";
import { MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import type { WorkState } from "../work/mod.ts";

/** The kinds of operations that begin or end a detour, or fork. */
export const KINDS = ["branch", "return", "replay fork"] as const;

/** The way a return ends its session. */
export interface Ending {
  readonly action: "complete" | "cancel";
  readonly summary: string;
  /** The checkpoint with the child's uncommitted work. */
  readonly leftovers: string | null;
  /** The checkpoint with parked work that is not restored. */
  readonly kept: string | null;
}

/** The facts of a running `branch`, `return` or `replay fork`. */
export interface DetourFacts {
  /** The key of the worktree, see `placeKey`. */
  readonly place: string;
  readonly child: string;
  readonly parent: string | null;
  /** The parent's previous state. */
  readonly parent_state: WorkState | null;
  /** True if the parent's record was created for this operation. */
  readonly made_parent: boolean;
  /** True if the worktree, index or HEAD may have changed. */
  readonly changing: boolean;
  readonly from: Position;
  /** null: HEAD does not move. */
  readonly to: Position | null;
  /** The new git branch, and where it starts. */
  readonly created: { readonly branch: string; readonly head: string } | null;
  /** The original worktree and index; null: clean, or not changed. */
  readonly before: CheckpointRef | null;
  /** The checkpoint to restore in the worktree at the end. */
  readonly after: CheckpointRef | null;
  /** The new worktree, absolute. */
  readonly linked: string | null;
  /**
   * For a return: the summary for the child, how the child ends, and how its
   * parent is found.
   */
  readonly ending: Ending | null;
  /** Files in the way of a return. */
  readonly aside?: readonly Aside[];
}

/** A running `branch`, `return` or `replay fork`. */
export type DetourIntent = Intent<DetourFacts>;

/** Milliseconds that a command waits for a running `branch` or `return`. */
const WAIT = 30_000;

/**
 * Blocks every other `branch` and `return` in the project until the lock is
 * disposed of, or the process ends. This lock is separate from the store's
 * lock, which each step of a `branch` or `return` takes for itself. Throws
 * LOCKED.
 */
export async function lockDetours(
  system: System,
  root: string,
): Promise<Disposable> {
  const { state, detourLock } = layout(root);
  ensureFolder(system, state, root);
  const held = await takeLock(system, detourLock, WAIT);
  if (held) return held;
  throw new MpmError(
    "LOCKED",
    `Cannot lock "${detourLock}": another mpm is starting or ending a detour`,
    { hint: "Wait until it has finished, and run the command again" },
  );
}
