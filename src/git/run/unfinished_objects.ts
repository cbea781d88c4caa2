import { dirname, isAbsolute, join } from "@std/path";
import { FileError } from "../../base/errors.ts";
import type { RunResult, System } from "../../system/system.ts";
import type { Git } from "./git.ts";
import { closingHash } from "./finished_pack.ts";
import { isOpenAnywhere } from "./open_files.ts";
import { decodeBytes } from "../text.ts";

/** A file that a git began among the objects and did not finish. */
export interface UnfinishedObject {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Finds what a git that was killed, or had no space left, has begun to write
 * among the objects: loose objects, packs and their indexes. A file of another
 * user, or one that a running program has open, is never among them; nor is a
 * whole pack, which a running git closes before it writes the index.
 */
export async function findUnfinished(
  system: System,
  git: Git,
): Promise<readonly UnfinishedObject[]> {
  const { unfinished } = await begunObjects(system, git);
  return unfinished;
}

/** What stands among the objects under a temporary name. */
interface BegunObjects {
  readonly unfinished: readonly UnfinishedObject[];
  /** Whole packs and indexes that have no name of their own yet. */
  readonly whole: readonly UnfinishedObject[];
  /** Whether a program has one open. */
  readonly isWritten: boolean;
}

async function begunObjects(system: System, git: Git): Promise<BegunObjects> {
  const unfinished: UnfinishedObject[] = [];
  const whole: UnfinishedObject[] = [];
  let isWritten = false;
  const folder = await objectsFolder(git);
  if (folder === undefined) return { unfinished, whole, isWritten };
  for (const one of [...begunFiles(system, folder)]) {
    if (await isOpenAnywhere(system, one.path)) {
      isWritten = true;
      continue;
    }
    // A git that runs closes its file and at once gives it another name.
    if (sizeOf(system, one.path) !== one.size) continue;
    const isWhole = dirname(one.path) === join(folder, "pack") &&
      closingHash(system, one.path, one.size) !== undefined;
    (isWhole ? whole : unfinished).push(one);
  }
  return { unfinished, whole, isWritten };
}

/** Removes what {@link findUnfinished} finds; never throws a `FileError`. */
export async function removeUnfinished(
  system: System,
  git: Git,
): Promise<void> {
  const found = await findUnfinished(system, git);
  removeEach(system, found.map(({ path }) => path));
}

/** Removes what a git command of mpm that failed has left half-written. */
export async function tidyUp(
  system: System,
  git: Git,
  failed: RunResult,
): Promise<void> {
  const [, report] = CRASH_REPORT.exec(decodeBytes(failed.stderr)) ?? [];
  const { unfinished, whole, isWritten } = await begunObjects(system, git);
  removeEach(system, unfinished.map(({ path }) => path));
  if (report === undefined) return;
  removeEach(system, [inFolder(git, report)]);
  // An import that has a whole pack, but no space for the index or the name.
  if (!isWritten) removeEach(system, whole.map(({ path }) => path));
}

/** How `git fast-import` says where it wrote down that it failed. */
const CRASH_REPORT =
  /^fast-import: dumping crash report to (.*fast_import_crash_\d+)$/m;

function removeEach({ files }: System, paths: readonly string[]): void {
  for (const path of paths) {
    try {
      files.remove(path);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }
}

/** A path as git prints it. */
function inFolder(git: Git, path: string): string {
  return isAbsolute(path) ? path : join(git.folder, path);
}

async function objectsFolder(git: Git): Promise<string | undefined> {
  const { status, stdout } = await git.run([
    ...["rev-parse", "--git-path", "objects"],
  ]);
  if (status !== 0) return undefined;
  const path = decodeBytes(stdout).replace(/\n$/, "");
  return inFolder(git, path);
}

function* begunFiles(
  system: System,
  folder: string,
): Generator<UnfinishedObject> {
  for (const below of namesIn(system, folder)) {
    const isPacks = below === "pack";
    if (!isPacks && !/^[0-9a-f]{2}$/.test(below)) continue;
    const begun = isPacks ? /^tmp_(?:pack|idx)_/ : /^tmp_obj_/;
    for (const name of namesIn(system, join(folder, below))) {
      if (!begun.test(name)) continue;
      const path = join(folder, below, name);
      const size = sizeOf(system, path);
      if (size !== undefined) yield { path, size };
    }
  }
}

function sizeOf({ files, uid }: System, path: string): number | undefined {
  try {
    const found = files.lstat(path);
    return found?.kind === "file" && found.uid === uid ? found.size : undefined;
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

function namesIn({ files }: System, folder: string): string[] {
  try {
    return files.list(folder).map(({ name }) => name);
  } catch (error) {
    if (error instanceof FileError) return [];
    throw error;
  }
}
