import { isMissing, MpmError } from "../base/errors.ts";
import { field, jsonIn } from "../base/parsed_values.ts";
import { fits, type Fitting, list, object, type Shape } from "../base/shape.ts";
import {
  checkFolder,
  ensureFolder,
  layout,
  ownSeals,
  projectSeals,
  writeAtomic,
} from "../ops/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";
import { lastRuns } from "./evidence.ts";
import { RUN, type Run } from "./item.ts";
import { sharedFiles } from "./tree.ts";

/** The maximum number of runs to keep, one for each command. */
const MOST = 50;

/** The largest file, in bytes: a run has at most 100 files and some output. */
const LARGEST = 4 * 1024 * 1024;

const RUNS = object({
  schema: { is: "version" } as Shape<1>,
  /** The runs, newest first, each command once. */
  runs: list(RUN),
});

/** The state of the file with runs, and who wrote it. */
export type RunsState = "none" | "own" | "foreign" | "damaged";

/**
 * Returns the runs of `mpm evidence --run` and of saved conversations, newest
 * first. A file that is damaged or someone else's is not evidence.
 */
export function keptRuns(system: System, root: string): Run[] {
  return readRuns(system, root).runs;
}

/** Does the same, and also returns why there are no runs. */
export function readRuns(
  system: System,
  root: string,
): { state: RunsState; runs: Run[] } {
  try {
    const { home, state, runs: path } = layout(root);
    for (const one of [home, state]) {
      if (!checkFolder(system, one)) return { state: "none", runs: [] };
    }
    const text = new TextDecoder()
      .decode(system.files.readOwn(path, LARGEST));
    const value: unknown = jsonIn(text);
    if (!ownSeals(system, root, "runs").isOwn(text)) {
      return { state: fits(RUNS, value) ? "foreign" : "damaged", runs: [] };
    }
    // The seal shows that mpm wrote the rest.
    return field(value, "schema") === 1
      ? { state: "own", runs: (value as Fitting<typeof RUNS>).runs }
      : { state: "damaged", runs: [] };
  } catch (error) {
    if (isMissing(error)) return { state: "none", runs: [] };
    if (error instanceof MpmError) return { state: "damaged", runs: [] };
    throw error;
  }
}

/** Returns runs without secrets. */
export function cleanRuns(system: System, runs: readonly Run[]): Run[] {
  const redactor = redactorOf(system);
  return runs.map((run) => ({
    ...run,
    command: redactor.text(run.command),
    tail: redactor.text(run.tail),
  }));
}

/**
 * Adds redacted runs, and keeps only the last run of each command. Returns the
 * stored runs. Call under the project's lock. Throws FILE_FAILED.
 */
export function keepRuns(
  system: System,
  root: string,
  clean: readonly Run[],
): Run[] {
  const others = keptRuns(system, root);
  const record: Fitting<typeof RUNS> = {
    schema: 1,
    runs: sharedFiles(
      [...lastRuns([...clean, ...others]).values()].slice(0, MOST),
    ),
  };
  // Most sessions end without another run.
  if (JSON.stringify(record.runs) === JSON.stringify(others)) return others;
  const seals = projectSeals(system, root, "runs");
  const bytes = new TextEncoder().encode(seals.seal(record));
  ensureFolder(system, layout(root).state, root);
  writeAtomic(system, layout(root).runs, { bytes });
  return record.runs;
}
