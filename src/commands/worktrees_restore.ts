import { join, sep } from "@std/path";
import { defineCommand } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { escapeText } from "../escape.ts";
import { finishRemovals } from "../git/finish_removals.ts";
import { Git } from "../git/git.ts";
import { dropRescue, readRescues } from "../git/rescue.ts";
import {
  obstacleTo,
  planRestore,
  restoreWorktree,
} from "../git/restore_worktree.ts";
import type { Workspace } from "../session/repository.ts";
import { type Rescue, selectRescue } from "../session/rescue.ts";
import type { WorktreesRestoreResult } from "../session/results_worktrees.ts";
import type { System } from "../system/system.ts";
import { locateRepository } from "./worktree_steps.ts";

/** `mpm worktrees restore` */
export const worktreesRestore = defineCommand({
  name: "worktrees restore",
  summary: "Take the removal of a worktree back",
  description: `
Makes a worktree again that a clean-up removed: at the same place, at the same
commit, with its branch and the branch's upstream. Ignored files that could be
rebuilt are not there. "mpm worktrees list" names those that can be restored;
without a name it is the only one.`,
  positionals: [{
    name: "name",
    summary: "Which: its name below .claude/worktrees/, or part of it",
    names: "removed",
    optional: true,
  }],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show what would be restored and write nothing",
    },
  },
  examples: ["mpm worktrees restore", "mpm worktrees restore agent-abc"],
  result: async () =>
    (await import("../session/results_worktrees.ts")).WorktreesRestoreResult,
  async run(context, input) {
    const { system } = context;
    const workspace = await locateRepository(context);
    const git = new Git(system, workspace.root);
    if (!input["dry-run"]) await finishRemovals(system, workspace);
    const rescue = selectRescue(await readRescues(git), input.name);
    const path = placeFor(system, workspace, rescue);
    const plan = await planRestore(git, rescue, path);
    const notes = [...plan.notes];
    if (!input["dry-run"]) {
      notes.push(...await restoreWorktree(system, git, rescue, plan));
      await dropRescue(git, rescue);
    }
    return {
      dry_run: input["dry-run"],
      name: rescue.name,
      path,
      branch: plan.branch ?? null,
      head: rescue.head,
      notes,
    };
  },
  render,
});

/** Where it goes: its old place, which must be free. Throws CONFLICT. */
function placeFor(
  system: System,
  { root }: Workspace,
  { name }: Rescue,
): string {
  const folder = join(root, ".claude", "worktrees");
  const path = join(folder, name);
  if (!path.startsWith(folder + sep)) {
    throw new MpmError("CONFLICT", `"${name}" is no place for a worktree`);
  }
  for (const above of [join(root, ".claude"), folder]) {
    const kind = system.files.lstat(above)?.kind ?? "folder";
    if (kind === "folder") continue;
    throw new MpmError("CONFLICT", `"${above}" is no folder: ${kind}`);
  }
  const obstacle = obstacleTo(system, path);
  if (obstacle === undefined) return path;
  throw new MpmError("CONFLICT", `"${path}" is in the way: ${obstacle}`, {
    hint: "Move it away and run the command again",
  });
}

function render(result: WorktreesRestoreResult): string {
  const { dry_run: dry, branch, head, path, notes } = result;
  const at = branch === null ? "detached" : `on ${branch}`;
  return [
    `${dry ? "Would restore" : "Restored"} ${escapeText(path)} ` +
    `(${escapeText(at)}, ${head.slice(0, 7)})`,
    ...notes.map((note) => `Note: ${escapeText(note)}`),
    "",
  ].join("\n");
}
