import { join } from "@std/path";
import { foldersAbove } from "../status/snapshot.ts";
import type { System } from "../../system/system.ts";

/**
 * Returns what stands where git is to write `paths`, and would be lost by it:
 * git writes over ignored files, and removes a folder of them that is in the way
 * of a file. `spared` says for which paths nothing is lost. Sorted; a folder in
 * which nothing is spared is named as one.
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
  /** `keeps`: whether something in the folder is spared. */
  const within = (path: string): { lost: string[]; keeps: boolean } => {
    let keeps = false;
    const lost: string[] = [];
    for (const { name, kind } of files.list(join(worktree, path))) {
      const below = `${path}/${name}`;
      if (kind === "folder") {
        const found = within(below);
        keeps ||= found.keeps;
        lost.push(...found.lost);
      } else if (spared(below)) keeps = true;
      else lost.push(below);
    }
    return { lost: keeps || lost.length === 0 ? lost : [path], keeps };
  };
  const lost = new Set<string>();
  for (const path of paths) {
    const blocked = above(path);
    const at = blocked ?? path;
    const kind = look(at)?.kind;
    if (kind === undefined || spared(at)) continue;
    const found = kind === "folder" ? within(at).lost : [at];
    for (const one of found) lost.add(one);
  }
  return [...lost].sort();
}
