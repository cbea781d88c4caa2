import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { defineCommand, dryRunFlag } from "../../cli/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { locate } from "../../git/mod.ts";
import { journaled, withLock } from "../../ops/mod.ts";
import { choose, chosenName } from "../in_use.ts";
import { Partitions } from "../partition.ts";
import { needPartition } from "../rows.ts";

export const partitionUse = defineCommand({
  name: "partition use",
  summary: "Choose the current partition of this worktree",
  description: `
mpm remembers the choice for this worktree, and each save contains it. If you do
not choose, the partition with the most uncommitted files is current.`,
  positionals: [
    {
      name: "name",
      summary: "The name of a partition",
      names: "partition",
      optional: true,
    },
  ],
  flags: {
    none: { type: "boolean", summary: "Use no partition" },
    auto: {
      type: "boolean",
      summary: "Use the partition with the most uncommitted files",
    },
    "dry-run": dryRunFlag("chosen", "writing"),
  },
  examples: [
    "mpm partition use backend",
    "mpm partition use --none",
    "mpm partition use --auto",
  ],
  result: async () => (await import("./results.ts")).PartitionUseResult,
  async run(context, input) {
    const { system, folder } = context;
    const given = [input.name !== undefined, input.none, input.auto]
      .filter(Boolean).length;
    if (given !== 1) {
      throw new MpmError(
        "USAGE",
        "Use exactly one of <name>, --none and --auto",
        {
          hint: '"mpm partition list" shows the names',
        },
      );
    }
    const workspace = await locate(system, folder);
    const { config } = readConfigAnyway(system, workspace.root);
    const partitions = new Partitions(config);
    const wanted = input.none
      ? null
      : input.name === undefined
      ? undefined
      : needPartition(partitions, input.name).name;
    const changed = chosenName(system, workspace) !== wanted;
    if (changed && !input["dry-run"]) {
      await journaled(
        context,
        ({ system }) => choose(system, workspace, wanted),
        {
          operation: "partition use",
          workspace,
          lock: withLock,
          title: () => `use ${wordFor(wanted)}`,
        },
      );
    }
    return {
      partition: wanted ?? null,
      automatic: wanted === undefined,
      changed,
      dry_run: input["dry-run"],
    };
  },
  render: ({ partition, automatic, changed, dry_run: dry }) => {
    const what = wordFor(automatic ? undefined : partition);
    const verb = !changed ? "Already using" : dry ? "Would use" : "Using";
    return `${verb} ${escapeText(what)}\n`;
  },
});

function wordFor(name: string | null | undefined): string {
  if (name === undefined) {
    return "the partition with the most uncommitted files";
  }
  return name === null ? "no partition" : `partition ${name}`;
}
