import { defineCommand, during, flag } from "../../cli/mod.ts";
import { cleanupText } from "../text.ts";
import {
  journaledPrune,
  locateRepository,
  MIN_AGE,
  plannedPrune,
  planPrune,
  rulesOf,
} from "../prune.ts";

export const worktreesPrune = defineCommand({
  name: "worktrees prune",
  summary: "Remove agents' worktrees that are no longer needed",
  description: `
Removes only worktrees under .claude/worktrees/ in the main worktree. The
worktree must be clean, its ignored files must match worktrees.trash, and its
commits must be merged into the default branch. Squashed and rebased commits
count as merged. It must not be locked or used by a running process, or be your current folder. It must have been unused for an hour. mpm also deletes the merged
branch. When in doubt, mpm keeps the worktree and prints the reason.

"mpm worktrees restore" undoes a removal. If git does not know a directory, mpm removes it only if it is empty or a moved worktree of this project. A moved worktree must pass the same checks.`,
  positionals: [],
  flags: {
    "min-age": MIN_AGE,
    "dry-run": flag("Show what would be removed without removing anything"),
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
      "Checking worktrees",
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
