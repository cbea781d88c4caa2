import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { MpmError } from "../../base/errors.ts";
import { named } from "../../base/words.ts";
import {
  captureNow,
  type CheckpointPlace,
  placeOf,
} from "../../checkpoints/mod.ts";
import type { Context } from "../../cli/mod.ts";
import {
  commitFiles,
  type FileDelta,
  type Git,
  locate,
  readFiles,
  resolveNames,
  treeChanges,
  unlockWorktree,
} from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import type { Step } from "../definition.ts";
import { allNeeds } from "../graph.ts";
import type { MergeEnd } from "../log.ts";
import { appliedMerge, applyMerge } from "./apply.ts";
import {
  type LeftOutResult,
  mergeResults,
  writeConflict,
} from "./merge_results.ts";
import {
  type Given,
  refOf,
  type Snapshot,
  snapshotOf,
  treeOf,
  type TreesOrder,
  withoutOwn,
} from "./snapshot.ts";
import {
  addStepWorktree,
  dropOldRefs,
  dropTrees,
  isTaken,
  removeStepWorktree,
  stepFolder,
} from "./worktrees.ts";

/**
 * Takes a snapshot of the user's worktree, and removes worktrees that a killed
 * process of the run left. Call under the lock of the run. Throws CONFLICT
 * outside git, GIT_FAILED.
 */
export async function openTrees(
  context: Context,
  order: TreesOrder,
): Promise<Trees> {
  const { system } = context;
  const workspace = await locate(system, order.worktree);
  if (workspace.git !== "repository") {
    throw new MpmError("CONFLICT", "Steps with a worktree need git", {
      hint: 'Remove "worktree: true" from the steps, or run "git init"',
    });
  }
  const found = await placeOf(system, workspace, { create: true });
  const place = { ...found, vault: found.vault!, leaveLarge: true };
  const applied = appliedMerge(system, workspace.root, order.folder);
  await dropTrees(system, workspace, order.run);
  await dropOldRefs(system, place.vault.git, {
    root: workspace.root,
    age: place.rules.removedFor,
  });
  const snapshot = await snapshotOf(context, place, order);
  return new Trees(context, { place, order, snapshot, applied });
}

interface TreesParts {
  readonly place: CheckpointPlace;
  readonly order: TreesOrder;
  readonly snapshot: Snapshot;
  readonly applied: MergeEnd | undefined;
}

/** The worktrees of a run, from its snapshot until its results are applied. */
export class Trees {
  /**
   * The end of a merge that an earlier process of the run applied but could not
   * record; `undefined`: nothing has been applied yet.
   */
  readonly applied: MergeEnd | undefined;
  readonly #context: Context;
  readonly #system: System;
  readonly #parts: TreesParts;
  readonly #git: Git;
  /** Artefacts of steps without a worktree that other steps started from. */
  readonly #given = new Set<string>();
  /** The start commits of the running steps, by step name. */
  readonly #starts = new Map<string, string>();
  /** Resolves when no worktree is being created or removed. */
  #turn: Promise<void> = Promise.resolve();

  constructor(context: Context, parts: TreesParts) {
    this.applied = parts.applied;
    this.#context = context;
    this.#system = context.system;
    this.#parts = parts;
    this.#git = parts.place.vault.git;
  }

