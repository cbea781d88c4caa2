import { changeStore } from "../../saves/store/recover.ts";
import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { addWorktree, worktreeRule } from "../../git/worktrees.ts";
import { createBranch, readPosition, switchTo } from "../../git/tree/switch.ts";
import { locate } from "../../git/workspace.ts";
import type { StoredCheckpoint } from "../../checkpoints/checkpoint.ts";
import { timedName } from "../../checkpoints/name.ts";
import { printOf } from "../../checkpoints/record.ts";
import { type DetourMarker, isAt } from "../detour.ts";
import type { Position, Workspace } from "../../git/repository.ts";
import type { BranchResult } from "../commands/results.ts";
import type { Detour, Work } from "../../work/work.ts";
import { currentWork, placeKey, pointTo } from "../../work/current.ts";
import { labelOf, newWork } from "../../work/record.ts";
import { writeAtomic } from "../../ops/atomic.ts";
import { dropDetourMarker, writeDetourMarker } from "../marker.ts";
import { appendJournal } from "../../ops/journal.ts";
import { findWork, freeWorkId, readWork, writeWork } from "../../work/store.ts";
import type { System } from "../../system/system.ts";
import { type BranchPlan } from "./plan.ts";
import { takeCheckpoint } from "../../checkpoints/take/take.ts";
import { notTakenBack, takeBack } from "../back.ts";
import { keepLeft } from "../commits.ts";
import { cleanTree, gitHere, lookAtTree } from "../tree.ts";
import { applied, gather } from "../../saves/pause/pause.ts";
import {
  answer,
  bareNotes,
  changed,
  freeIdBeside,
  NO_WORDS,
  parentOf,
} from "./answer.ts";
import { partOf } from "../../git/tree/trees.ts";

/** One `branch` from its marker to the record of the new session. */
export class Branch {
  readonly #context: Context;
  readonly #system: System;
  readonly #plan: BranchPlan;
  readonly #workspace: Workspace;
  #marker: DetourMarker | undefined;
  readonly #notes: string[] = [];

  constructor(context: Context, plan: BranchPlan) {
    this.#context = context;
    this.#system = context.system;
    this.#plan = plan;
    this.#workspace = plan.workspace;
  }

  async run(): Promise<BranchResult> {
    try {
      return await this.#steps();
    } catch (error) {
      if (error instanceof MpmError && this.#marker) {
        throw await this.#undone(error);
      }
      throw error;
    }
  }

