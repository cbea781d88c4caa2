import { escapeLines, escapeText } from "../../base/escape.ts";
import { defineCommand, dryRunFlag } from "../../cli/mod.ts";
import {
  type ConfigChange,
  configFiles,
  editConfig,
  readConfigAnyway,
  tomlLiteral,
} from "../../config/mod.ts";
import { locate } from "../../git/mod.ts";
import { journaled } from "../../ops/mod.ts";
import { Partitions } from "../partition.ts";
import { type Suggested, suggested } from "../suggest.ts";

export const partitionSuggest = defineCommand({
  name: "partition suggest",
  summary: "Suggest partitions from workspaces and CODEOWNERS",
  description: `
Reads CODEOWNERS and the workspaces of npm, pnpm, Cargo and Go. Then mpm prints a configuration with partitions. --write adds the partitions to the project's
configuration, .claude-mpm/config.toml. mpm leaves out partitions and folders
that the configuration already has.`,
  positionals: [],
  flags: {
    write: {
      type: "boolean",
      summary: "Add the partitions to the project's configuration",
    },
    "dry-run": dryRunFlag("added", "writing"),
  },
  examples: ["mpm partition suggest", "mpm partition suggest --write"],
  result: async () => (await import("./results.ts")).PartitionSuggestResult,
  async run(context, input) {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const { root, worktree } = workspace;
    const { config, faults } = readConfigAnyway(system, root);
    const { all } = new Partitions(config);
    const found = suggested(system, worktree);
    const notes = [...faults, ...found.notes];
    notes.forEach((note) => context.note(`Note: ${escapeText(note)}`));
    const names = new Set(all.map(({ name }) => name));
    const paths = new Set(all.flatMap(({ paths }) => paths));
    const partitions = found.partitions
      .map((one) => ({
        ...one,
        paths: one.paths.filter((path) => !paths.has(path)),
      }))
      .filter((one) => one.paths.length > 0 && !names.has(one.name));
    const file = configFiles(system, root)
      .find(({ layer }) => layer === "project")!;
    const changes = partitions.flatMap(changesFor);
    const write = input.write && changes.length > 0 && !input["dry-run"];
    if (write) {
      await journaled(
        context,
        ({ system }) => editConfig(system, { file, root, changes }),
        {
          operation: "partition suggest",
          workspace,
          files: [file.path],
          title: () =>
            `add partitions ${partitions.map(({ name }) => name).join(", ")}`,
        },
      );
    }
    return {
      partitions,
      toml: partitions.map(tomlOf).join("\n"),
      file: file.path,
      written: write,
      dry_run: input["dry-run"],
      notes,
    };
  },
  verbatim: ({ written }) => !written,
  render: ({ partitions, toml, file, written }) =>
    partitions.length === 0
      ? "No new partitions found in workspaces or CODEOWNERS.\n"
      : written
      ? `Added to ${escapeText(file)}: ${
        partitions.map(({ name }) => name).join(", ")
      }\n`
      : escapeLines(toml),
  next: ({ partitions, written }) =>
    partitions.length > 0 && !written
      ? '"mpm partition suggest --write" adds them to the project'
      : undefined,
});

function changesFor({ name, paths, description }: Suggested): ConfigChange[] {
  const below = ["partitions", name];
  return [
    { path: [...below, "paths"], value: paths },
    { path: [...below, "description"], value: description },
  ];
}

function tomlOf({ name, paths, description }: Suggested): string {
  return [
    `[partitions.${name}]`,
    `paths = ${tomlLiteral(paths)}`,
    `description = ${tomlLiteral(description)}`,
    "",
  ].join("\n");
}
