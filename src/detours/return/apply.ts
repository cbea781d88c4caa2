import type { Context } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { readCheckpointRefs, readPosition, switchTo } from "../../git/mod.ts";
import {
  checkpointId,
  type CheckpointPlace,
  dropCheckpoints,
  listCheckpoints,
  printOf,
  restoreLocked,
  type RestoreOutcome,
  type StoredCheckpoint,
  takeCheckpoint,
  timedName,
} from "../../checkpoints/mod.ts";
import type { Ending } from "../intent.ts";
import type { ReturnResult } from "../commands/results.ts";
import { changeStore, givenSummary } from "../../saves/mod.ts";
import { labelOf, type Work, workView } from "../../work/mod.ts";
import { appendJournal, withLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { keepOwn, settleLeft } from "../commits.ts";
import { asideNotes, setAside, withoutFixed } from "../aside.ts";
import { UnderWay } from "../under_way.ts";
import { endDetour } from "../end.ts";
import { captureTree, gitHere } from "../tree.ts";
import type { ReturnInput } from "./refusals.ts";
import type { ReturnPlan } from "./plan.ts";
import { type Deeds, endWorktree } from "./report.ts";
import { type Target, withCarried } from "./target.ts";

/** Runs one `return`, from its checks to its end. */
export class Return {
  readonly #context: Context;
  readonly #system: System;
  readonly #plan: ReturnPlan;
  readonly #deeds: Deeds;
  readonly #root: string;
  readonly #under: UnderWay;
  readonly #warnings: string[] = [];
  #journalled = false;

  constructor(context: Context, plan: ReturnPlan, deeds: Deeds) {
    this.#context = context;
    this.#system = context.system;
    this.#plan = plan;
    this.#deeds = deeds;
    this.#root = plan.workspace.root;
    this.#under = new UnderWay(context, plan.workspace);
  }

  run(): Promise<ReturnResult> {
    return this.#under.run(() => this.#steps());
  }

  async #steps(): Promise<ReturnResult> {
    const { input, parked, tree, linked } = this.#plan;
    const { dirt, clearing, switching, notes } = this.#plan.way;
    const how = dirt.length > 0 ? howOf(input) : undefined;
    const left = how && await keepLeftovers(this.#context, this.#plan, how);
    const target = how === "carried"
      ? await this.#carried(left!)
      : this.#plan.base;
    await this.#begin(left, target);
    this.#warnings.push(...notes);
    await this.#setAside(clearing);
    if (left) await this.#under.clear(tree!, left);
    await this.#setAside(switching);
    if (this.#plan.to) await this.#leave(this.#plan.to);
    if (target) await this.#restore(target);
    const time = this.#system.now();
    const { facts } = this.#under;
    const ending = facts.ending!;
    const { child, parent } = await changeStore(
      this.#system,
      this.#root,
      () => {
        const end = { facts, ending, time };
        const ended = endDetour(this.#system, this.#root, end);
        if (!this.#journalled) this.#journal(time);
        return ended;
      },
    );
    this.#under.end();
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
        ...asideNotes(facts.aside ?? []),
        ...await this.#tidy(target),
      ],
    };
  }

  /** Records the files that would be lost, then moves them. */
  async #setAside(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    await setAside(this.#context, this.#plan.tree!, {
      paths,
      note: (aside) => {
        const { facts } = this.#under;
        this.#under.mark({ aside: [...facts.aside ?? [], aside] });
      },
    });
  }

  /** Adds a journal entry. A restore has its own journal entry. */
  #journal(time: Date): void {
    const { child, workspace } = this.#plan;
    appendJournal(this.#system, this.#root, {
      at: time.toISOString(),
      operation: "return",
      title: this.#context.redact(`return from ${labelOf(child)}`),
      worktree: workspace.worktree,
      before: { session: child.id },
      after: { session: child.parent, aside: this.#under.facts.aside ?? [] },
    });
  }

  /**
   * Combines the parked and the carried work. A conflict leaves nothing behind.
   */
  async #carried(carried: StoredCheckpoint): Promise<Target> {
    const { base, from, to, tree } = this.#plan;
    try {
      return await withCarried(tree!, { base, carried, from, to: to ?? from });
    } catch (error) {
      await dropIfThere(this.#context, tree!, carried);
      throw error;
    }
  }

  async #begin(
    left: StoredCheckpoint | undefined,
    target: Target | undefined,
  ): Promise<void> {
    const { child, parent, from, to, kept, input, tree } = this.#plan;
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
    this.#under.begin("return", {
      place: child.place,
      child: child.id,
      parent: child.parent,
      parent_state: parent?.state ?? null,
      changing: left !== undefined || to !== null || target !== undefined,
      from,
      to,
      before: key(left),
      after: key(target?.record),
      ending,
    });
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
            aside: this.#under.facts.aside,
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

  /** Removes the checkpoint of parked work once all of it is restored. */
  async #tidy(target: Target | undefined): Promise<string[]> {
    const { parked, tree } = this.#plan;
    if (!tree) return [];
    const notes = await this.#settleLeft(tree);
    if (!parked || !target) return notes;
    try {
      const capture = await captureTree(this.#system, tree);
      const exact = !target.merged &&
        printOf(withoutFixed(capture)) === parked.print;
      if (exact) await dropIfThere(this.#context, tree, parked);
      return notes;
    } catch (error) {
      if (error instanceof MpmError) return [...notes, error.message];
      throw error;
    }
  }

  /** Settles the commits of a detached HEAD, where the parent may have been. */
  async #settleLeft({ vault }: CheckpointPlace): Promise<string[]> {
    const { child } = this.#plan;
    if (child.detour?.branch_before !== null) return [];
    const { head } = await readPosition(vault.git);
    return await settleLeft(vault.git, child.id, head);
  }
}

