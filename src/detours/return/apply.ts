import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { readPosition, switchTo } from "../../git/tree/switch.ts";
import type { StoredCheckpoint } from "../../checkpoints/checkpoint.ts";
import { printOf } from "../../checkpoints/record.ts";
import { type DetourMarker, type Ending } from "../detour.ts";
import type { ReturnResult } from "../commands/results.ts";
import { givenSummary } from "../../saves/content.ts";
import { labelOf } from "../../work/record.ts";
import { dropDetourMarker, writeDetourMarker } from "../marker.ts";
import { withLock } from "../../ops/lock.ts";
import { appendJournal } from "../../ops/journal.ts";
import { changeStore } from "../../saves/store/recover.ts";
import type { System } from "../../system/system.ts";
import type { CheckpointPlace } from "../../checkpoints/place.ts";
import { keepOwn, settleLeft } from "../commits.ts";
import { asideNotes, setAside, withoutFixed } from "../aside.ts";
import { endDetour } from "../end.ts";
import { notTakenBack, takeBack } from "../back.ts";
import { cleanTree, gitHere, lookAtTree } from "../tree.ts";
import { restoreLocked } from "../../checkpoints/restore/apply.ts";
import { dropIfThere, keepLeftovers } from "./leftovers.ts";
import { type ReturnPlan } from "./plan.ts";
import { type Deeds, endWorktree } from "./report.ts";
import { type Target, targetOf } from "./target.ts";
import {
  answer,
  type How,
  howOf,
  refuseSkipped,
  restoredOf,
} from "./answer.ts";
import { partOf } from "../../git/tree/trees.ts";

/** One `return` from its checks to its end. */
export class Return {
  readonly #context: Context;
  readonly #system: System;
  readonly #plan: ReturnPlan;
  readonly #deeds: Deeds;
  readonly #root: string;
  #marker: DetourMarker | undefined;
  readonly #warnings: string[] = [];
  #journalled = false;

  constructor(context: Context, plan: ReturnPlan, deeds: Deeds) {
    this.#context = context;
    this.#system = context.system;
    this.#plan = plan;
    this.#deeds = deeds;
    this.#root = plan.workspace.root;
  }

  async run(): Promise<ReturnResult> {
    try {
      return await this.#steps();
    } catch (error) {
      if (error instanceof MpmError && this.#marker) {
        throw await this.#undone(error);
      }
      throw error;
    }
  }

  async #steps(): Promise<ReturnResult> {
    const { input, parked, tree, linked, workspace } = this.#plan;
    const { dirt, clearing, switching, notes } = this.#plan.way;
    const how = dirt.length > 0 ? howOf(input) : undefined;
    const left = how && await keepLeftovers(this.#context, this.#plan, how);
    const target = tree && !linked ? await this.#target(how, left) : undefined;
    await this.#begin(left, target);
    this.#warnings.push(...notes);
    await this.#setAside(clearing);
    if (left) await this.#clear(left);
    await this.#setAside(switching);
    if (this.#plan.to) await this.#leave(this.#plan.to);
    if (target) await this.#restore(target);
    const time = this.#system.now();
    const ending = this.#marker!.ending!;
    const marker = this.#marker!;
    const { child, parent } = await changeStore(
      this.#system,
      this.#root,
      () => {
        const end = { marker, ending, time };
        const ended = endDetour(this.#system, this.#root, end);
        if (!this.#journalled) this.#journal(time);
        return ended;
      },
    );
    this.#marker = undefined;
    dropDetourMarker(this.#system, workspace);
    const result = answer(this.#plan, this.#deeds, {
      child: child!,
      parent,
      time,
    });
    return {
      ...result,
      restored: parked && target ? restoredOf(target, parked) : null,
      leftovers: how && left
        ? { how, checkpoint: left.name, paths: [...dirt] }
        : null,
      worktree: linked ? await endWorktree(this.#system, this.#plan) : null,
      warnings: [
        ...this.#warnings,
        ...asideNotes(marker.aside ?? []),
        ...await this.#tidy(target),
      ],
    };
  }

  /** What would be lost is noted, then moved. */
  async #setAside(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    await setAside(this.#context, this.#plan.tree!, {
      paths,
      note: (aside) => {
        const marker = this.#marker!;
        this.#mark({ ...marker, aside: [...marker.aside ?? [], aside] });
      },
    });
  }

  #mark(marker: DetourMarker): void {
    writeDetourMarker(this.#system, this.#plan.workspace, marker);
    this.#marker = marker;
  }

  /** A restore is in the journal by itself. */
  #journal(time: Date): void {
    const { child, workspace } = this.#plan;
    appendJournal(this.#system, this.#root, {
      at: time.toISOString(),
      operation: "return",
      title: this.#context.redact(`return from ${labelOf(child)}`),
      worktree: workspace.worktree,
      before: { session: child.id },
      after: { session: child.parent, aside: this.#marker?.aside ?? [] },
    });
  }

