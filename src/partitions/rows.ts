import { MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import { didYouMean } from "../base/nearest.ts";
import { counted } from "../base/words.ts";
import type { Context } from "../cli/mod.ts";
import { readConfigAnyway } from "../config/mod.ts";
import { findWorkspace, type Workspace } from "../git/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { PartitionRow } from "./commands/results.ts";
import { readPlainFile } from "./context_files.ts";
import { changedPaths, type PartitionInUse, partitionInUse } from "./in_use.ts";
import { type Partition, Partitions } from "./partition.ts";

/** The partitions of a project at the moment. */
export interface Surveyed {
  readonly workspace: Workspace;
  readonly partitions: Partitions;
  readonly rows: readonly PartitionRow[];
  readonly inUse: PartitionInUse | undefined;
  /** Uncommitted paths. */
  readonly changed: readonly string[];
  /** Errors in the configuration. */
  readonly warnings: readonly string[];
}

/** Reads the configured partitions, and the uncommitted files in each. */
export async function survey(context: Context): Promise<Surveyed> {
  const { system } = context;
  const workspace = await findWorkspace(context);
  const { config, faults } = readConfigAnyway(system, workspace.root);
  const partitions = new Partitions(config);
  const changed = partitions.all.length === 0
    ? []
    : await changedPaths(context, workspace);
  const inUse = partitionInUse(system, workspace, { partitions, changed });
  const counts = partitions.count(changed);
  const redactor = redactorOf(system);
  const rows = partitions.all.map(({ name, description, paths, context }) => ({
    ...{ name, description: redactor.text(description), context },
    paths: [...paths],
    context_exists: context !== null &&
      readPlainFile(system, workspace.worktree, { path: context, most: 0 }) !==
        undefined,
    changed: counts.get(name) ?? 0,
    in_use: name === inUse?.partition.name,
  }));
  return { workspace, partitions, rows, inUse, changed, warnings: faults };
}

/** Returns the configured partition of that name. Throws NOT_FOUND. */
export function needPartition(
  partitions: Partitions,
  typed: string,
): Partition {
  const named = partitions.named(typed);
  if (named) return named;
  const names = partitions.all.map(({ name }) => name);
  throw new MpmError("NOT_FOUND", `No partition "${typed}"`, {
    hint: names.length === 0
      ? '"mpm partition suggest" suggests partitions'
      : didYouMean(typed, names, `Available partitions: ${names.join(", ")}`),
  });
}

/** Returns a partition as several lines, for lists. */
export function rowText(row: PartitionRow, head: string): string {
  const { description, paths, changed, context, context_exists: exists } = row;
  const lines = [
    ...description.split(/\r?\n/).map((line) => line.trim())
      .filter((line) => line !== "").map((line) => `- ${escapeText(line)}`),
    ...context === null
      ? []
      : [`context: ${escapeText(context)}${exists ? "" : " (missing)"}`],
    ...changed === 0 ? [] : [counted(changed, "uncommitted file")],
  ];
  const title = `${head}${escapeText(row.name)} (${
    paths.map(escapeText).join(", ")
  })`;
  return [title, ...lines.map((line) => `   ${line}`), ""].join("\n");
}
