import { type Context, defineCommand, flag } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { finishRemovals } from "../delete_worktrees.ts";
import { Git } from "../../git/mod.ts";
import { readRescues, selectRescue } from "../rescue.ts";
import type { WorktreesRestoreResult } from "./results.ts";
import { journaled } from "../../ops/mod.ts";
import { restored } from "../restore.ts";
import { locateRepository } from "../prune.ts";

export const worktreesRestore = defineCommand({
  name: "worktrees restore",
  summary: "Undo the removal of a worktree",
  description: `
Restores a removed worktree at the same place and commit, with its branch and
the branch's upstream. mpm does not restore ignored files. "mpm worktrees list"
shows the worktrees that you can restore. You can omit the name if there is exactly one removed worktree.

"mpm undo" does not undo this command, because the worktree may contain new work. "mpm worktrees prune" removes the worktree if it contains no work.`,
  positionals: [{
    name: "name",
    summary:
      "The worktree: its name under .claude/worktrees/, or part of the name",
    names: "removed",
    optional: true,
  }],
  flags: {
    "dry-run": flag("Show what would be restored without writing anything"),
  },
  examples: ["mpm worktrees restore", "mpm worktrees restore agent-abc"],
  result: async () => (await import("./results.ts")).WorktreesRestoreResult,
  async run(context, input) {
    const { system } = context;
    const workspace = await locateRepository(context);
    const git = new Git(system, workspace.root);
    if (!input["dry-run"]) await finishRemovals(system, workspace);
    const rescue = selectRescue(await readRescues(git), input.name);
    const dryRun = input["dry-run"];
    const make = ({ system }: Context) =>
      restored(system, workspace, { git, rescue, dryRun });
    if (dryRun) return await make(context);
    return await journaled(context, make, {
      operation: "worktrees restore",
      workspace,
      title: ({ name }) => `restore the worktree ${name}`,
    });
  },
  render,
});

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
