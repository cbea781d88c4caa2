import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { NOTES_VIEW } from "../../agents/mod.ts";
import {
  type Git,
  type MergedTree,
  mergeTrees,
  resolveNames,
  treeWithFile,
} from "../../git/mod.ts";
import { fromBytes, toBytes } from "../../saves/mod.ts";
import { ensureFolder, removeTree } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/**
 * The result of a step: a commit whose parent is the commit from which the step
 * started.
 */
export interface StepResult {
  readonly step: string;
  readonly result: string;
  /** The names of all steps that the step needs, directly or indirectly. */
  readonly needs: readonly string[];
}

/** A result that was left out. */
export interface LeftOutResult {
  readonly step: string;
  readonly result: string;
  /**
   * Files in conflict; empty: the result was left out because it needs another
   * left-out result.
   */
  readonly paths: string[];
  /**
   * Tree IDs: the step's start, the results merged before it, and its own
   * result.
   */
  readonly sides: {
    readonly base: string;
    readonly ours: string;
    readonly theirs: string;
    /**
     * The tree with conflict markers in its files; absent: git merged nothing.
     */
    readonly merged?: string;
  };
}

/**
 * Merges results into a tree one by one, without using files or an index. A
 * conflicting result is left out, and so are the results that need it. Throws
 * GIT_FAILED, or CONFLICT with a git before 2.38.
 */
export async function mergeResults(
  git: Git,
  start: string,
  results: readonly StepResult[],
): Promise<{ tree: string; merged: string[]; leftOut: LeftOutResult[] }> {
  let tree = start;
  const merged: string[] = [];
  const leftOut: LeftOutResult[] = [];
  for (const { step, result, needs } of results) {
    const sides = { ...await treesOf(git, result), ours: tree };
    if (leftOut.some((one) => needs.includes(one.step))) {
      leftOut.push({ step, result, paths: [], sides });
      continue;
    }
    const done = await mergeWithNotes(git, sides);
    if (done.tree !== undefined) {
      tree = done.tree;
      merged.push(step);
      continue;
    }
    const marked = done.marked === undefined ? {} : { merged: done.marked };
    leftOut.push({
      ...{ step, result, paths: [...done.conflicts] },
      sides: { ...sides, ...marked },
    });
  }
  return { tree, merged, leftOut };
}

/** A conflict in a file: the lines of both sides between markers. */
const CONFLICT =
  /^<{7} [0-9a-f]{40,64}\r?\n([^]*?)^={7}\r?\n([^]*?)^>{7} [0-9a-f]{40,64}\r?\n/gm;

/**
 * Merges trees. If only the view of the notes conflicts, the lines of both
 * sides are kept, and mpm rewrites the view from the notes.
 */
async function mergeWithNotes(
  git: Git,
  sides: { base: string; ours: string; theirs: string },
): Promise<MergedTree> {
  const done = await mergeTrees(git, sides);
  const { marked } = { marked: undefined, ...done };
  if (marked === undefined || `${done.conflicts}` !== NOTES_VIEW) return done;
  const args = ["ls-tree", "-z", marked, "--", NOTES_VIEW];
  if (!fromBytes(await git.read(args)).startsWith("100")) return done;
  const blob = await git.read(["cat-file", "blob", `${marked}:${NOTES_VIEW}`]);
  const both = fromBytes(blob).replaceAll(
    CONFLICT,
    (_, ours, theirs) => ours + theirs,
  );
  const file = { path: NOTES_VIEW, content: toBytes(both) };
  return { tree: await treeWithFile(git, marked, file) };
}

/** Returns the trees of a result and of its step's start. */
async function treesOf(git: Git, result: string) {
  const [theirs, base] = [`${result}^{tree}`, `${result}^^{tree}`];
  const names = await resolveNames(git, [theirs, base]);
  return { base: names.get(base)!, theirs: names.get(theirs)! };
}

/**
 * The maximum number of conflict files to write, and the maximum size of a
 * file, in bytes.
 */
const MOST = 50;
const LARGEST = 1024 * 1024;

/** A conflict marker in a file, with the commit of its side. */
const MARK = /^(<{7}|>{7}) [0-9a-f]{40,64}$/gm;

/**
 * Writes both sides of a conflict into `base/`, `ours/`, `theirs/` and, with
 * markers, `merged/` in a new folder. A file missing on one side is also
 * missing in that side's folder. Returns the new folder; null: the conflict has
 * no files.
 */
export async function writeConflict(
  system: System,
  git: Git,
  { folder, within, step, leftOut: { paths, sides } }: {
    folder: string;
    /** The parent folder, which must exist. */
    within: string;
    step: string;
    leftOut: LeftOutResult;
  },
): Promise<string | null> {
  if (paths.length === 0) return null;
  removeTree(system, folder);
  for (const [side, tree] of Object.entries(sides)) {
    for (const path of paths.slice(0, MOST)) {
      const done = await git.run(["cat-file", "blob", `${tree}:${path}`]);
      if (done.status !== 0 || done.stdout.length > LARGEST) continue;
      const target = join(folder, side, path);
      ensureFolder(system, dirname(target), within);
      const bytes = side === "merged"
        ? renamedMarks(done.stdout, step)
        : done.stdout;
      system.files.create(target, bytes, { synced: false });
    }
  }
  return folder;
}

/** Names the sides in the markers. Content that is not text is unchanged. */
function renamedMarks(bytes: Uint8Array, step: string): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const encoded = new TextEncoder().encode(text);
  if (encoded.length !== bytes.length) return bytes;
  return new TextEncoder().encode(
    text.replaceAll(
      MARK,
      (_, mark) => `${mark} ${mark[0] === "<" ? "before" : step}`,
    ),
  );
}
