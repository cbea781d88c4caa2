import { defineCommand } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { needPartition, rowText, survey } from "../rows.ts";
import type { PartitionShowResult } from "./results.ts";

export const partitionShow = defineCommand({
  name: "partition show",
  summary: "Show a partition and its uncommitted files",
  description: `
Shows the paths, the description, the context file, and the uncommitted files of
the partition.`,
  positionals: [
    { name: "name", summary: "The name of a partition", names: "partition" },
  ],
  flags: {},
  examples: ["mpm partition show backend"],
  result: async () => (await import("./results.ts")).PartitionShowResult,
  async run(context, input) {
    const { rows, partitions, changed, warnings } = await survey(context);
    const { name } = needPartition(partitions, input.name);
    warnings.forEach((warning) => context.note(`Warning: ${warning}`));
    const redactor = redactorOf(context.system);
    return {
      partition: rows.find((row) => row.name === name)!,
      files: changed.filter((path) => partitions.of(path) === name)
        .map((path) => redactor.name(path)),
      warnings: [...warnings],
    };
  },
  render: ({ partition, files }: PartitionShowResult) =>
    rowText(partition, "") +
    files.map((path) => `   ${escapeText(path)}\n`).join(""),
});
