import { join } from "@std/path";
import { foldersAbove } from "../session/snapshot.ts";
import type { System } from "../system/system.ts";

/**
 * What stands where git is to write `paths`, and would be lost by it: git
 * writes over ignored files, and removes a folder of them that is in the way
 * of a file. `spared` says for which paths nothing is lost. Sorted; of a folder
 * one file is named.
 */
export function lossesAt(
  system: System,
  worktree: string,
  { paths, spared }: {
    paths: readonly string[];
    spared: (path: string) => boolean;
  },
): string[] {
  const { files } = system;
  const look = (path: string) => files.lstat(join(worktree, path));
  const folders = new Map<string, string | undefined>();
  /** The top-most of the folders above that is something else. */
  const above = (path: string): string | undefined => {
    for (const folder of foldersAbove(path).reverse()) {
      if (!folders.has(folder)) {
        const found = look(folder);
        const other = found && found.kind !== "folder";
        folders.set(folder, other ? folder : undefined);
      }
      const blocked = folders.get(folder);
      if (blocked !== undefined) return blocked;
    }
    return undefined;
  };
  const within = (path: string): string | undefined => {
    for (const { name, kind } of files.list(join(worktree, path))) {
      const below = `${path}/${name}`;
      if (kind !== "folder") {
        if (!spared(below)) return below;
        continue;
      }
      const found = within(below);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const lost = new Set<string>();
  for (const path of paths) {
    const blocked = above(path);
    const kind = blocked === undefined ? look(path)?.kind : undefined;
    const found = kind === "folder" ? within(path) : blocked ??
      (kind === undefined ? undefined : path);
    if (found !== undefined && !spared(found)) lost.add(found);
  }
  return [...lost].sort();
}
