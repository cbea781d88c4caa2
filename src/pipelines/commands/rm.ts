import { defineCommand } from "../../cli/mod.ts";
import { removeParts } from "../../tasks/mod.ts";
import { dropTrees } from "../merge/worktrees.ts";

export const pipelineRm = defineCommand({
  name: "pipeline rm",
  summary: "Move pipeline runs to the trash",
  description: `
Removes the runs' logs and reports; "mpm undo" restores them. mpm keeps the files that a run changed. It permanently removes worktrees that a killed run left behind. It does not remove runs in progress or pipeline definitions.`,
  positionals: [{
    name: "run",
    summary: "Run IDs, or a pipeline name to select that pipeline's latest run",
    rest: true,
    names: "pipeline-run",
  }],
  examples: [
    "mpm pipeline rm release-20261123-191500",
    "mpm pipeline rm release --dry-run",
  ],
  result: async () => (await import("./results.ts")).PipelineRmResult,
  ...removeParts("pipeline", async ({ system }, workspace, ids) => {
    if (workspace.git !== "repository") return;
    for (const id of ids) await dropTrees(system, workspace, id);
  }),
});
