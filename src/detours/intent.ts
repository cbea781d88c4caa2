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

/** The kinds of operations that a detour is begun, made, or ended by. */
export const KINDS = ["branch", "return", "replay fork"] as const;

/** The way a return ends its session. */
export interface Ending {
  readonly action: "complete" | "cancel";
  readonly summary: string;
  /** The checkpoint with what the child left uncommitted. */
  readonly leftovers: string | null;
  /** The parked work that is not restored. */
  readonly kept: string | null;
}

/** The facts of a `branch`, `return` or `replay fork` under way. */
export interface DetourFacts {
  /** The key of the worktree, see `placeKey`. */
  readonly place: string;
  readonly child: string;
  readonly parent: string | null;
  /** The state the parent had. */
  readonly parent_state: WorkState | null;
  /** True if the parent's record was made for this. */
  readonly made_parent: boolean;
  /** True if worktree, index or HEAD may differ from what they were. */
  readonly changing: boolean;
  readonly from: Position;
  /** null: HEAD stays where it is. */
  readonly to: Position | null;
  /** The git branch that is made for it, and where it starts. */
  readonly created: { readonly branch: string; readonly head: string } | null;
  /** Worktree and index as they were; null: they were clean, or stay. */
  readonly before: CheckpointRef | null;
  /** The checkpoint to restore in the worktree at the end. */
  readonly after: CheckpointRef | null;
  /** The worktree that is made, absolute. */
  readonly linked: string | null;
  /** Of a return: the words for the child, how it ends, how its parent knows. */
  readonly ending: Ending | null;
  /** Files in the way of a return. */
  readonly aside?: readonly Aside[];
}

/** A `branch`, `return` or `replay fork` under way. */
export type DetourIntent = Intent<DetourFacts>;

/** Milliseconds a command waits for a `branch` or `return` to be done. */
const WAIT = 30_000;

/**
 * Keeps every other `branch` and `return` of the project away until it is
 * disposed of, or the process ends. It is apart from the store's lock, which
 * the steps of these two take one by one. Throws LOCKED.
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