  /** Returns a digest of a step's start; creates nothing. */
  async startOf(needs: readonly Given[]): Promise<string> {
    const parts = await Promise.all(needs.map(async (need) => {
      for (const { path } of need.files) this.#given.add(path);
      const { step, result, files } = need;
      const tree = result === null ? null : await treeOf(this.#git, result);
      return [step, tree, files.map(({ path, sha256 }) => [path, sha256])];
    }));
    return sha256(JSON.stringify([this.#parts.snapshot.digest, parts]));
  }

  /**
   * Creates the worktree of a step, with the files of the snapshot and of the
   * steps that it needs. Returns its folder. Throws CONFLICT if the results of
   * those steps conflict, GIT_FAILED.
   */
  async open(step: Step, needs: readonly Given[]): Promise<string> {
    const path = this.#folder(step);
    const commit = await this.#start(step, needs);
    const { run } = this.#parts.order;
    const added = { path, commit, run };
    await this.#inTurn(() =>
      addStepWorktree(this.#system, this.#parts.place, added)
    );
    this.#starts.set(step.name, commit);
    return path;
  }

  /**
   * Runs work in turn, since git can fail while another git process creates or
   * removes a worktree.
   */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  #folder({ name }: Pick<Step, "name">): string {
    const { place: { workspace }, order } = this.#parts;
    return stepFolder(workspace.root, order.run, name);
  }

  async #start(step: Step, needs: readonly Given[]): Promise<string> {
    const { snapshot } = this.#parts;
    const files = needs.flatMap(({ files }) => files.map(({ path }) => path));
    for (const path of files) this.#given.add(path);
    const begun = await this.#withArtefacts(files);
    const results = needs.flatMap(({ step, result }) =>
      result === null ? [] : [{ step, result, needs: [] }]
    );
    const done = await mergeResults(this.#git, begun.tree, results);
    const [conflict] = done.leftOut;
    if (conflict) {
      throw new MpmError(
        "CONFLICT",
        `The result of "${conflict.step}" conflicts with the steps before ` +
          `it: ${named(conflict.paths)}`,
        {
          hint: `"${step.name}" needs both steps. Add one of the two to the ` +
            '"needs" of the other',
        },
      );
    }
    if (done.tree === begun.tree) return begun.commit;
    return await this.#commit({
      title: `start of ${step.name}`,
      ...{ parent: snapshot.commit, base: done.tree, files: new Map() },
    });
  }

  /**
   * Returns the snapshot with the current artefacts of steps without a
   * worktree.
   */
  async #withArtefacts(
    paths: readonly string[],
  ): Promise<{ commit: string; tree: string }> {
    const { snapshot, place: { vault, rules: { limits } } } = this.#parts;
    if (paths.length === 0) return snapshot;
    const files = await readFiles(this.#system, vault, { paths, limits });
    const commit = await this.#commit({
      title: "artefacts",
      ...{ parent: snapshot.commit, base: snapshot.tree, files },
    });
    return { commit, tree: await treeOf(this.#git, commit) };
  }

  #commit(
    { title, ...rest }: {
      title: string;
      parent: string;
      base: string;
      files: FileDelta;
    },
  ): Promise<string> {
    const { order, snapshot, place } = this.#parts;
    return commitFiles(this.#system, place.vault, {
      ref: refOf(this.#system, order.run),
      title: `pipeline ${order.pipeline}: ${title}`,
      committed: snapshot.committed,
      ...rest,
    });
  }

