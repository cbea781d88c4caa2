import {
  checkFlags,
  dirty,
  gone,
  hasDetour,
  noDetour,
  refuseUnborn,
  refuseUncarriable,
  refuseWithoutGit,
  type ReturnInput,
} from "./refusals.ts";
import {
  type CheckpointPlace,
  recordOf,
  type StoredCheckpoint,
} from "../../checkpoints/mod.ts";
import type { Context } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import {
  type Capture,
  elsewhere,
  isWithin,
  type Position,
  readCheckpointRefs,
  readPosition,
  readWorktrees,
  refuseFilters,
  resolveNames,
  treeChanges,
  type Workspace,
} from "../../git/mod.ts";
import { revealBranch } from "../../saves/mod.ts";
import { isAt } from "../position.ts";
import {
  type Detour,
  findWork,
  isOpen,
  labelOf,
  listWorks,
  type Work,
} from "../../work/mod.ts";
import type { System } from "../../system/system.ts";
import { captureTree, isWhole, openTree, refuseBusy } from "../tree.ts";
import { isStranded } from "../stranded.ts";
import { needCurrent } from "../find_session.ts";
import { ontoHead, type Target } from "./target.ts";
import { shellWord } from "../../base/shell.ts";
import {
  asideToClear,
  asideToSwitch,
  movablePaths,
  stayNotes,
  unparkedIn,
} from "../aside.ts";

/** The plan of a return; nothing is changed yet. */
export interface ReturnPlan {
  readonly workspace: Workspace;
  readonly input: ReturnInput;
  readonly child: Work;
  /** `undefined`: the parent's record is gone. */
  readonly parent: Work | undefined;
  /** `undefined`: outside a repository. */
  readonly tree: CheckpointPlace | undefined;
  readonly from: Position;
  /** null: HEAD does not move. */
  readonly to: Position | null;
  /**
   * The checkpoint to restore, and the form that it takes at the commit of
   * `to`.
   */
  readonly parked: StoredCheckpoint | undefined;
  readonly base: Target | undefined;
  /** The checkpoint that is not restored, on request. */
  readonly kept: string | null;
  /** The plan for uncommitted work in the tree. */
  readonly way: MovePlan;
  /** True if the detour ends in its own worktree. */
  readonly linked: boolean;
}

/** Reads and checks everything. Throws if the return is not possible. */
export async function planReturn(
  { system }: Context,
  workspace: Workspace,
  input: ReturnInput,
): Promise<ReturnPlan> {
  checkFlags(input);
  const child = needCurrent(system, workspace);
  const deeper = listWorks(system, workspace.root).works.find((work) =>
    work.parent === child.id && isOpen(work.state)
  );
  if (deeper) {
    throw hasDetour(child, deeper, isStranded(system, workspace, deeper));
  }
  if (child.parent === null) throw noDetour(child);
  const parent = findWork(system, workspace.root, child.parent);
  const { detour } = child;
  const linked = workspace.linked && detour?.kind === "worktree";
  const kept = input["keep-parked"] ? detour?.checkpoint ?? null : null;
  const plan = { workspace, input, child, parent, kept, linked };
  if (workspace.git !== "repository") refuseWithoutGit(plan);
  if (workspace.git !== "repository" || !detour) {
    const nothing = { ...NOTHING, tree: undefined };
    const from = { branch: null, head: null };
    return { ...plan, ...nothing, from, way: CLEAR };
  }
  const tree = await openTree(system, workspace);
  const from = await readPosition(tree.vault.git);
  if (linked) {
    const way = await planLinked(system, tree, { input, from });
    return { ...plan, ...NOTHING, tree, from, way };
  }
  const to = await destination(system, tree, { input, detour, from });
  const restores = detour.checkpoint !== null && !input["keep-parked"];
  if (to !== null || restores) refuseUnborn(from);
  const parked = restores
    ? await findParked(tree, { child, detour, head: (to ?? from).head })
    : undefined;
  const way = await planMove(system, tree, {
    ...{ input, from, to, child, parked },
  });
  const head = (to ?? from).head!;
  const base = parked && await ontoHead(tree, parked, head);
  const whole = { ...plan, tree, from, to, parked, base, way };
  if (kept === null || await parkedRecord(tree, detour)) return whole;
  const lost = `The checkpoint "${kept}" with the parked work is gone`;
  return {
    ...whole,
    kept: null,
    way: { ...way, notes: [...way.notes, lost] },
  };
}

const NOTHING = { to: null, parked: undefined, base: undefined };

/**
 * Returns where HEAD must go back to; null: HEAD is already there. Throws
 * CONFLICT.
 */
async function destination(
  system: System,
  { vault }: CheckpointPlace,
  { input, detour, from }: {
    input: ReturnInput;
    detour: Detour;
    from: Position;
  },
): Promise<Position | null> {
  const { git, workspace } = vault;
  const branch = input["git-branch"] ??
    await revealBranch(git, detour.branch_before);
  const { head_before: before } = detour;
  if (branch === null) {
    if (before === null) return null;
    const to = { branch: null, head: before };
    if (isAt(from, to)) return null;
    const found = await resolveNames(git, [`${before}^{commit}`]);
    if (found.get(`${before}^{commit}`) !== undefined) return to;
    throw new MpmError(
      "CONFLICT",
      `The commit ${before.slice(0, 7)} no longer exists`,
      {
        hint: "The earlier work was on this detached commit: choose a branch " +
          "with --git-branch",
      },
    );
  }
  const ref = `refs/heads/${branch}`;
  const head = (await resolveNames(git, [`${ref}^{commit}`]))
    .get(`${ref}^{commit}`);
  // A branch has no ref before its first commit.
  if (from.branch === branch && (head !== undefined || from.head === null)) {
    return null;
  }
  if (head === undefined) throw gone(branch, { input, before });
  const other = (await readWorktrees(git)).find((one) =>
    one.ref === ref && one.path !== workspace.worktree
  );
  if (other) throw elsewhere(system, branch, other.path);
  return { branch, head };
}

