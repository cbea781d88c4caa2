import { attempt } from "../base/errors.ts";
import {
  allEnded,
  ContentReader,
  emptyTree,
  Git,
  treeDelta,
  type TreeEntry,
  type Workspace,
} from "../git/mod.ts";
import type { System } from "../system/system.ts";
import type { RanOn, Run } from "./item.ts";
import {
  compareTrees,
  contentOf,
  contentsOf,
  type Difference,
  digestOf,
  GONE,
  type TreeContents,
  treeKey,
  treeOf,
  type TreeState,
  unsettled,
} from "./tree.ts";

/** The difference between the current files and the tree of a run. */
export type Differences = (run: Run) => Difference;

const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** The maximum number of commits to compare; each takes a git process. */
const MOST_COMMITS = 4;

type Delta = ReadonlyMap<string, TreeEntry | undefined>;

/**
 * Compares the tree of each run with the worktree's current `state`. Uses git
 * only for runs on other commits. `saved` also lists files of some runs.
 */
export async function readDifferences(
  system: System,
  workspace: Workspace,
  { runs, state, saved }: {
    runs: readonly Run[];
    state: TreeState | undefined;
    saved?: TreeState | undefined;
  },
): Promise<Differences> {
  const now = presentOf(state);
  if (!now) return () => UNKNOWN_NOW;
  const listed = listedFiles(runs, saved);
  const trees = new Map(runs.flatMap(({ tree }) => {
    if (!tree) return [];
    const { head, changes } = tree;
    return [[tree, { head, changes, ...listed.get(treeKey(tree)) }] as const];
  }));
  const deltas = await readDeltas(system, workspace, {
    heads: [...trees.values()].map(({ head }) => head),
    present: now.tree.head,
  });
  const read = settledReader(system, workspace, now);
  const found = new Map<RanOn, Difference>();
  for (const [recorded, tree] of trees) {
    const delta = deltas.get(tree.head);
    const facts = {
      committed: delta && new Set(delta.keys()),
      settled: read(unsettled(tree, now), delta),
    };
    found.set(recorded, compareTrees(tree, now, facts));
  }
  return ({ tree }) => tree && found.get(tree) || UNKNOWN_THEN;
}

const UNKNOWN_NOW: Difference = {
  same: undefined,
  paths: [],
  why: "not every file here can be compared",
};

const UNKNOWN_THEN: Difference = {
  same: undefined,
  paths: [],
  why: "mpm does not know which files it ran on",
};

function presentOf(state: TreeState | undefined): TreeContents | undefined {
  const tree = state && treeOf(state);
  return tree && { tree, contents: contentsOf(state)! };
}

/** Returns the files of each tree, listed by a run or by the save. */
function listedFiles(
  runs: readonly Run[],
  saved: TreeState | undefined,
): Map<string, Pick<RanOn, "files">> {
  const listed = new Map<string, Pick<RanOn, "files">>();
  const known = presentOf(saved);
  if (known) {
    const files = [...known.contents]
      .map(([path, content]) => ({ path, content }));
    listed.set(treeKey(known.tree), { files });
  }
  for (const { tree } of runs) {
    // The digest does not match if a path was redacted later, or if the list
    // was made up.
    if (!tree?.files || digestOf(tree.files) !== tree.changes) continue;
    listed.set(treeKey(tree), { files: tree.files });
  }
  return listed;
}

/** Reads the differences between each commit and the current one. */
async function readDeltas(
  system: System,
  workspace: Workspace,
  { heads, present }: {
    heads: readonly (string | null)[];
    present: string | null;
  },
): Promise<Map<string | null, Delta>> {
  const deltas = new Map<string | null, Delta>();
  if (present === null) return deltas;
  const git = new Git(system, workspace.worktree);
  const others = [...new Set(heads)].filter((head) =>
    head !== present && (head === null || COMMIT.test(head))
  );
  await allEnded(
    others.slice(0, MOST_COMMITS).map(async (head) => {
      const from = head ?? emptyTree(present);
      const delta = await attempt(() => treeDelta(git, from, present));
      if (delta) deltas.set(head, delta);
    }),
  );
  return deltas;
}

/** Returns a reader for files unchanged from HEAD, each read once. */
function settledReader(
  system: System,
  { worktree }: Workspace,
  { tree }: TreeContents,
) {
  const reader = new ContentReader(system, worktree);
  const known = new Map<string, string | undefined>();
  return (paths: readonly string[], delta: Delta | undefined) => {
    const settled = new Map<string, string>();
    for (const path of paths) {
      if (!known.has(path)) {
        const entry = tree.head === null ? undefined : delta?.get(path);
        known.set(path, readSettled(reader, path, entry));
      }
      const content = known.get(path);
      if (content !== undefined) settled.set(path, content);
    }
    return settled;
  };
}

function readSettled(
  reader: ContentReader,
  path: string,
  entry: TreeEntry | undefined,
): string | undefined {
  if (entry?.mode === "160000") return `${entry.mode} ${entry.id}`;
  if (leadsElsewhere(path)) return undefined;
  const content = reader.read(path);
  if (content.size === null && content.unread === undefined) return GONE;
  return contentOf({ ...content, path, status: "??" });
}

/** Returns whether a path from a save leads outside the worktree. */
function leadsElsewhere(path: string): boolean {
  return path === "" || path.endsWith("/") || path.startsWith("/") ||
    /^[A-Za-z]:/.test(path) ||
    path.split(/[\\/]/).some((part) => [".", "..", ".git"].includes(part));
}
