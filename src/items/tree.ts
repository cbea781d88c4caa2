import { sha256 } from "../base/digest.ts";
import {
  type FileState,
  isOpenable,
  isOwnPath,
  isUnmerged,
  type RepositoryState,
  WORKTREES,
} from "../git/mod.ts";
import type { Ran } from "../clients/mod.ts";
import type { RanOn, Run } from "./item.ts";

/**
 * The tree on which a command ran: the commit of HEAD and the differences.
 * Trees are compared by content, so a commit of tested files changes nothing.
 */

/** The part of a worktree's state that lists its files. */
export type TreeState =
  & Pick<RepositoryState, "head" | "files" | "filesOmitted">
  & Partial<Pick<RepositoryState, "unwatched" | "closed">>;

/** The maximum number of uncommitted files to record individually. */
const LISTED = 100;

/** The content that is recorded for a path without a file. */
export const GONE = "gone";

/** A file outside the mpm folder that mpm writes by itself. */
const CONTEXT_FILE = ".claude/context.md";

/** Returns whether a path counts: not mpm's files, nor other worktrees. */
export function matters(path: string): boolean {
  return !isOwnPath(path) && path !== CONTEXT_FILE &&
    !path.startsWith(`${WORKTREES}/`);
}

/**
 * Returns the tree of a worktree's state; `undefined`: a content is unknown.
 */
export function treeOf(state: TreeState): RanOn | undefined {
  const contents = contentsOf(state);
  if (!contents) return undefined;
  const files = [...contents].map(([path, content]) => ({ path, content }));
  return {
    head: state.head ?? null,
    changes: digestOf(files),
    ...files.length <= LISTED ? { files } : {},
  };
}

/**
 * Returns the tree on which a command that ended at `at` ran, as far as a later
 * state shows it. `undefined`: a file or the last commit is newer.
 */
export function treeAt(
  state: TreeState & Pick<RepositoryState, "recent">,
  at: number,
): RanOn | undefined {
  const counted = state.files.filter(({ path }) => matters(path));
  const before = (time: number | null) => time !== null && time <= at;
  const isKnown = counted.every(({ mtime }) => before(mtime)) &&
    before(state.recent[0]?.time ?? 0);
  return isKnown ? treeOf(state) : undefined;
}

/**
 * Returns runs with the trees on which they ran, if the state shows them.
 * `settled`: the commands after which the conversation changed no file.
 */
export function withTrees(
  runs: readonly Run[],
  settled: readonly Pick<Ran, "command" | "at">[],
  state: TreeState & Pick<RepositoryState, "recent">,
): Run[] {
  const keyOf = (command: string, at: string) => `${at}\n${command.trim()}`;
  const known = new Set(settled.map(({ command, at }) => keyOf(command, at)));
  return runs.map((run) => {
    if (run.tree || !known.has(keyOf(run.command, run.at))) return run;
    const tree = treeAt(state, Date.parse(run.at));
    return tree ? { ...run, tree } : run;
  });
}

/** Returns the digest of a tree's files, which must be sorted by path. */
export function digestOf(
  files: readonly { readonly path: string; readonly content: string }[],
): string {
  return sha256(
    files.map(({ path, content }) => `${content}\0${path}\0`).join(""),
  );
}

/** Returns the content at each path that differs from HEAD, sorted by path. */
export function contentsOf(
  { files, filesOmitted, unwatched, closed = [] }: TreeState,
): Map<string, string> | undefined {
  if (filesOmitted > 0 || closed.length > 0) return undefined;
  if (!unwatched || unwatched.omitted > 0) return undefined;
  const contents = new Map<string, string>();
  // Untracked files come last, because a path that is listed twice does exist.
  const [untracked, tracked] = [true, false].map((is) =>
    files.filter(({ status }) => (status === "??") === is)
  );
  for (const file of [...tracked!, ...untracked!]) {
    if (file.from !== undefined && file.status.includes("R")) {
      if (matters(file.from) && !contents.has(file.from)) {
        contents.set(file.from, GONE);
      }
    }
    if (!matters(file.path)) continue;
    const content = contentOf(file);
    if (content === undefined) return undefined;
    contents.set(file.path, content);
  }
  return new Map([...contents].sort(([one], [other]) => one < other ? -1 : 1));
}

