import { sha256 } from "../../base/digest.ts";
import { MpmError } from "../../base/errors.ts";
import { captureNow, type CheckpointPlace } from "../../checkpoints/mod.ts";
import type { Context } from "../../cli/mod.ts";
import {
  commitFiles,
  emptyTree,
  type FileDelta,
  type Git,
  isOwnPath,
  isWithin,
  readFiles,
  resolveNames,
  treeChanges,
  WORKTREES,
} from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import { producedFiles } from "../artefacts.ts";
import type { Step } from "../definition.ts";
import { RUNS } from "./worktrees.ts";

/** The user's files when the run began or continued. */
export interface Snapshot {
  readonly commit: string;
  readonly tree: string;
  readonly digest: string;
  readonly branch: string | undefined;
  readonly committed: number;
}

/** The result of a step that another needs, directly or indirectly. */
export interface Given {
  readonly step: string;
  /**
   * The commit of a step with a worktree; null: the step ran in the project.
   */
  readonly result: string | null;
  /** Artefacts of a step in the project, which are files of the user's tree. */
  readonly files: readonly FileDigest[];
}

/** A current file of the user's tree. */
export interface FileDigest {
  readonly path: string;
  readonly sha256: string;
}

/** The run whose steps get worktrees. */
export interface TreesOrder {
  readonly run: string;
  readonly pipeline: string;
  /** The worktree of the run, absolute. */
  readonly worktree: string;
  /** The folder of the run, absolute. */
  readonly folder: string;
  readonly steps: readonly Step[];
}

/**
 * Stores the user's files as a commit. Throws CONFLICT in the middle of a merge
 * or similar, GIT_FAILED.
 */
export async function snapshotOf(
  context: Context,
  place: CheckpointPlace,
  { run, pipeline, worktree, steps }: TreesOrder,
): Promise<Snapshot> {
  const { system } = context;
  const { vault, rules: { limits } } = place;
  const { capture } = await captureNow(system, place, { write: true });
  const { head, branch, operation, recent: [last] } = capture.state;
  if (operation !== undefined) {
    throw new MpmError("CONFLICT", `A ${operation} is in progress here`, {
      hint: "Finish or abort it, then run the pipeline again",
    });
  }
  for (const { path, reason } of capture.leftOut) {
    context.note(`Note: steps do not get "${path}": ${reason}`);
  }
  const produced = (some: readonly Step[]) =>
    producedFiles(system, worktree, some.flatMap(({ produces }) => produces))
      .filter((path) => !isWithin(path, WORKTREES));
  const paths = produced(steps);
  // Files that steps without a worktree write during the run.
  const plain = new Set(produced(steps.filter(({ worktree }) => !worktree)));
  const files = await readFiles(system, vault, { paths, limits });
  const committed = last?.sha === head ? last?.time ?? 0 : 0;
  const commit = await commitFiles(system, vault, {
    ref: refOf(system, run),
    title: `pipeline ${pipeline}: start`,
    ...{ parent: head, base: capture.base, committed },
    files: withoutOwn([...files, ...capture.worktree]),
  });
  const tree = await treeOf(vault.git, commit);
  const all = await treeChanges(vault.git, emptyTree(commit), tree);
  const listed = all.filter(({ path }) => !plain.has(path))
    .map(({ path, to }) => [path, to!.mode, to!.id]);
  const digest = sha256(JSON.stringify(listed));
  return { commit, tree, digest, branch, committed };
}

/** Returns the files except those in mpm's folder. */
export function withoutOwn(
  files: readonly (readonly [string, unknown])[],
): FileDelta {
  return new Map(files.filter(([path]) => !isOwnPath(path))) as FileDelta;
}

/** Returns a ref for one commit of a run. */
export function refOf(system: System, run: string): string {
  return `${RUNS}/${run}/${system.random()}`;
}

/**
 * Returns the tree of a commit. Throws GIT_FAILED if the commit no longer
 * exists.
 */
export async function treeOf(git: Git, commit: string): Promise<string> {
  const name = `${commit}^{tree}`;
  const found = (await resolveNames(git, [name])).get(name);
  if (found !== undefined) return found;
  throw new MpmError("GIT_FAILED", `The commit ${commit} is gone`, {
    hint: "Run the pipeline again",
  });
}
