import type { Context } from "../cli/mod.ts";
import { quickPlace, rootWithoutGit } from "../git/mod.ts";
import { checkFolder, layout } from "../ops/mod.ts";
import type { RunKind } from "./run.ts";
import { findRun, type RunPaths, runPaths } from "./store.ts";

/**
 * Returns the top folder of the project, found without git. Throws CONFLICT if
 * the project's mpm folder is a link.
 */
export function taskRoot({ system, folder }: Context): string {
  const root = quickPlace(system, folder)?.root ??
    rootWithoutGit(system, folder);
  if (checkFolder(system, layout(root).home)) {
    checkFolder(system, layout(root).taskRuns);
  }
  return root;
}

/** The argument of the commands that act on one run of a task. */
export const RUN = {
  name: "run",
  summary:
    "A run ID, or a task name to select that task's latest run; default: the latest run",
  optional: true,
  names: "run",
} as const;

/** The same for a pipeline. */
export const PIPELINE_RUN = {
  ...RUN,
  summary: RUN.summary.replaceAll("task", "pipeline"),
  names: "pipeline-run",
} as const;

/** Returns the run that the user typed. Throws NOT_FOUND, AMBIGUOUS. */
export function typedRun(
  context: Context,
  typed: string | undefined,
  kind: RunKind = "task",
): RunPaths {
  const root = taskRoot(context);
  return runPaths(root, findRun(context.system, root, typed, kind));
}
