import { MpmError } from "../../base/errors.ts";
import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { findRun, removedText, removeRuns, taskRoot } from "../../tasks/mod.ts";
import { dropTrees } from "../merge/worktrees.ts";

/** `mpm pipeline rm` */
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
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show what would be removed without changing anything",
    },
  },
  examples: [
    "mpm pipeline rm release-20261123-191500",
    "mpm pipeline rm release --dry-run",
  ],
  result: async () => (await import("./results.ts")).PipelineRmResult,
  async run(context, { run, "dry-run": dryRun }) {
    const { system, folder } = context;
    if (run.length === 0) {
      throw new MpmError("USAGE", "Name the runs to remove", {
        hint: '"mpm pipeline list" lists them',
      });
    }
    const root = taskRoot(context);
    const kind = "pipeline";
    const ids = [
      ...new Set(run.map((typed) => findRun(system, root, typed, kind))),
    ];
    const workspace = await locate(system, folder);
    const removed = await removeRuns(context, workspace, { kind, ids, dryRun });
    if (!dryRun && workspace.git === "repository") {
      for (const id of ids) await dropTrees(system, workspace, id);
    }
    return removed;
  },
  render: removedText,
});
