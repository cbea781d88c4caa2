import { changedSince, type History } from "./history.ts";
import type { CommittedFile } from "../../git/history/file_changes.ts";
import type { FileState, RepositoryState } from "../../git/repository.ts";

/** What the recorded paths are held against, indexed. */
export interface Present {
  readonly tracked: ReadonlyMap<string, FileState>;
  readonly untracked: ReadonlyMap<string, FileState>;
  /** Present renames by the old name. */
  readonly renamed: ReadonlyMap<string, FileState>;
  /** Whether there are more changed paths than were listed. */
  readonly partial: boolean;
  /** Whether there is no commit. */
  readonly unborn: boolean;
  /** What HEAD has another way than the commit of the pause, by path. */
  readonly differing: ReadonlyMap<string, CommittedFile>;
  /** Of those, what commits since the pause did. */
  readonly touched: ReadonlyMap<string, CommittedFile>;
  /** Old names of files that commits since renamed. */
  readonly movedAway: ReadonlySet<string>;
  /** Files that commits since removed. */
  readonly removed: ReadonlySet<string>;
  /** Files of the commit of the pause that HEAD has not. */
  readonly outside: ReadonlySet<string>;
  readonly history: History;
}

export function presentOf(state: RepositoryState, history: History): Present {
  const isUntracked = ({ status }: FileState) => status === "??";
  const renames = state.files.filter(({ from, status }) =>
    from !== undefined && status.includes("R")
  );
  const changed = changedSince(history);
  const outside = new Set(history.files.flatMap(lostName));
  return {
    tracked: byPath(state.files.filter((file) => !isUntracked(file))),
    untracked: byPath(state.files.filter(isUntracked)),
    renamed: new Map(renames.map((file) => [file.from!, file])),
    partial: state.filesOmitted > 0,
    unborn: state.head === undefined,
    differing: byPath(history.files),
    touched: byPath(changed),
    movedAway: new Set(
      changed.filter(({ status }) => status === "R").map(({ from }) => from!),
    ),
    // From a commit that HEAD still has, only commits lead to what is not there.
    removed: history.left.length === 0
      ? outside.union(history.removed)
      : history.removed,
    outside,
    history,
  };
}

function byPath<Item extends { readonly path: string }>(
  items: readonly Item[],
): Map<string, Item> {
  return new Map(items.map((item) => [item.path, item]));
}

/** The name that is gone with a change. */
function lostName({ status, path, from }: CommittedFile): string[] {
  return status === "D" ? [path] : status === "R" ? [from!] : [];
}
