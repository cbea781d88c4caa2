import { resolve } from "@std/path";
import { join } from "../../base/join.ts";
import type { Context } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import {
  emptyTree,
  isOwnPath,
  isWithin,
  type LeftOut,
  partOf,
  treeDelta,
  type TreeEntry,
  withinAny,
  writeEntries,
} from "../../git/mod.ts";
import { getOwn } from "../../base/own.ts";
import type { RestoreTarget } from "./target.ts";
import { reasonNotThere } from "../../base/paths_there.ts";
import { type CheckpointPlace, rawFolder } from "../place.ts";

interface Named {
  readonly path: string;
  readonly entry: TreeEntry;
}

/** Writes the files into another folder, which must be new or empty. */
export async function writeTo(
  context: Context,
  place: CheckpointPlace,
  { target, paths, to: given, dryRun }: {
    target: RestoreTarget;
    paths: readonly string[];
    to: string;
    dryRun: boolean;
  },
): Promise<{ folder: string; written: string[]; skipped: LeftOut[] }> {
  const { vault } = place;
  const to = resolve(context.folder, given);
  checkTarget(context, place, to);
  const tree = await treeDelta(
    vault.git,
    emptyTree(target.commit),
    partOf(target.commit, "worktree"),
  );
  const impossible: LeftOut[] = [];
  const isWanted = withinAny(paths);
  const named = [...tree].flatMap(([path, entry]) => {
    if (
      !entry || !isWanted(path) || entry.mode === "160000" || isOwnPath(path)
    ) {
      return [];
    }
    const reason = reasonNotThere(path, context.system.platform);
    if (reason === undefined) return [{ path, entry }];
    impossible.push({ path, reason });
    return [];
  });
  if (!dryRun) await writeAll(context, place, { target, named, to });
  return {
    folder: to,
    written: named.map(({ path }) => path),
    skipped: [...impossible, ...target.left_out]
      .map(({ path, reason }) => ({ path, reason })),
  };
}

async function writeAll(
  { system }: Context,
  { vault, workspace }: CheckpointPlace,
  { target, named, to }: {
    target: RestoreTarget;
    named: readonly Named[];
    to: string;
  },
): Promise<void> {
  const { files } = system;
  if (!files.lstat(to)) files.mkdir(to);
  const folder = files.realPath(to);
  await writeEntries(system, vault, {
    named,
    folder,
    rawFolder: rawFolder(workspace),
  });
  for (const { path } of named) {
    const bits = getOwn(target.permissions, path);
    if (bits === undefined) continue;
    const full = join(folder, path);
    if (files.lstat(full)?.kind === "file") files.chmod(full, bits & 0o777);
  }
}

/**
 * Throws CONFLICT if the folder is not new or empty, or belongs to git or mpm.
 */
function checkTarget(
  { system }: Context,
  { workspace, vault }: CheckpointPlace,
  to: string,
): void {
  const { files } = system;
  const found = files.lstat(to);
  const obstacle = found &&
    (found.kind !== "folder"
      ? `it is a ${found.kind}`
      : files.list(to).length > 0
      ? "it is not empty"
      : undefined);
  if (obstacle !== undefined) {
    throw new MpmError("CONFLICT", `Cannot write to "${to}": ${obstacle}`, {
      hint: "Name a new or empty folder",
    });
  }
  const above = found ? to : join(to, "..");
  if (!files.stat(above)) {
    throw new MpmError("NOT_FOUND", `Folder "${above}" not found`, {
      hint: "Create the folder first",
    });
  }
  const real = found ? files.realPath(to) : join(files.realPath(above), "x");
  const own = [
    join(workspace.root, ".claude-mpm"),
    vault.workspace.gitDir!,
    vault.workspace.commonDir!,
  ];
  if (own.some((folder) => isWithin(real, files.realPath(folder)))) {
    throw new MpmError("CONFLICT", `"${to}" is in a folder of git or mpm`);
  }
}
