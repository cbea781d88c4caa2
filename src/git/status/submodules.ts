import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { LeftOut } from "./snapshot.ts";
import type { System } from "../../system/system.ts";
import type { IndexListing } from "../capture/capture_index.ts";
import { Git } from "../run/git.ts";
import { inParallel } from "../parallel.ts";
import { readShallow, type StatusEntry } from "./status.ts";
import { isOpenable } from "../text.ts";
import type { Vault } from "../capture/vault.ts";

/**
 * Submodules with something in them that the commit recorded for them does not
 * tell: a commit of another id, or changed files. Each is asked by itself.
 */
export async function leftOutSubmodules(
  system: System,
  { workspace }: Vault,
  { listing, entries }: {
    listing: IndexListing;
    entries: readonly StatusEntry[];
  },
): Promise<LeftOut[]> {
  const moved = new Set(
    entries.filter(({ submodule }) => submodule !== undefined)
      .map(({ path }) => path),
  );
  const found = await inParallel(
    [...listing.submodules.keys()],
    async (path): Promise<LeftOut[]> => {
      const folder = join(workspace.worktree, path);
      if (moved.has(path)) {
        return [{
          path: `${path}/`,
          reason: "it is a submodule at another commit",
        }];
      }
      if (!isOpenable(path) || !system.files.lstat(join(folder, ".git"))) {
        return [];
      }
      return await isChanged(system, folder)
        ? [{ path: `${path}/`, reason: "it is a submodule with changed files" }]
        : [];
    },
  );
  return found.flat();
}

/** What git cannot tell counts as changed. */
async function isChanged(system: System, folder: string): Promise<boolean> {
  try {
    const git = new Git(system, folder, { filters: "none" });
    return (await readShallow(git)).entries.length > 0;
  } catch (error) {
    if (error instanceof MpmError) return true;
    throw error;
  }
}
