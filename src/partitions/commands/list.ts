import { defineCommand } from "../../cli/mod.ts";
import { chosenName } from "../in_use.ts";
import { rowText, survey } from "../rows.ts";
import type { PartitionListResult } from "./results.ts";

export const partitionList = defineCommand({
  name: "partition list",
  summary: "List the partitions and show the current one",
  description: `
A partition is a part of a large project. You configure a partition under
[partitions.NAME]: paths (folders and globs), a description, and a context file.
The current partition is the one that you chose or, by default, the one with the most uncommitted files. The next session gets .claude/context.md and the context file
of the current partition.`,
  positionals: [],
  flags: {},
  examples: ["mpm partition list", "mpm partition list --json"],
  result: async () => (await import("./results.ts")).PartitionListResult,
  async run(context) {
    const { rows, inUse, workspace, warnings } = await survey(context);
    warnings.forEach((warning) => context.note(`Warning: ${warning}`));
    return {
      partitions: [...rows],
      in_use: inUse ? { name: inUse.partition.name, by: inUse.by } : null,
      chosen: chosenName(context.system, workspace) ?? null,
      warnings: [...warnings],
    };
  },
  render,
  next: ({ partitions }) =>
    partitions.length === 0
      ? '"mpm partition suggest" suggests partitions'
      : '"mpm partition use <name>" chooses one for this worktree',
});

function render({ partitions, in_use: inUse }: PartitionListResult): string {
  if (partitions.length === 0) return "No partitions are configured.\n";
  const used = partitions.find((row) => row.in_use);
  return [
    "Project Partitions:",
    "",
    ...partitions.map((row, at) => rowText(row, `${at + 1}. `)),
    used
      ? `Working on partition: ${used.name}${
        inUse?.by === "choice" ? "" : " (most uncommitted files)"
      }`
      : "Working on partition: none",
    ...used?.context_exists ? [`Load context: ${used.context}`] : [],
    "",
  ].join("\n");
}
