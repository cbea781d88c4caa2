import type { Context } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import {
  type Capture,
  createBranch,
  dropBranch,
  dropCleanWorktree,
  forgetWorktree,
  Git,
  isUnfinished,
  locate,
  partOf,
  type Position,
  readPosition,
  switchTo,
  unlockWorktree,
  waitForIndex,
  type Workspace,
} from "../git/mod.ts";
import {
  type CheckpointPlace,
  printOf,
  recordOf,
  restoreLocked,
  RESTORES,
  takeCheckpoint,
  timedName,
} from "../checkpoints/mod.ts";
import {
  type DetourFacts,
  type DetourIntent,
  KINDS,
  lockDetours,
} from "./intent.ts";
import { isAt, positionText } from "./position.ts";
import {
  clearCurrent,
  findWork,
  isOpen,
  keptOf,
  moved,
  removeWork,
  writeWork,
} from "../work/mod.ts";
import { changeStore } from "../saves/mod.ts";
import type { System } from "../system/system.ts";
import { asideNotes, restoreAside } from "./aside.ts";
import { settleLeft } from "./commits.ts";
import { endDetour, keepParked } from "./end.ts";
import { captureTree, cleanTree, gitHere, openTree } from "./tree.ts";
import {
  type Finisher,
  moveToTrash,
  settleKinds,
  takeOldDetour,
  withLock,
} from "../ops/mod.ts";

/**
 * Undoes or finishes a `branch`, `return` or `replay fork` whose process is
 * gone.
 */
export const DETOUR_FINISHER: Finisher<DetourFacts> = {
  kinds: KINDS,
  takesOld: takeOldDetour,
  lock: (system, { root }) => lockDetours(system, root),
  finish: settle,
};

async function settle(
  context: Context,
  workspace: Workspace,
  intent: DetourIntent,
): Promise<void> {
  const { root } = workspace;
  await settleKinds(context, workspace, { finisher: RESTORES });
  const what = `"mpm ${intent.kind}" was interrupted`;
  if (isPast(context.system, root, intent)) {
    await finish(context, workspace, intent);
    context.note(`${what} when it was almost complete, and mpm finished it`);
    asideNotes(intent.facts.aside ?? []).forEach((note) => context.note(note));
  } else {
    const notes = await undoDetour(context, workspace, intent);
    context.note(`${what}, and mpm undid it`);
    notes.forEach((note) => context.note(note));
  }
}

/** Returns whether the deciding record is written. */
function isPast(
  system: System,
  root: string,
  { kind, facts: { child, parent } }: DetourIntent,
): boolean {
  const work = findWork(system, root, child);
  // Another session may have taken this session's ID.
  if (kind === "branch") return work?.parent === parent;
  if (kind === "replay fork") return (work?.saves.length ?? 0) > 0;
  return work !== undefined && !isOpen(work.state);
}

async function finish(
  { system }: Context,
  workspace: Workspace,
  intent: DetourIntent,
): Promise<void> {
  const { root } = workspace;
  const { ending, linked, parent } = intent.facts;
  // A worktree without a detour is like any other.
  if (linked !== null && parent === null) {
    await unlockWorktree(new Git(system, workspace.worktree), linked);
  }
  if (ending) {
    await changeStore(system, root, () => {
      endDetour(system, root, {
        facts: intent.facts,
        ending,
        time: system.now(),
      });
    });
  }
  intent.end();
}

/**
 * Restores the state before the operation. Later changes first go into a safety
 * checkpoint. Can be called again after an interruption. Returns notes for the
 * answer. Throws if something prevents the undo; the intent then remains.
 */
export async function undoDetour(
  context: Context,
  workspace: Workspace,
  intent: DetourIntent,
): Promise<string[]> {
  const { system } = context;
  const { root } = workspace;
  const { kind, facts } = intent;
  const notes: string[] = [];
  if (facts.changing && workspace.git === "repository") {
    const place = await openTree(system, workspace);
    // If the operation created a new worktree, it changed nothing in this one.
    if (facts.linked === null) {
      notes.push(...await treeBack(context, place, intent));
      notes.push(...await restoreAside(context, place, facts.aside ?? []));
    }
    const { git } = place.vault;
    const linked = facts.linked === null
      ? undefined
      : await dropLinked(context, root, { git, path: facts.linked, kind });
    notes.push(...linked?.notes ?? []);
    const now = await readPosition(git);
    if (
      facts.created && now.branch !== facts.created.branch && !linked?.stays
    ) {
      await dropBranch(git, facts.created);
    }
    if (kind === "branch" && facts.from.branch === null) {
      notes.push(...await settleLeft(git, facts.child, now.head));
    }
  }
  await changeStore(system, root, () => sessionBack(system, root, intent));
  intent.end();
  return notes;
}

/**
 * Removes a session that was created for the operation. An existing session
 * gets its old state back.
 */
function sessionBack(
  system: System,
  root: string,
  { kind, facts }: DetourIntent,
): void {
  const { parent, parent_state: state, made_parent: made, place } = facts;
  if (kind === "replay fork") return forkBack(system, root, facts);
  if (kind !== "branch" || parent === null) return;
  const work = findWork(system, root, parent);
  // A session with parked work in a checkpoint stays.
  if (made && (!work || keptOf(work).length === 0)) {
    clearCurrent(system, root, place);
    removeWork(system, root, parent);
    return;
  }
  if (work?.state !== "paused" || state === "paused") return;
  const time = system.now();
  const active = moved(work, "resume", time);
  const back = state === "working" ? moved(active, "work", time) : active;
  writeWork(system, root, back);
}

