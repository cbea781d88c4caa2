import { defineCommand, during } from "../../cli/mod.ts";
import { cleanupText } from "../text.ts";
import {
  journaledPrune,
  locateRepository,
  MIN_AGE,
  plannedPrune,
  planPrune,
  rulesOf,
} from "../prune.ts";

/** `mpm worktrees prune` */
export const worktreesPrune = defineCommand({
  name: "worktrees prune",
  summary: "Remove worktrees of agents that are no longer needed",
  description: `
Looks only below .claude/worktrees/ of the main worktree. A worktree is
removed if it is clean, its ignored files can be rebuilt, and its commits are merged
into the default branch. Squashed and rebased commits count as merged. Also, no running process may lock or use it, you must not be in it, and it must have been unused for an hour. mpm also deletes its merged branch. If in doubt, mpm keeps the worktree and prints the reason.

"mpm worktrees restore" undoes a removal. mpm removes a directory that git does not know only if it is empty. It also removes a moved worktree of this project that passes the same checks.`,
  positionals: [],
  flags: {
    "min-age": MIN_AGE,
    "dry-run": {
      type: "boolean",
      summary: "Show what would be removed and remove nothing",
    },
  },
  examples: ["mpm worktrees prune --dry-run", "mpm worktrees prune"],
  result: async () => (await import("./results.ts")).WorktreesPruneResult,
  async run(context, input) {
    const { system } = context;
    const workspace = await locateRepository(context);
    const rules = await rulesOf(system, workspace, input["min-age"]);
    const dryRun = input["dry-run"];
    const plan = await during(
      context,
      "Looking at worktrees",
      () => planPrune(system, workspace, { rules, dryRun }),
    );
    if (dryRun) return plannedPrune(plan);
    return await during(
      context,
      "Removing worktrees",
      () => journaledPrune(context, plan),
    );
  },
  render: cleanupText,
  next: ({ dry_run: dry, removed }) =>
    !dry && removed.some(({ rescue }) => rescue !== null)
      ? '"mpm worktrees restore <name>" undoes a removal'
      : undefined,
});