export type How = NonNullable<ReturnResult["leftovers"]>["how"];

export function howOf({ park, carry, discard }: ReturnInput): How | undefined {
  if (park) return "parked";
  if (carry) return "carried";
  return discard ? "discarded" : undefined;
}

/** E.g. `hotfix-leftovers`. */
export function leftoverName(child: Work, how: How): string {
  const name = child.name ?? child.id;
  return `${name.slice(0, 80)}-${
    how === "discarded" ? "discarded" : "leftovers"
  }`;
}

export function restoredOf(
  { merged }: Target,
  parked: StoredCheckpoint,
): NonNullable<ReturnResult["restored"]> {
  const { name, files } = parked;
  return { checkpoint: name, paths: files.map(({ path }) => path), merged };
}

export function answer(
  { from, to, kept, child: before }: ReturnPlan,
  { commits, files }: Deeds,
  { child, parent, time }: {
    child: Work;
    parent: Work | undefined;
    time: Date;
  },
): ReturnResult {
  const there = to ?? from;
  return {
    dry_run: false,
    at: time.toISOString(),
    session: workView(child),
    parent: parent ? workView(parent) : null,
    lasted: Math.max(0, time.getTime() - Date.parse(before.started_at)),
    commits: [...commits],
    files: files && [...files],
    from: { branch: from.branch, head: from.head },
    to: { branch: there.branch, head: there.head },
    restored: null,
    kept,
    leftovers: null,
    worktree: null,
    changes: null,
    warnings: [],
  };
}

/** Throws CONFLICT for files that were not restored exactly. */
function refuseSkipped({ skipped }: RestoreOutcome): void {
  const [first] = skipped;
  if (!first) return;
  throw new MpmError(
    "CONFLICT",
    `"${first.path}" cannot be restored: ${first.reason}`,
    { hint: "mpm return --keep-parked returns without the parked work" },
  );
}

/** Saves the detour's uncommitted work in a checkpoint. */
async function keepLeftovers(
  context: Context,
  { child, tree }: ReturnPlan,
  how: How,
): Promise<StoredCheckpoint> {
  const { system } = context;
  const isSafety = how === "carried";
  return await takeCheckpoint(context, tree!, {
    name: isSafety
      ? timedName("safety", system.now())
      : await freeName(system, tree!, leftoverName(child, how)),
    kind: isSafety ? "safety" : "named",
    note: `left by the detour ${labelOf(child)}`,
  });
}

async function freeName(
  system: System,
  tree: CheckpointPlace,
  name: string,
): Promise<string> {
  const records = await listCheckpoints(system, tree);
  const taken = new Set(records.map(({ id }) => id));
  let free = name;
  for (let nth = 2; taken.has(checkpointId(free)); nth++) {
    free = `${name}-${nth}`;
  }
  return free;
}

/** Removes a checkpoint if it has not changed. */
async function dropIfThere(
  context: Context,
  tree: CheckpointPlace,
  record: StoredCheckpoint,
): Promise<void> {
  const refs = await readCheckpointRefs(tree.vault.git);
  if (refs.get(record.id) !== record.commit) return;
  await withLock(
    context.system,
    tree.workspace.root,
    () => dropCheckpoints(context, tree, [record]),
  );
}
