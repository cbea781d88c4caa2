import { basename } from "@std/path";
import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { isSessionName } from "../../base/names.ts";
import type { Position } from "../../git/repository.ts";
import type { BranchResult } from "../commands/results.ts";
import type { Work } from "../../work/work.ts";
import { placeKey } from "../../work/current.ts";
import { checklistView, type NewWork, workView } from "../../work/record.ts";
import type { System } from "../../system/system.ts";
import { isOpen } from "../../work/life_cycle.ts";
import { freeWorkId, listWorks } from "../../work/store.ts";
import { type BranchPlan } from "./plan.ts";
import { barelyIgnored, isIgnoreRule } from "../tree.ts";

/** What of a session the answer tells. */
interface Told {
  readonly parent: Work;
  readonly child: Work;
  readonly to: Position;
}

/** The answer, before anything was parked. */
export function answer(
  { input, target, from, dirt, parent: given, linked }: BranchPlan,
  { parent, child, to }: Told,
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
 * The session that the work at hand is, where none was started: it is called
 * after the git branch, or after the folder.
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

/** Words of a pause that nobody typed. */
export const NO_WORDS = {
  words: [],
  summary: undefined,
  message: undefined,
  name: undefined,
  accomplishment: [],
  "next-step": [],
  decision: [],
  blocker: [],
  todo: [],
  done: [],
  input: undefined,
  export: undefined,
  "agent-session": undefined,
  "no-prune-worktrees": true,
} as const;

/** A free id that is not `other` either, whose record may not be there yet. */
export function freeIdBeside(
  system: System,
  root: string,
  other: string,
): string {
  for (let at = system.now().getTime();; at += 1000) {
    const id = freeWorkId(system, root, new Date(at));
    if (id !== other) return id;
  }
}

export function changed(): MpmError {
  return new MpmError(
    "CONFLICT",
    "Something was changed while mpm looked at it",
    { hint: "Nothing was done: run the command again" },
  );
}

/** What to say of files that the detour does not ignore. */
export async function bareNotes(
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
