import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import { field } from "../base/parsed_values.ts";
import type { Context } from "../cli/mod.ts";
import { readIn, readState, type Workspace } from "../git/mod.ts";
import {
  checkPath,
  ensureFolder,
  ensureHome,
  layout,
  readOwnJson,
  removeIfThere,
  writeAtomic,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import { placeKey } from "../work/mod.ts";
import type { Partition, Partitions } from "./partition.ts";

/** The current partition of a worktree. */
export interface PartitionInUse {
  readonly partition: Partition;
  /**
   * `choice`: set with "mpm partition use"; `changes`: it has most of the
   * changed files.
   */
  readonly by: "choice" | "changes" | "save";
}

type Place = Pick<Workspace, "root" | "linked" | "gitDir">;

/** The largest choice, in bytes. */
const LARGEST = 4096;

function choicePath(workspace: Place): string {
  const { partitions } = layout(workspace.root);
  return join(partitions, `${placeKey(workspace)}.json`);
}

/**
 * Returns the chosen name. null: no partition was chosen; `undefined`: no
 * choice was made.
 */
export function chosenName(
  system: System,
  workspace: Place,
): string | null | undefined {
  const { root } = workspace;
  // If the folder is a link, its files are someone else's.
  if (!attempt(() => checkPath(system, layout(root).partitions, root))) return;
  const value = readOwnJson(system, choicePath(workspace), LARGEST);
  const name = field(value, "partition");
  return typeof name === "string" || name === null ? name : undefined;
}

/**
 * Returns the unreadable choice files, as absolute paths. Throws FILE_FAILED.
 */
export function damagedChoices(system: System, root: string): string[] {
  const { partitions } = layout(root);
  if (system.files.lstat(partitions)?.kind !== "folder") return [];
  return system.files.list(partitions)
    .filter(({ name }) => name.endsWith(".json"))
    .map(({ name }) => join(partitions, name))
    .filter((path) => {
      return field(readOwnJson(system, path, LARGEST), "partition") ===
        undefined;
    });
}

/**
 * Stores the choice for this worktree, or removes it if the name is
 * `undefined`. Throws CONFLICT if the folder is a link. Call under the lock.
 */
export function choose(
  system: System,
  workspace: Place,
  name: string | null | undefined,
): void {
  const { root } = workspace;
  const path = choicePath(workspace);
  if (name === undefined) {
    return checkPath(system, layout(root).partitions, root)
      ? removeIfThere(system, path)
      : undefined;
  }
  ensureHome(system, root);
  ensureFolder(system, layout(root).partitions, root);
  const text = `${JSON.stringify({ schema: 1, partition: name })}\n`;
  writeAtomic(system, path, { text });
}

/**
 * Returns the current partition: the chosen one, or else the partition with
 * most of the changed paths, or else the partition of the last save. A chosen
 * partition that is no longer configured does not count.
 */
export function partitionInUse(
  system: System,
  workspace: Place,
  { partitions, changed, saved }: {
    partitions: Partitions;
    /** Relative to the worktree. */
    changed: Iterable<string>;
    saved?: string | undefined;
  },
): PartitionInUse | undefined {
  if (partitions.all.length === 0) return undefined;
  const chosen = chosenName(system, workspace);
  if (chosen === null) return undefined;
  const found = (
    name: string | undefined,
    by: PartitionInUse["by"],
  ): PartitionInUse | undefined => {
    const partition = name === undefined ? undefined : partitions.named(name);
    return partition && { partition, by };
  };
  return found(chosen, "choice") ??
    found(partitions.mostOf(changed), "changes") ?? found(saved, "save");
}

/**
 * Returns the uncommitted paths of a worktree. The list is empty outside a
 * repository.
 */
export async function changedPaths(
  { system }: Pick<Context, "system">,
  workspace: Workspace,
): Promise<string[]> {
  if (workspace.git !== "repository") return [];
  const { files } = await readIn(
    system,
    workspace,
    (workspace) => readState(system, workspace),
  );
  return files.map(({ path }) => path);
}
