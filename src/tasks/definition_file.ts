import { relative } from "@std/path";
import { sha256 } from "../base/digest.ts";
import { MpmError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { allowedFile, fileState, readAllowable } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import { type RunKind, TASK_NAME } from "./run.ts";
import {
  runIds,
  type RunPaths,
  runPaths,
  taskNames,
  taskOf,
  taskPath,
} from "./store.ts";

/** The files that define tasks and pipelines, and their runs. */

const UNUSABLE = "must be a regular file that you own, with at most 1 MiB";

/**
 * Returns the absolute path of the file of a task or a pipeline. Throws USAGE,
 * NOT_FOUND.
 */
export function definitionFile(
  system: System,
  root: string,
  { kind, name: task }: { kind: RunKind; name: string },
): string {
  if (!TASK_NAME.test(task)) {
    throw new MpmError("USAGE", `"${task}" cannot name a ${kind}`, {
      hint: "Use at most 64 letters, digits and any of ._-",
    });
  }
  const file = taskPath(root, task, kind);
  if (system.files.lstat(file)) return file;
  const names = taskNames(system, root, kind);
  throw new MpmError("NOT_FOUND", `No ${kind} "${task}": no file "${file}"`, {
    hint: didYouMean(
      task,
      names,
      `"mpm ${kind}" lists the ${kind}s, "mpm help ${kind}s" shows a file`,
    ),
  });
}

/**
 * Reads the definition of a task or a pipeline that the user has allowed.
 * Returns its absolute path and exactly the text that was checked. Throws
 * USAGE, NOT_FOUND, CONFLICT if it is not allowed.
 */
export function readAllowedDefinition(
  system: System,
  root: string,
  { kind, name: task }: { kind: RunKind; name: string },
): { file: string; text: string } {
  const file = definitionFile(system, root, { kind, name: task });
  const name = relative(root, file);
  const bytes = readAllowable(system, root, file);
  if (typeof bytes === "string") {
    throw new MpmError(
      "CONFLICT",
      `Cannot run the ${kind} "${task}": "${name}" ${UNUSABLE}`,
      { hint: `Replace the file, then: mpm allow ${name}` },
    );
  }
  const known = allowedFile(system, file);
  if (known?.sha256 === sha256(bytes)) {
    return { file, text: new TextDecoder().decode(bytes) };
  }
  throw new MpmError(
    "CONFLICT",
    known
      ? `The ${kind} "${task}" changed since you allowed it`
      : `You have not allowed the ${kind} "${task}" to run`,
    { hint: `Read it, then: mpm allow ${name}` },
  );
}

/**
 * Reads a definition that will not be run, and so need not be allowed. `shown`:
 * its path in errors. Throws UNREADABLE.
 */
export function readDefinitionFile(
  system: System,
  root: string,
  { file, shown }: { file: string; shown: string },
): string {
  const bytes = readAllowable(system, root, file);
  if (typeof bytes !== "string") return new TextDecoder().decode(bytes);
  throw new MpmError("UNREADABLE", `"${shown}" ${UNUSABLE}`);
}

/** The runs of one kind, for a command's result. */
interface Runs<Run> {
  readonly kind: RunKind;
  /** Reads a run. Throws UNREADABLE if it is damaged. */
  readonly view: (run: RunPaths) => Promise<Run>;
}

/** Returns the runs, newest first, and why others cannot be read. */
export async function listRunsOf<Run>(
  system: System,
  root: string,
  { kind, view, name, limit }: Runs<Run> & {
    /** The task or pipeline; `undefined`: all. */
    readonly name: string | undefined;
    readonly limit: number;
  },
): Promise<{ runs: Run[]; problems: string[] }> {
  const ids = runIds(system, root, kind)
    .filter((id) => name === undefined || taskOf(id) === name);
  const runs: Run[] = [];
  const problems: string[] = [];
  for (const id of ids.slice(0, limit)) {
    try {
      runs.push(await view(runPaths(root, id)));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      problems.push(error.message);
    }
  }
  return { runs, problems };
}

/** A task or a pipeline in a list. */
interface DefinitionRow<Run> {
  readonly name: string;
  /** The path relative to the project, with `/` between folders. */
  readonly path: string;
  readonly description: string;
  readonly allowed: boolean;
  /** Why the task cannot run; null: it can. */
  readonly problem: string | null;
  /** The newest run; null: no run, or a damaged one. */
  readonly run: Run | null;
}

/** Returns the tasks or pipelines of a project, each with its newest run. */
export async function listDefinitions<Run>(
  system: System,
  root: string,
  { read, ...of }: Runs<Run> & {
    readonly read: (
      text: string,
      path: string,
    ) => Promise<{ readonly description: string }>;
  },
): Promise<DefinitionRow<Run>[]> {
  const rows: DefinitionRow<Run>[] = [];
  for (const name of taskNames(system, root, of.kind)) {
    const file = taskPath(root, name, of.kind);
    const shown = relative(root, file).replaceAll("\\", "/");
    const state = fileState(system, { root, worktree: root }, file);
    let description = "";
    let problem: string | null = null;
    try {
      const text = readDefinitionFile(system, root, { file, shown });
      ({ description } = await read(text, shown));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      problem = error.message;
    }
    const { runs: [run = null] } = await listRunsOf(system, root, {
      ...{ ...of, name, limit: 1 },
    });
    const allowed = state === "allowed";
    rows.push({ name, path: shown, description, allowed, problem, run });
  }
  return rows;
}