/** Removes the session of a fork. */
function forkBack(
  system: System,
  root: string,
  { child, linked }: DetourFacts,
): void {
  const work = findWork(system, root, child);
  if (work === undefined || work.worktree !== linked) return;
  clearCurrent(system, root, work.place);
  removeWork(system, root, child);
}

async function treeBack(
  context: Context,
  place: CheckpointPlace,
  intent: DetourIntent,
): Promise<string[]> {
  const { system } = context;
  const { vault } = place;
  const { from, to, before } = intent.facts;
  await waitForIndex(system, vault);
  const now = await readPosition(vault.git);
  if (!isAt(now, from) && !(to && isAt(now, to))) {
    return await leave(context, place, { intent, now });
  }
  const capture = await captureTree(system, place);
  const target = before ? await recordOf(place.vault, before) : undefined;
  if (before && !target) {
    throw new MpmError("CONFLICT", `The checkpoint "${before.id}" is gone`, {
      hint: 'It contained the uncommitted work from before the detour: "git ' +
        'fsck --lost-found" may find it',
    });
  }
  if (isAt(now, from) && isAsBefore(capture, target)) return [];
  const notes = await clear(context, place, { intent, capture });
  if (!isAt(now, from)) notes.push(...await back(context, place, from));
  if (target) {
    const operation = "checkpoint restore" as const;
    const title = `undo an interrupted ${intent.kind}`;
    const how = { paths: [], exact: false, clears: true };
    const order = { target, ...how, operation, title };
    await withLock(
      system,
      place.workspace.root,
      () => restoreLocked(context, place, { order }),
    );
  }
  return notes;
}

/** Recreates a branch at its commit if it has been deleted since. */
async function back(
  context: Context,
  { vault }: CheckpointPlace,
  from: Position,
): Promise<string[]> {
  const { branch, head } = from;
  if (branch !== null && head !== null) {
    const ref = `refs/heads/${branch}`;
    const there = await vault.git.run(["show-ref", "--verify", "--quiet", ref]);
    if (there.status !== 0) await createBranch(vault.git, { branch, head });
  }
  return await switchTo(gitHere(context, vault.git), from);
}

/** Returns whether the tree was not changed, or is already restored. */
function isAsBefore(
  capture: Capture,
  target: { readonly print: string } | undefined,
): boolean {
  return target
    ? printOf(capture) === target.print
    : capture.entries.length === 0;
}

/** Removes the operation's files from the tree, after saving all of them. */
async function clear(
  context: Context,
  place: CheckpointPlace,
  { intent, capture }: { intent: DetourIntent; capture: Capture },
): Promise<string[]> {
  if (capture.entries.length === 0) return [];
  const { before, after, to, from } = intent.facts;
  const safety = await takeCheckpoint(context, place, {
    name: timedName("safety", context.system.now()),
    kind: "safety",
    note: `before undoing an interrupted ${intent.kind}`,
  });
  const trees = [
    ...[before, after].filter((key) => key !== null)
      .map(({ commit }) => partOf(commit, "worktree")),
    ...[from, to].map((position) => position?.head)
      .filter((head) => head !== null && head !== undefined)
      .map((head) => `${head}^{tree}`),
  ];
  await cleanTree(context, place, { capture, trees });
  return [`The state before this undo is in the checkpoint "${safety.name}"`];
}

/**
 * Leaves the tree unchanged, because the user has switched to something else by
 * hand.
 */
async function leave(
  { system }: Context,
  { workspace }: CheckpointPlace,
  { intent, now }: { intent: DetourIntent; now: Position },
): Promise<string[]> {
  const { before, parent, child } = intent.facts;
  if (!before) return [];
  const owner = intent.kind === "branch" ? parent : child;
  await changeStore(system, workspace.root, () => {
    keepParked(system, workspace.root, {
      owner,
      checkpoint: before.id,
      child,
      time: system.now(),
    });
  });
  return [
    `HEAD is now at ${positionText(now)}, so mpm did not change the files. ` +
    `To restore the parked work: mpm checkpoint restore ${before.id}`,
  ];
}

/**
 * Removes the worktree at `path` that an interrupted `branch` or fork created.
 * `stays`: the worktree contains work, or may contain work. Deletes only files
 * that git wrote and that no one changed. The files of a fork come from a
 * checkpoint, so they go to the trash.
 */
async function dropLinked(
  context: Context,
  root: string,
  { git, path, kind }: { git: Git; path: string; kind: string },
): Promise<{ stays: boolean; notes: string[] }> {
  const { system } = context;
  if (!system.files.lstat(path) || await dropCleanWorktree(git, path)) {
    return { stays: false, notes: [] };
  }
  if (!isUnfinished(system, path)) {
    if (kind !== "replay fork") {
      const note =
        `The worktree "${path}" has uncommitted changes, so mpm kept it`;
      return { stays: true, notes: [note] };
    }
    const there = { ...context, folder: path };
    const workspace = await locate(system, path);
    await settleKinds(there, workspace, { finisher: RESTORES });
  }
  const trash = await withLock(
    system,
    root,
    () =>
      Promise.resolve(moveToTrash(system, root, {
        operation: kind,
        items: [{ name: path, files: [{ from: path, to: "files/worktree" }] }],
      })),
  );
  await forgetWorktree(git, path);
  const note =
    `The worktree "${path}" was incomplete, so mpm moved it to "${trash}"`;
  return { stays: false, notes: [note] };
}
