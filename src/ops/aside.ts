import { normalize } from "@std/path";
import { join } from "../base/join.ts";
import { FileError } from "../base/errors.ts";
import { field } from "../base/parsed_values.ts";
import { isSafePath } from "../base/paths_there.ts";
import { foldersAbove } from "../git/mod.ts";
import { layout } from "./layout.ts";
import { readJournal } from "./journal.ts";
import { moveFile } from "./trash.ts";
import type { System } from "../system/system.ts";

/** Files that were moved, or were about to be moved, into a trash folder. */
export interface Aside {
  readonly trash: string;
  readonly paths: readonly string[];
}

/** The project, and the worktree from which things were moved. */
interface Place {
  readonly root: string;
  readonly worktree: string;
}

/** Returns the valid entries of a value. */
export function asideIn(value: unknown): Aside[] {
  return (Array.isArray(value) ? value : []).filter((one) => {
    const paths = field(one, "paths");
    return typeof field(one, "trash") === "string" && Array.isArray(paths) &&
      paths.every((path) => typeof path === "string");
  });
}

/**
 * Moves files that were in the way of a restore back from the trash, if their
 * place is free again. Skips what is already done. Returns the paths. Call
 * under the lock.
 */
export function putBack(
  system: System,
  place: Place,
  undoes: number,
): string[] {
  const after = readJournal(system, place.root)
    .find(({ id, own }) => own && id === undoes)?.after ?? {};
  return putBackFrom(
    system,
    place,
    asideIn([
      // The format of older versions of mpm.
      { trash: after.trash, paths: after.moved_aside },
      ...Array.isArray(after.aside) ? after.aside : [],
    ]),
  );
}

/** Does the same for the given files. */
export function putBackFrom(
  system: System,
  { root, worktree }: Place,
  aside: readonly Aside[],
): string[] {
  const { files } = system;
  const moved = aside
    .flatMap(({ trash, paths }) => paths.map((path) => ({ trash, path })));
  const own = join(layout(root).trash, "/");
  return moved.filter(({ trash, path }) => {
    const inTrash = trash.startsWith(own) && normalize(trash) === trash;
    if (!inTrash || !isSafePath(path, system.platform)) return false;
    const [from, to] = [
      join(trash, "files", path),
      join(worktree, path),
    ];
    try {
      const inPlace = foldersAbove(path).every((folder) =>
        files.lstat(join(worktree, folder))?.kind === "folder"
      );
      return inPlace && give(system, from, to);
    } catch (error) {
      if (error instanceof FileError) return false;
      throw error;
    }
  }).map(({ path }) => path);
}

/**
 * Moves `from` to `to`. If a folder exists again, merges into it entry by
 * entry. Returns whether there was anything to move.
 */
function give(system: System, from: string, to: string): boolean {
  const { files } = system;
  const [kind, there] = [files.lstat(from)?.kind, files.lstat(to)?.kind];
  if (!kind) return false;
  if (!there) {
    moveFile(system, from, to);
    return true;
  }
  if (kind !== "folder" || there !== "folder") return false;
  const given = files.list(from).filter(({ name }) =>
    give(system, join(from, name), join(to, name))
  );
  if (files.list(from).length === 0) files.remove(from);
  return given.length > 0;
}