/** Returns the mode and content. `undefined`: unknown. */
export function contentOf(file: FileState): string | undefined {
  const { path, status, size, mtime, unread, mode = "" } = file;
  if (file.sha256 !== null) return `${mode} ${file.sha256.slice(0, 32)}`;
  if (unread === "large" || unread === "budget") {
    return `${mode} ${size} bytes ${mtime}`;
  }
  if (unread !== undefined || path.endsWith("/")) return undefined;
  if (!isUnmerged(status) && (status[1] === "D" || status === "D ")) {
    return GONE;
  }
  const named = mode === "160000" || !isOpenable(path);
  return named && file.object ? `${mode} ${file.object}` : undefined;
}

/** Returns the runs; of those with the same tree, the first lists the files. */
export function sharedFiles(runs: readonly Run[]): Run[] {
  const listed = new Set<string>();
  return runs.map((run) => {
    if (!run.tree?.files) return run;
    const { files: _, ...tree } = run.tree;
    if (listed.has(treeKey(tree))) return { ...run, tree };
    listed.add(treeKey(tree));
    return run;
  });
}

/** Returns a key that is equal for equal trees. */
export function treeKey({ head, changes }: RanOn): string {
  return `${head} ${changes}`;
}

/** Files that differ from those of a run; `same` is undefined if unknown. */
export interface Difference {
  readonly same: boolean | undefined;
  /** The paths that differ, sorted; empty if the names are unknown. */
  readonly paths: readonly string[];
  readonly why?: string;
}

/** Data from git that is needed to compare two trees. */
export interface TreeFacts {
  /** Paths that differ between the two commits; `undefined`: unknown. */
  readonly committed: ReadonlySet<string> | undefined;
  /** Current contents of paths that are now as in HEAD; absent: unknown. */
  readonly settled: ReadonlyMap<string, string>;
}

/** Returns the paths of `then` whose content is not in the current tree. */
export function unsettled(then: RanOn, now: TreeContents): string[] {
  return (then.files ?? []).map(({ path }) => path)
    .filter((path) => !now.contents.has(path));
}

/** A tree with the contents of all its uncommitted files. */
export interface TreeContents {
  readonly tree: RanOn;
  readonly contents: ReadonlyMap<string, string>;
}

/** Compares trees by content: an unchanged file may have been committed. */
export function compareTrees(
  then: RanOn,
  now: TreeContents,
  { committed, settled }: TreeFacts,
): Difference {
  const sameHead = then.head === now.tree.head;
  if (sameHead && then.changes === now.tree.changes) {
    return { same: true, paths: [] };
  }
  if (!then.files) {
    return sameHead ? { same: false, paths: [] } : {
      ...{ same: undefined, paths: [] },
      why: "too many files were uncommitted when it ran",
    };
  }
  const between = sameHead ? new Set<string>() : committed;
  if (!between) {
    const commit = then.head?.slice(0, 7) ?? "no commit";
    return {
      ...{ same: undefined, paths: [] },
      why: `it ran on ${commit}, which is not in this repository`,
    };
  }
  const before = new Map(
    then.files.map(({ path, content }) => [path, content]),
  );
  const paths = [...between, ...before.keys(), ...now.contents.keys()];
  const changed = [...new Set(paths)].filter((path) => {
    const content = before.get(path);
    if (!matters(path)) return false;
    // The file was as in HEAD then, so it is listed only if a commit or an
    // uncommitted change came later.
    if (content === undefined) return true;
    const present = now.contents.get(path) ?? settled.get(path);
    return present === undefined || !sameContent(content, present);
  });
  return { same: changed.length === 0, paths: changed.sort() };
}

/** Compares two contents, without modes if one is missing, as on Windows. */
function sameContent(one: string, other: string): boolean {
  const [mode, content] = one.split(/ ([^]*)/);
  const [otherMode, otherContent] = other.split(/ ([^]*)/);
  return content === otherContent &&
    (mode === otherMode || mode === "" || otherMode === "");
}