/** Returns the record of the parked work if its checkpoint exists. */
async function parkedRecord(
  tree: CheckpointPlace,
  detour: Detour,
): Promise<StoredCheckpoint | undefined> {
  const id = detour.checkpoint!;
  // A record may have come with a clone, but the ref of a checkpoint cannot.
  const commit = (await readCheckpointRefs(tree.vault.git)).get(id);
  // A checkpoint saved later under the same name is a different one.
  const { commit: noted = commit } = detour as { commit?: unknown };
  return commit === undefined || commit !== noted
    ? undefined
    : await recordOf(tree.vault, { id, commit });
}

/** Finds the parked work. Throws CONFLICT if something is missing. */
async function findParked(
  tree: CheckpointPlace,
  { child, detour, head }: {
    child: Work;
    detour: Detour;
    head: string | null;
  },
): Promise<StoredCheckpoint | undefined> {
  const id = detour.checkpoint!;
  const { git } = tree.vault;
  const record = await parkedRecord(tree, detour);
  if (record && head !== null && await isWhole(git, record, head)) {
    return record;
  }
  const state = record
    ? "is damaged: some of its files are missing"
    : "is gone";
  throw new MpmError(
    "CONFLICT",
    `The checkpoint "${id}" with the work parked for ${
      labelOf(child)
    } ${state}`,
    {
      hint:
        '"mpm return --keep-parked" returns without it; "mpm undo" restores ' +
        "a removed checkpoint",
    },
  );
}

/** The plan for uncommitted work when a detour ends. */
export interface MovePlan {
  /** Uncommitted paths that are parked, carried or discarded. */
  readonly dirt: readonly string[];
  /** Files that go to the trash before the tree is cleared. */
  readonly clearing: readonly string[];
  /** Files that go to the trash before HEAD moves. */
  readonly switching: readonly string[];
  /** Notes about the other files. */
  readonly notes: readonly string[];
}

/** The plan if nothing in the tree changes. */
const CLEAR: MovePlan = { dirt: [], clearing: [], switching: [], notes: [] };

/**
 * Checks the way back. Files that no checkpoint can contain stay, or go to the
 * trash if they are in the way. They do not prevent a return.
 */
async function planMove(
  system: System,
  tree: CheckpointPlace,
  { input, from, to, child, parked }: {
    input: ReturnInput;
    from: Position;
    to: Position | null;
    child: Work;
    parked: StoredCheckpoint | undefined;
  },
): Promise<MovePlan> {
  const clean = isCleared(child) && !input["keep-parked"];
  const changes = to !== null || parked !== undefined || clean;
  if (!changes && !input.park && !input.discard) return CLEAR;
  refuseBusy(system, tree);
  const capture = await captureTree(system, tree);
  const dirt = movablePaths(capture);
  const hasChoice = input.park || input.carry || input.discard;
  if (dirt.length > 0 && !hasChoice) throw dirty(dirt, child);
  const way = planClearing(system, tree, { capture, dirt, input, from });
  const moves = to === null
    ? { switching: [], notes: [] }
    : await planSwitch(system, tree, { capture, dirt, from, to });
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

/** Checks moving HEAD from one commit to another. */
async function planSwitch(
  system: System,
  tree: CheckpointPlace,
  { capture, dirt, from, to }: {
    capture: Capture;
    dirt: readonly string[];
    from: Position;
    to: Position;
  },
): Promise<Pick<MovePlan, "switching" | "notes">> {
  const { git } = tree.vault;
  const changes = await treeChanges(git, from.head!, to.head!);
  const paths = () => [...changes.map(({ path }) => path), ...dirt];
  const where = to.branch === null
    ? `--detach ${to.head}`
    : shellWord(to.branch);
  const hint =
    `Switch the branch yourself: git switch ${where}; then run mpm return`;
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

/**
 * Plans a return from a separate worktree, where nothing is restored and HEAD
 * does not move.
 */
async function planLinked(
  system: System,
  tree: CheckpointPlace,
  { input, from }: { input: ReturnInput; from: Position },
): Promise<MovePlan> {
  if (input.carry) {
    throw new MpmError("USAGE", "Cannot carry changes to another worktree", {
      hint:
        "The parent is in another worktree. Commit the changes here, or use --park",
    });
  }
  if (!input.park && !input.discard) return CLEAR;
  const capture = await captureTree(system, tree);
  const dirt = movablePaths(capture);
  if (dirt.length === 0) return CLEAR;
  refuseBusy(system, tree);
  const notes = stayNotes(unparkedIn(capture).stays);
  const way = planClearing(system, tree, { capture, dirt, input, from });
  return { ...way, notes };
}

function planClearing(
  system: System,
  tree: CheckpointPlace,
  { capture, dirt, input, from }: {
    capture: Capture;
    dirt: readonly string[];
    input: ReturnInput;
    from: Position;
  },
): MovePlan {
  if (dirt.length === 0) return CLEAR;
  refuseUnborn(from);
  const { bound } = unparkedIn(capture);
  if (input.carry) refuseUncarriable(capture, bound);
  return { ...CLEAR, dirt, clearing: asideToClear(system, tree, capture) };
}

/**
 * Returns whether the detour started with a clean tree, and must leave a clean
 * tree.
 */
function isCleared({ detour }: Work): boolean {
  return detour?.cleared === true;
}