  /**
   * Stores the content of a step's worktree as a commit, with the artefacts
   * that git ignores, and removes the worktree. Throws CONFLICT for content
   * that a commit of files cannot contain; then the worktree stays until it is
   * dropped.
   */
  async take(step: Step, artefacts: readonly string[]): Promise<string> {
    const start = this.#starts.get(step.name)!;
    const path = this.#folder(step);
    const place = await this.#placeIn(step, path);
    const { vault, rules: { limits } } = place;
    const { capture } = await captureNow(this.#system, place, { write: true });
    const extra = await readFiles(this.#system, vault, {
      paths: artefacts,
      limits,
    });
    const [left] = capture.leftOut;
    if (left) throw this.#cannotHold(step, left.path, left.reason);
    const result = await this.#commit({
      title: step.name,
      ...{ parent: start, base: capture.base },
      files: withoutOwn([...capture.worktree, ...extra]),
    });
    const changes = await treeChanges(
      this.#git,
      await treeOf(this.#git, start),
      await treeOf(this.#git, result),
    );
    for (const { path, from, to } of changes) {
      if ([from?.mode, to?.mode].includes("160000")) {
        throw this.#cannotHold(step, path, "it is a submodule");
      }
      if (path.isWellFormed()) continue;
      throw this.#cannotHold(step, path, "its name is not UTF-8");
    }
    await this.#inTurn(() => removeStepWorktree(this.#system, this.#git, path));
    return result;
  }

  #cannotHold({ name }: Step, path: string, reason: string): MpmError {
    return new MpmError(
      "CONFLICT",
      `Cannot store "${path}" in the result of "${name}": ${reason}`,
      { hint: 'Run the step without "worktree: true", or let git ignore it' },
    );
  }

  /**
   * Returns the worktree of a step. Throws CONFLICT if it no longer belongs to
   * this repository.
   */
  async #placeIn({ name }: Step, path: string): Promise<CheckpointPlace> {
    const { workspace } = this.#parts.place;
    const refuse = (what: string) =>
      new MpmError("CONFLICT", `"${name}" removed or replaced ${what}`);
    const found = this.#system.files.lstat(path);
    if (found?.kind !== "folder") throw refuse("its worktree");
    const there = await locate(this.#system, path);
    const isLinked = there.git === "repository" && there.linked &&
      there.commonDir === workspace.commonDir;
    if (!isLinked) throw refuse('the ".git" file of its worktree');
    const place = await placeOf(this.#system, there, { create: true });
    return { ...place, vault: place.vault! };
  }

  /** Removes the worktree of an unfinished step. */
  async drop(step: Pick<Step, "name">): Promise<void> {
    if (!this.#starts.delete(step.name)) return;
    const path = this.#folder(step);
    await this.#inTurn(() => removeStepWorktree(this.#system, this.#git, path));
  }

  /** Returns whether a result of an earlier process still exists. */
  async has(result: string): Promise<boolean> {
    if (!/^[0-9a-f]{40,64}$/.test(result)) return false;
    // The parent of every result is the start commit of its step.
    const name = `${result}^^{commit}`;
    return (await resolveNames(this.#git, [name])).get(name) !== undefined;
  }

  /**
   * Merges the results in the order of the steps, and applies those without
   * conflicts to the user's worktree. Can be called again. Throws GIT_FAILED,
   * FILE_FAILED.
   */
  async finish(
    results: readonly { readonly step: string; readonly result: string }[],
  ): Promise<MergeEnd> {
    const { order, place, snapshot } = this.#parts;
    const { tree: expected } = await this.#withArtefacts([...this.#given]);
    const done = await mergeResults(
      this.#git,
      expected,
      results.map((one) => ({ ...one, needs: this.#needsOf(one.step) })),
    );
    const conflicts: MergeEnd["conflicts"] = [];
    const made: string[] = [];
    for (const one of done.leftOut) {
      conflicts.push(await this.#conflict(one, made));
    }
    const end: MergeEnd = {
      state: conflicts.length === 0 ? "done" : "conflict",
      reason: conflicts.length === 0
        ? null
        : `left out: ${named(conflicts.map(({ step }) => step))}`,
      ...{ merged: done.merged, conflicts, changed: 0 },
    };
    const applied = await applyMerge(this.#context, place, {
      end,
      merge: {
        ...{ run: order.run, pipeline: order.pipeline, folder: order.folder },
        ref: refOf(this.#system, order.run),
        ...{ expected, merged: done.tree },
        ...{ branch: snapshot.branch, committed: snapshot.committed },
      },
    });
    if (applied.state !== "stopped") return applied;
    // The next try merges again, so the new worktrees are removed. An older
    // worktree stays, since someone may be working in it.
    for (const path of made) {
      await removeStepWorktree(this.#system, this.#git, path);
    }
    return { ...applied, merged: [], conflicts: [] };
  }

  #needsOf(name: string): string[] {
    const { steps } = this.#parts.order;
    const step = steps.find((one) => one.name === name)!;
    return allNeeds(steps, step).map(({ name }) => name);
  }

  /**
   * Writes both sides of a conflict to a place where the user can work on them.
   * The path of a new worktree is added to `made`.
   */
  async #conflict(
    leftOut: LeftOutResult,
    made: string[],
  ): Promise<MergeEnd["conflicts"][number]> {
    const { order, place } = this.#parts;
    const { step, result: commit, paths } = leftOut;
    const folder = await writeConflict(this.#system, this.#git, {
      folder: join(order.folder, "conflicts", step),
      ...{ within: order.folder, step, leftOut },
    });
    const path = this.#folder({ name: `${step}-conflict` });
    if (!isTaken(this.#system, path)) {
      const { run } = order;
      await addStepWorktree(this.#system, place, { path, commit, run });
      made.push(path);
      // The worktree is complete, and now belongs to the user.
      await unlockWorktree(this.#git, path);
    }
    return { step, paths, commit, worktree: path, folder };
  }
}
