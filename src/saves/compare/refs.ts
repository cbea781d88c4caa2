import type { Changes, UpstreamPosition } from "./changes.ts";
import { type History, isUnborn, recordedBranch } from "./history.ts";
import type { RepositoryState } from "../../git/mod.ts";
import type { Save } from "../save.ts";
import { shellWord } from "../../base/shell.ts";

/** Compares the branch of the pause with the current branch. */
export function compareBranch(
  save: Save,
  state: RepositoryState | undefined,
  { history, relation }: { history: History; relation: Changes["relation"] },
): Changes["branch"] {
  const then = recordedBranch(save) ?? null;
  const now = state?.branch ?? null;
  const fate = history.branch;
  const renamedTo = fate?.renamedTo ?? null;
  const { remote } = fate ?? {};
  const foreign = history.place === "foreign" && then !== now;
  return {
    then,
    now,
    change: foreign ? "other-copy" : branchChange(then, now, renamedTo),
    recorded: then === null || !state ? null : fateOf(save, history),
    renamed_to: renamedTo,
    merged: !fate || renamedTo !== null
      ? null
      : fate.exists
      ? fate.contained ?? null
      : isUnborn(save)
      ? null
      : hasPause(relation),
    remote: remote
      ? { name: remote.name, merged: remote.contained ?? null }
      : null,
  };
}

function fateOf(save: Save, history: History): Changes["branch"]["recorded"] {
  const { branch: fate } = history;
  if (!fate || fate.exists) return "exists";
  if (fate.renamedTo !== undefined) return "renamed";
  // Before its first commit, a branch is only a name.
  if (isUnborn(save)) return null;
  // Another copy of the project may never have had the branch, even with the
  // same saves.
  return fate.left === undefined ? "absent" : "deleted";
}

function branchChange(
  then: string | null,
  now: string | null,
  renamedTo: string | null,
): Changes["branch"]["change"] {
  if (then === now) return "same";
  if (now === null) return "detached";
  if (then === null) return "attached";
  return renamedTo === now ? "renamed" : "switched";
}

function hasPause(relation: Changes["relation"]): boolean | null {
  if (relation === "unknown") return null;
  return relation === "same" || relation === "ahead";
}

/** Compares the recorded upstream with the current one. */
export function compareUpstream(
  save: Save,
  state: RepositoryState | undefined,
  history: History,
): Changes["upstream"] {
  const recorded = save.mpm?.upstream;
  const { ahead, behind } = save.git_context.ahead_behind;
  const then = recorded
    ? { name: recorded.name, commit: recorded.commit, ahead, behind }
    : null;
  const now = state?.upstream
    ? { ...state.upstream, commit: state.upstream.commit ?? null }
    : null;
  const known = save.mpm !== undefined && state !== undefined;
  const sameBranch = state?.branch === recordedBranch(save);
  return {
    then,
    now,
    change: known
      ? upstreamChange(then, now, { history, sameBranch })
      : "unknown",
  };
}

function upstreamChange(
  then: UpstreamPosition | null,
  now: UpstreamPosition | null,
  { history, sameBranch }: { history: History; sameBranch: boolean },
): Changes["upstream"]["change"] {
  if (then === null && now === null) return "same";
  const known = history.place !== "foreign" ||
    (now?.name === then?.name && history.upstream!.forward);
  // This copy may have another upstream, or may last have fetched it before the
  // pause.
  if (!known) return "unknown";
  if (then === null) return sameBranch ? "set" : "changed";
  const found = history.upstream!;
  if (found.commit === undefined && then.commit !== null) return "gone";
  if (now === null) return sameBranch ? "removed" : "changed";
  if (now.name !== then.name) return "changed";
  if (found.commit === (then.commit ?? undefined)) return "same";
  // Beyond the cut of a shallow history, one of the commits may lead to the
  // other.
  const apart = history.shallow ? "moved" : undefined;
  if (then.commit !== null && !found.forward) return apart ?? "rewritten";
  if (found.moved === "push") return "pushed";
  if (!found.contained && now.ahead > 0) return apart ?? "diverged";
  if (found.moved === undefined) return "moved";
  return found.contained ? "pulled" : "fetched";
}

/** Compares the operation in progress then with the current one. */
export function compareOperation(
  save: Save,
  state: RepositoryState | undefined,
): Changes["operation"] {
  const now = state?.operation ?? null;
  // Other programs do not record the operation, even if one was in progress.
  const then = save.mpm && state ? save.mpm.operation : now;
  const change = then === now
    ? "same"
    : then === null
    ? "begun"
    : now === null
    ? "ended"
    : "changed";
  return { then, now, change };
}

/** Compares the stashes then and now. Other programs do not record stashes. */
export function compareStashes(
  save: Save,
  state: RepositoryState | undefined,
): Changes["stashes"] {
  if (!save.mpm || !state) return { added: [], removed: [] };
  const then = save.mpm.stashes.map(({ commit, message }) => ({
    commit,
    message,
  }));
  const before = new Set(then.map(({ commit }) => commit));
  const after = new Set(state.stashes.map(({ commit }) => commit));
  return {
    added: state.stashes.filter(({ commit }) => !before.has(commit)),
    removed: then.filter(({ commit }) => !after.has(commit)),
  };
}

/** Returns the worktree of a save from another worktree. */
export function compareWorktree(
  save: Save,
  history: History,
): Changes["worktree"] {
  const { place } = history;
  if (["here", "moved", "foreign"].includes(place)) return null;
  const path = save.mpm?.worktree ?? save.project_path;
  const gone = place === "gone";
  const restore = gone ? restoreCommand(save, history, path) : null;
  return { path, gone, restore };
}

/** Git may still have an entry for a worktree whose folder was removed. */
function restoreCommand(save: Save, history: History, path: string) {
  const add = addCommand(save, history, path);
  if (!add) return null;
  const commands = [["git", "worktree", "prune"], add];
  if (history.gone?.locked) {
    commands.unshift(["git", "worktree", "unlock", path]);
  }
  return commands.map((words) => words.map(shellWord).join(" ")).join(" && ");
}

function addCommand(
  save: Save,
  { branch, gone, comparedBy, base }: History,
  path: string,
): string[] | null {
  const add = ["git", "worktree", "add"];
  const name = branch?.renamedTo ?? recordedBranch(save);
  const head = comparedBy === "head" ? base : undefined;
  const exists = !branch || branch.exists || branch.renamedTo !== undefined;
  if (name !== undefined && exists) {
    return gone?.taken.has(name)
      ? [...add, "--detach", path, head ?? name]
      : [...add, path, name];
  }
  if (head === undefined) return null;
  return name === undefined
    ? [...add, "--detach", path, head]
    : [...add, "-b", name, path, head];
}
