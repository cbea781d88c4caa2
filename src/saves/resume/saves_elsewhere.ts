import { relative } from "@std/path";
import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { branchByFiles } from "../../git/branch_file.ts";
import {
  findLocal,
  findRemoteSaves,
  type RemoteSaves,
} from "./remote_saves.ts";
import type { Workspace } from "../../git/repository.ts";
import type { SaveEntry } from "../store/save_entry.ts";
import { shellWord } from "../../base/shell.ts";
import { counted } from "../../base/words.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import type { System } from "../../system/system.ts";
import { otherStoreHints } from "./other_saves.ts";

/** Branches and folders that are named. */
const NAMED = 3;

/**
 * Names the folders in which claude-mpm saved beside the project's, and the
 * remote-tracking branches whose saves are not in this project, with
 * the commands that show them. A pause commits its save on the branch, so
 * a colleague's are there until they are merged.
 */
export async function savesElsewhere(
  system: System,
  workspace: Workspace,
  known: readonly SaveEntry[],
): Promise<string[]> {
  const hints = await otherStoreHints(system, workspace);
  if (workspace.git !== "repository") return named(hints);
  const seen = new Set(known.map(({ id }) => id));
  const found: (RemoteSaves & { name: string })[] = [];
  for (const { branch, ids } of await findRemoteSaves(system, workspace)) {
    const unknown = ids.filter((id) => !seen.has(id));
    if (unknown.length === 0) continue;
    for (const id of unknown) seen.add(id);
    const name = branch.slice(branch.indexOf("/") + 1);
    found.push({ branch, name, ids: unknown });
  }
  const names = found.map(({ name }) => name);
  const local = await findLocal(system, workspace.worktree, names);
  const here = branchByFiles(system, workspace.worktree);
  for (const { branch, name, ids } of found) {
    const get = name === here ? "current" : local.get(name);
    const steps = [
      ...inWorktree(system, workspace, ids) ? [] : stepsTo(branch, name, get),
      ...workspace.linked ? [importHere(workspace)] : [],
      "mpm resume --list",
    ];
    hints.push(
      `${escapeText(branch)} has ${counted(ids.length, "save")} that ` +
        `${ids.length === 1 ? "is" : "are"} not here. To see: ` +
        escapeText(steps.join(", then ")),
    );
  }
  return named(hints);
}

/** The git commands that bring the files of a remote branch into the worktree. */
function stepsTo(
  branch: string,
  name: string,
  local: "current" | "free" | "checked out" | undefined,
): string[] {
  const remote = shellWord(branch);
  switch (local) {
    case "current":
      return [`git merge ${remote}`];
    case "free":
      return [`git switch ${shellWord(name)}`, `git merge ${remote}`];
    case "checked out":
      return [`git switch --detach ${remote}`];
    case undefined:
      // Without --track git refuses a name that two remotes have.
      return [`git switch --track ${remote}`];
  }
}

/** A switch in a linked worktree brings saves where mpm keeps none. */
function inWorktree(
  { files }: System,
  { linked, worktree }: Workspace,
  ids: readonly string[],
): boolean {
  const { sessions } = layout(worktree);
  return linked &&
    ids.every((id) => files.lstat(saveFiles(sessions, id).json) !== undefined);
}

function importHere({ cwd, worktree }: Workspace): string {
  const folder = relative(cwd, layout(worktree).sessions);
  return `mpm sessions import ${shellWord(folder)}`;
}

function named(hints: readonly string[]): string[] {
  const more = hints.length - NAMED;
  return more <= 0 ? [...hints] : [
    ...hints.slice(0, NAMED),
    `${counted(more, "more place", "more places")} with saves`,
  ];
}

/** Says it beside a list. */
export async function noteElsewhere(
  { system, note }: Context,
  workspace: Workspace,
  known: readonly SaveEntry[],
): Promise<void> {
  for (const hint of await savesElsewhere(system, workspace, known)) {
    note(`Note: ${hint}`);
  }
}

/** Says that there is no save, and where there are some. */
export async function nothingSaved(
  system: System,
  workspace: Workspace,
): Promise<MpmError> {
  const message = `No paused sessions found in "${workspace.root}"`;
  const [elsewhere] = await savesElsewhere(system, workspace, []);
  return new MpmError("NOT_FOUND", message, {
    hint: elsewhere ?? '"mpm pause" saves one',
  });
}
