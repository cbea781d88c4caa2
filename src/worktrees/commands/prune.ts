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
Looks only below .claude/worktrees/ of the main worktree. A worktree goes if it
is clean, its ignored files can be rebuilt, and its commits are in the default
branch (merged, squashed or rebased). Also, no running process has it locked or
is in it, you are not in it, and no one used it for an hour. Its merged branch
goes with it. Whatever is in doubt stays and the reason is told.

Each removal can be undone with "mpm worktrees restore". Of directories git
does not know, only empty ones go, and worktrees of this project that were moved
and pass the same test.`,
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
