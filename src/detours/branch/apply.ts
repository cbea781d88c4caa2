import type { Context } from "../../cli/mod.ts";
import {
  addWorktree,
  createBranch,
  locate,
  type Position,
  readPosition,
  switchTo,
  type Workspace,
  worktreeRule,
} from "../../git/mod.ts";
import {
  type StoredCheckpoint,
  takeCheckpoint,
  timedName,
} from "../../checkpoints/mod.ts";
import { type DetourFacts } from "../intent.ts";
import { isAt } from "../position.ts";
import type { BranchResult } from "../commands/results.ts";
import {
  checklistView,
  currentWork,
  type Detour,
  findWork,
  freeWorkId,
  isOpen,
  labelOf,
  listWorks,
  type NewWork,
  newWork,
  placeKey,
  pointTo,
  readWork,
  type Work,
  workView,
  writeWork,
} from "../../work/mod.ts";
import { appendJournal, writeAtomic } from "../../ops/mod.ts";
import { applied, changeStore, gather, NO_WORDS } from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import type { BranchPlan } from "./plan.ts";
import { changedMeanwhile, UnderWay } from "../under_way.ts";
import { keepLeft } from "../commits.ts";
import { barelyIgnored, gitHere, isIgnoreRule } from "../tree.ts";
import { basename } from "@std/path";
import { isSessionName } from "../../base/names.ts";

/** Runs one `branch`, from its intent to the record of the new session. */
export class Branch {
  readonly #context: Context;
  readonly #system: System;
  readonly #plan: BranchPlan;
  readonly #workspace: Workspace;
  readonly #under: UnderWay;
  readonly #notes: string[] = [];

  constructor(context: Context, plan: BranchPlan) {
    this.#context = context;
    this.#system = context.system;
    this.#plan = plan;
    this.#workspace = plan.workspace;
    this.#under = new UnderWay(context, plan.workspace);
  }

  run(): Promise<BranchResult> {
    return this.#under.run(() => this.#steps());
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
    this.#under.end();
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

  /**
   * Writes the intent. Also writes a record for the parent if it does not have
   * one.
   */
  async #begin(): Promise<Work> {
    const { root } = this.#workspace;
    const system = this.#system;
    const place = placeKey(this.#workspace);
    return await changeStore(system, root, () => {
      const known = currentWork(system, root, place).work;
      if (known?.id !== this.#plan.parent?.id) throw changedMeanwhile();
      const made = known ??
        newWork(parentOf(this.#context, this.#plan), system.now());
      this.#under.begin("branch", {
        place,
        child: freeIdBeside(system, root, made.id),
        parent: made.id,
        parent_state: made.state,
        made_parent: known === undefined,
        from: this.#plan.from,
      });
      if (known) return known;
      pointTo(system, root, { place, id: made.id });
      return writeWork(system, root, made);
    });
  }

  /** Parks work, clears the tree and switches, as requested. */
  async #leave(
    from: Position,
  ): Promise<{ detour: Detour; parked: BranchResult["parked"] }> {
    const { input, target, linked, dirt, tree } = this.#plan;
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
    if (parks) await this.#under.clear(tree!, kept!);
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

  /** Puts uncommitted work into a checkpoint before anything changes it. */
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
    this.#under.mark({ changing: true, from, before, ...aim });
    return kept;
  }

  /** Returns the target of HEAD, for the intent. */
  #aim(from: Position): Pick<DetourFacts, "to" | "created"> {
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
    if (!this.#under.facts.changing) {
      this.#under.mark({ changing: true, from, ...aim });
    }
    await keepLeft(git, this.#under.facts.child, { from, to: aim.to! });
    if (aim.created) await createBranch(git, aim.created);
    this.#notes.push(...await switchTo(gitHere(this.#context, git), aim.to!));
  }

  async #link(from: Position): Promise<void> {
    const { target, linked, tree } = this.#plan;
    const { git } = tree!.vault;
    const { branch, head, start } = target!;
    this.#under.mark({
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
      reason: `mpm session ${this.#under.facts.child}`,
    });
  }

  /** Writes the record of the new session, which is the commit point. */
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
      // Another worktree may have started a session in the meantime.
      if (findWork(system, root, this.#under.facts.child)) {
        const id = freeWorkId(system, root, system.now());
        this.#under.mark({ child: id });
      }
      const work = newWork({
        ...child,
        id: this.#under.facts.child,
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
}

/** The sessions that were written, for the answer. */
interface WrittenWorks {
  readonly parent: Work;
  readonly child: Work;
  readonly to: Position;
}

/** Returns the answer as it is before anything is parked. */
export function answer(
  { input, target, from, dirt, parent: given, linked }: BranchPlan,
  { parent, child, to }: WrittenWorks,
): BranchResult {
  return {
    dry_run: false,
    session: workView(child),
    checklist: checklistView(child.checklist),
    parent: workView(parent),
    made_parent: given === undefined,
    save: null,
    from: { branch: from.branch, head: from.head },
    to: { branch: to.branch, head: to.head },
    started_from: target?.start ?? null,
    parked: null,
    carried: input.stash ? [] : [...dirt],
    worktree: linked ?? null,
    warnings: target?.note === undefined ? [] : [target.note],
  };
}

/**
 * Returns the session for the current work if no session was started. It is
 * named after the git branch, or else after the folder.
 */
export function parentOf(
  { system }: Context,
  { workspace, child, from }: BranchPlan,
): NewWork {
  const { root, worktree } = workspace;
  const { works } = listWorks(system, root);
  const isTaken = (name: string) =>
    name === child.name ||
    works.some((work) => work.name === name && isOpen(work.state));
  const name = [from.branch, basename(worktree)]
    .filter((name) => name !== null)
    .map((name) => name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-"))
    .find((name) => isSessionName(name) && !isTaken(name));
  return {
    id: freeWorkId(system, root, system.now()),
    name: name ?? null,
    task: "",
    place: placeKey(workspace),
    worktree,
    git: { branch: from.branch, head: from.head },
    agent_session: child.agent_session,
  };
}

/**
 * Returns a free ID that differs from `other`, whose record may not exist yet.
 */
function freeIdBeside(
  system: System,
  root: string,
  other: string,
): string {
  for (let at = system.now().getTime();; at += 1000) {
    const id = freeWorkId(system, root, new Date(at));
    if (id !== other) return id;
  }
}

/** Returns notes about files that the detour does not ignore. */
async function bareNotes(
  system: System,
  { tree, target, dirt, rules }: BranchPlan,
  parks: boolean,
): Promise<string[]> {
  return await barelyIgnored(system, tree!, {
    parked: parks ? dirt.filter(isIgnoreRule) : [],
    changed: rules,
    branch: target?.branch,
    carried: parks ? [] : dirt,
  });
}
