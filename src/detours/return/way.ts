import { MpmError } from "../../base/errors.ts";
import type { Capture } from "../../git/tree/capture.ts";
import { refuseFilters } from "../../git/run/filters.ts";
import type { StoredCheckpoint } from "../../checkpoints/checkpoint.ts";
import type { Position } from "../../git/repository.ts";
import { shellWord } from "../../base/shell.ts";
import { isWithin } from "../../git/tree/snapshot.ts";
import type { Work } from "../../work/work.ts";
import type { System } from "../../system/system.ts";
import type { CheckpointPlace } from "../../checkpoints/place.ts";
import {
  asideToClear,
  asideToSwitch,
  movablePaths,
  stayNotes,
  unparkedIn,
} from "../aside.ts";
import { lookAtTree, refuseBusy } from "../tree.ts";
import type { ReturnInput } from "./plan.ts";
import { dirty, refuseUnborn, refuseUncarriable } from "./refusals.ts";
import { treeChanges } from "../../git/tree/trees.ts";

/** What becomes of what is in the tree when a detour ends. */
export interface Way {
  /** Uncommitted paths that are parked, carried or discarded. */
  readonly dirt: readonly string[];
  /** What goes to the trash before the tree is cleared. */
  readonly clearing: readonly string[];
  /** The same before HEAD moves. */
  readonly switching: readonly string[];
  /** What is to be said of the rest. */
  readonly notes: readonly string[];
}

/** The tree stays as it is. */
export const CLEAR: Way = { dirt: [], clearing: [], switching: [], notes: [] };

/**
 * Checks the way back. Whatever no checkpoint can hold stays where it is, or
 * goes to the trash where it is in the way: it refuses no return.
 */
export async function wayBack(
  system: System,
  tree: CheckpointPlace,
  { input, from, to, child, parked }: {
    input: ReturnInput;
    from: Position;
    to: Position | null;
    child: Work;
    parked: StoredCheckpoint | undefined;
  },
): Promise<Way> {
  const clean = isCleared(child) && !input["keep-parked"];
  const changes = to !== null || parked !== undefined || clean;
  if (!changes && !input.park && !input.discard) return CLEAR;
  refuseBusy(system, tree);
  const capture = await lookAtTree(system, tree);
  const dirt = movablePaths(capture);
  const told = input.park || input.carry || input.discard;
  if (dirt.length > 0 && !told) throw dirty(dirt, child);
  const way = clearingWay(system, tree, { capture, dirt, input, from });
  const moves = to === null
    ? { switching: [], notes: [] }
    : await switchingWay(system, tree, { capture, dirt, from, to });
  if (to === null) {
    const { head } = from;
    const hint = "Commit it, then run mpm return again";
    const paths = () => dirt;
    await refuseFilters(tree.vault.git, { paths, commit: head, hint });
  }
  const { switching, notes } = moves;
  const gone = [
    ...[...way.clearing, ...switching],
    ...parked?.files.map(({ path }) => path) ?? [],
  ];
  const stays = unparkedIn(capture).stays.filter((one) =>
    !gone.some((path) => isWithin(path, one.path) || isWithin(one.path, path))
  );
  return { ...way, switching, notes: [...stayNotes(stays), ...notes] };
}

/** Checks the way of HEAD from one commit to the other. */
async function switchingWay(
  system: System,
  tree: CheckpointPlace,
  { capture, dirt, from, to }: {
    capture: Capture;
    dirt: readonly string[];
    from: Position;
    to: Position;
  },
): Promise<Pick<Way, "switching" | "notes">> {
  const { git } = tree.vault;
  const changes = await treeChanges(git, from.head!, to.head!);
  const paths = () => [...changes.map(({ path }) => path), ...dirt];
  const where = to.branch === null
    ? `--detach ${to.head}`
    : shellWord(to.branch);
  const hint = `Go there yourself: git switch ${where}; then mpm return`;
  await refuseFilters(git, { paths, commit: to.head, hint });
  const switching = await asideToSwitch(system, tree, { changes, capture });
  const modules = changes.filter((one) =>
    one.from?.mode === "160000" || one.to?.mode === "160000"
  );
  return {
    switching,
    notes: modules.map(({ path }) =>
      `The submodule "${path}" stays at its commit. To move it: ` +
      "git submodule update"
    ),
  };
}

/** In a worktree of its own nothing is restored and HEAD stays. */
export async function linkedWay(
  system: System,
  tree: CheckpointPlace,
  { input, from }: { input: ReturnInput; from: Position },
): Promise<Way> {
  if (input.carry) {
    throw new MpmError("USAGE", '"--carry" has nowhere to bring it', {
      hint: "The parent is in another worktree: commit it here, or --park it",
    });
  }
  if (!input.park && !input.discard) return CLEAR;
  const capture = await lookAtTree(system, tree);
  const dirt = movablePaths(capture);
  if (dirt.length === 0) return CLEAR;
  refuseBusy(system, tree);
  const notes = stayNotes(unparkedIn(capture).stays);
  const way = clearingWay(system, tree, { capture, dirt, input, from });
  return { ...way, notes };
}

function clearingWay(
  system: System,
  tree: CheckpointPlace,
  { capture, dirt, input, from }: {
    capture: Capture;
    dirt: readonly string[];
    input: ReturnInput;
    from: Position;
  },
): Way {
  if (dirt.length === 0) return CLEAR;
  refuseUnborn(from);
  const { bound } = unparkedIn(capture);
  if (input.carry) refuseUncarriable(capture, bound);
  return { ...CLEAR, dirt, clearing: asideToClear(system, tree, capture) };
}

/** Whether the detour was given a clean tree, and has to leave one. */
function isCleared({ detour }: Work): boolean {
  return detour?.cleared === true;
}