  async #steps(): Promise<BranchResult> {
    const { root } = this.#workspace;
    const pause = await gather(this.#context, {
      ...NO_WORDS,
      "no-commit": this.#plan.input["no-commit"],
    });
    const parent = await this.#begin();
    const saved = await applied(this.#context, pause, { journal: false });
    const { tree } = this.#plan;
    const from = tree ? await readPosition(tree.vault.git) : this.#plan.from;
    const { detour, parked } = await this.#leave(from);
    const child = await this.#open(parent, { detour, from });
    dropDetourMarker(this.#system, this.#workspace);
    const result = answer({ ...this.#plan, from }, {
      parent: readWork(this.#system, root, parent.id),
      child,
      to: child.git,
    });
    return {
      ...result,
      save: saved.session_id,
      parked,
      warnings: [...saved.warnings, ...result.warnings, ...this.#notes],
    };
  }

  /** Writes the marker, and a record for the parent where there is none. */
  async #begin(): Promise<Work> {
    const { root } = this.#workspace;
    const system = this.#system;
    const place = placeKey(this.#workspace);
    return await changeStore(system, root, () => {
      const known = currentWork(system, root, place).work;
      if (known?.id !== this.#plan.parent?.id) throw changed();
      const made = known ??
        newWork(parentOf(this.#context, this.#plan), system.now());
      this.#mark({
        schema: 1,
        operation: "branch",
        at: system.now().toISOString(),
        place,
        worktree: this.#workspace.worktree,
        child: freeIdBeside(system, root, made.id),
        parent: made.id,
        parent_state: made.state,
        made_parent: known === undefined,
        changing: false,
        from: this.#plan.from,
        to: null,
        created: null,
        before: null,
        after: null,
        linked: null,
        ending: null,
      });
      if (known) return known;
      pointTo(system, root, { place, id: made.id });
      return writeWork(system, root, made);
    });
  }

  #mark(marker: DetourMarker): void {
    writeDetourMarker(this.#system, this.#workspace, marker);
    this.#marker = marker;
  }

  /** Parks, clears, switches, as far as that was asked for. */
  async #leave(
    from: Position,
  ): Promise<{ detour: Detour; parked: BranchResult["parked"] }> {
    const { input, target, linked, dirt } = this.#plan;
    const detour: Detour = {
      kind: linked ? "worktree" : target ? "git-branch" : "plain",
      checkpoint: null,
      branch_before: from.branch,
      head_before: from.head,
      worktree: linked ?? null,
      ...input.stash ? { cleared: true } : {},
    };
    if (linked) {
      await this.#link(from);
      return { detour, parked: null };
    }
    const parks = input.stash && dirt.length > 0;
    const switches = target && !isAt(from, target);
    if (!parks && !switches) return { detour, parked: null };
    const kept = dirt.length > 0 ? await this.#keep(from) : undefined;
    if (parks) await this.#clear(kept!);
    if (switches) await this.#switch(from);
    this.#notes.push(...await bareNotes(this.#system, this.#plan, parks));
    if (!parks) return { detour, parked: null };
    const { id, commit, name } = kept!;
    return {
      detour: {
        ...detour,
        kind: target ? detour.kind : "stash",
        checkpoint: id,
        commit,
      },
      parked: { checkpoint: name, paths: [...dirt] },
    };
  }

  /** Uncommitted work is in a checkpoint before anything touches it. */
  async #keep(from: Position): Promise<StoredCheckpoint> {
    const { input, tree } = this.#plan;
    const kept = await takeCheckpoint(this.#context, tree!, {
      name: input.stash
        ? `parked-${input.name}`
        : timedName("safety", this.#system.now()),
      kind: input.stash ? "parked" : "safety",
      note: `before the detour "${input.name}"`,
    });
    const before = { id: kept.id, commit: kept.commit };
    const aim = this.#aim(from);
    this.#mark({ ...this.#marker!, changing: true, from, before, ...aim });
    return kept;
  }

  async #clear({ commit, print }: StoredCheckpoint): Promise<void> {
    const tree = this.#plan.tree!;
    const capture = await lookAtTree(this.#system, tree);
    if (printOf(capture) !== print) throw changed();
    const trees = [partOf(commit, "worktree")];
    await cleanTree(this.#context, tree, { capture, trees });
  }

  /** Where HEAD is to go, for the marker. */
  #aim(from: Position): Pick<DetourMarker, "to" | "created"> {
    const { target } = this.#plan;
    if (!target || isAt(from, target)) return { to: null, created: null };
    const { branch, head, start } = target;
    return {
      to: { branch, head },
      created: start === undefined ? null : { branch, head },
    };
  }

  async #switch(from: Position): Promise<void> {
    const { git } = this.#plan.tree!.vault;
    const aim = this.#aim(from);
    if (!this.#marker!.changing) {
      this.#mark({ ...this.#marker!, changing: true, from, ...aim });
    }
    await keepLeft(git, this.#marker!.child, { from, to: aim.to! });
    if (aim.created) await createBranch(git, aim.created);
    this.#notes.push(...await switchTo(gitHere(this.#context, git), aim.to!));
  }

  async #link(from: Position): Promise<void> {
    const { target, linked, tree } = this.#plan;
    const { git } = tree!.vault;
    const { branch, head, start } = target!;
    this.#mark({
      ...this.#marker!,
      changing: true,
      from,
      linked: linked!,
      created: start === undefined ? null : { branch, head },
    });
    const rule = await worktreeRule(this.#system, this.#workspace);
    if (rule) writeAtomic(this.#system, rule.path, rule);
    await addWorktree(this.#system, git, {
      path: linked!,
      target: target!,
      reason: `mpm session ${this.#marker!.child}`,
    });
  }

  /** The commit point: the record of the new session. */
  async #open(
    parent: Work,
    { detour, from }: { detour: Detour; from: Position },
  ): Promise<Work> {
    const { child, linked, tree } = this.#plan;
    const { root } = this.#workspace;
    const system = this.#system;
    const workspace = linked ? await locate(system, linked) : this.#workspace;
    const { git } = tree?.vault ?? {};
    const now = linked || !git ? undefined : await readPosition(git);
    const { target } = this.#plan;
    const at = now ?? (target ? { ...target } : from);
    return await changeStore(system, root, () => {
      const place = placeKey(workspace);
      // Another worktree may have begun a session in the meantime.
      if (findWork(system, root, this.#marker!.child)) {
        const id = freeWorkId(system, root, system.now());
        this.#mark({ ...this.#marker!, child: id });
      }
      const work = newWork({
        ...child,
        id: this.#marker!.child,
        place,
        worktree: workspace.worktree,
        git: { branch: at.branch, head: at.head },
        parent: parent.id,
        detour,
      }, system.now());
      pointTo(system, root, { place, id: work.id });
      const written = writeWork(system, root, work);
      appendJournal(system, root, {
        at: work.started_at,
        operation: "branch",
        title: this.#context.redact(`start the detour ${labelOf(work)}`),
        worktree: this.#workspace.worktree,
        before: { session: parent.id },
        after: { session: work.id },
      });
      return written;
    });
  }

  /** The error, after everything was brought back. */
  async #undone(error: MpmError): Promise<MpmError> {
    try {
      const marker = this.#marker!;
      const notes = await takeBack(this.#context, this.#workspace, marker);
      notes.forEach((note) => this.#context.note(note));
      return error;
    } catch (failure) {
      if (!(failure instanceof MpmError)) throw failure;
      return notTakenBack(error, failure, this.#marker!);
    }
  }
}