  /** A conflict leaves nothing behind. */
  async #target(
    how: How | undefined,
    left: StoredCheckpoint | undefined,
  ): Promise<Target | undefined> {
    const { parked, from, to, tree } = this.#plan;
    const carried = how === "carried" ? left : undefined;
    try {
      return await targetOf(tree!, { parked, carried, from, to: to ?? from });
    } catch (error) {
      if (left) await dropIfThere(this.#context, tree!, left);
      throw error;
    }
  }

  async #begin(
    left: StoredCheckpoint | undefined,
    target: Target | undefined,
  ): Promise<void> {
    const { workspace, child, parent, from, to, kept, input, tree } =
      this.#plan;
    if (to) {
      const { git } = tree!.vault;
      this.#warnings.push(...await keepOwn(git, child.id, { from, to }));
    }
    const key = (record: StoredCheckpoint | undefined) =>
      record ? { id: record.id, commit: record.commit } : null;
    const ending: Ending = {
      action: input.discard ? "cancel" : "complete",
      summary: givenSummary(input) ?? "",
      leftovers: left && !input.carry ? left.name : null,
      kept,
    };
    const marker: DetourMarker = {
      schema: 1,
      operation: "return",
      at: this.#system.now().toISOString(),
      place: child.place,
      worktree: workspace.worktree,
      child: child.id,
      parent: child.parent,
      parent_state: parent?.state ?? null,
      made_parent: false,
      changing: left !== undefined || to !== null || target !== undefined,
      from,
      to,
      created: null,
      before: key(left),
      after: key(target?.record),
      linked: null,
      ending,
    };
    this.#mark(marker);
  }

  async #clear({ commit, print }: StoredCheckpoint): Promise<void> {
    const tree = this.#plan.tree!;
    const capture = await lookAtTree(this.#system, tree);
    if (printOf(capture) !== print) {
      throw new MpmError("CONFLICT", "Files were changed while mpm returned", {
        hint: "Nothing was done: run the command again",
      });
    }
    const trees = [partOf(commit, "worktree")];
    await cleanTree(this.#context, tree, { capture, trees });
  }

  async #leave(to: NonNullable<ReturnPlan["to"]>): Promise<void> {
    const git = gitHere(this.#context, this.#plan.tree!.vault.git);
    this.#warnings.push(...await switchTo(git, to));
  }

  async #restore({ record }: Target): Promise<void> {
    const { child, tree } = this.#plan;
    const outcome = await withLock(
      this.#system,
      this.#root,
      () =>
        restoreLocked(this.#context, tree!, {
          order: {
            target: record,
            paths: [],
            exact: false,
            clears: true,
            aside: this.#marker?.aside,
            operation: "return",
            title: `return from ${labelOf(child)}`,
          },
        }),
    );
    refuseSkipped(outcome);
    this.#journalled = outcome.entry !== undefined;
    this.#warnings.push(
      ...outcome.notes,
      ...outcome.movedAside.map((path) =>
        `"${path}" was in the way and is in the trash now: ${outcome.trash}`
      ),
    );
  }

  /** What is back as it was needs no checkpoint any more. */
  async #tidy(target: Target | undefined): Promise<string[]> {
    const { parked, tree } = this.#plan;
    if (!tree) return [];
    const told = await this.#settleLeft(tree);
    if (!parked || !target) return told;
    try {
      const capture = await lookAtTree(this.#system, tree);
      const exact = !target.merged &&
        printOf(withoutFixed(capture)) === parked.print;
      if (exact) await dropIfThere(this.#context, tree, parked);
      return told;
    } catch (error) {
      if (error instanceof MpmError) return [...told, error.message];
      throw error;
    }
  }

  /** The parent may have been on a detached HEAD. */
  async #settleLeft({ vault }: CheckpointPlace): Promise<string[]> {
    const { child } = this.#plan;
    if (child.detour?.branch_before !== null) return [];
    const { head } = await readPosition(vault.git);
    return await settleLeft(vault.git, child.id, head);
  }

  async #undone(error: MpmError): Promise<MpmError> {
    try {
      const marker = this.#marker!;
      const notes = await takeBack(this.#context, this.#plan.workspace, marker);
      notes.forEach((note) => this.#context.note(note));
      return error;
    } catch (failure) {
      if (!(failure instanceof MpmError)) throw failure;
      return notTakenBack(error, failure, this.#marker!);
    }
  }
}
