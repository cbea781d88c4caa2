import { isAbsolute, join } from "@std/path";
import { FileError } from "../errors.ts";
import type { RunResult, System } from "../system/system.ts";
import type { Git } from "./git.ts";
import { isOpenAnywhere } from "./open_files.ts";
import { decodeBytes } from "./text.ts";

/** A file that a git began among the objects and did not finish. */
export interface UnfinishedObject {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Of a pack: its signature, its version, and how many objects it holds. */
const PACK_HEADER = 12;

/**
 * Finds what a git that was killed, or had no space left, has begun to write
 * among the objects: loose objects, and packs of `git fast-import`. A file of
 * another user, or one that a running program has open, is never among them.
 */
export async function findUnfinished(
  system: System,
  git: Git,
): Promise<UnfinishedObject[]> {
  const folder = await objectsFolder(git);
  if (folder === undefined) return [];
  const begun = [...begunFiles(system, folder)];
  const found: UnfinishedObject[] = [];
  for (const one of begun) {
    if (await isOpenAnywhere(system, one.path)) continue;
    // A git that runs closes its file and at once gives it another name.
    if (sizeOf(system, one.path) === one.size) found.push(one);
  }
  return found;
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
  if (report !== undefined) removeEach(system, [inFolder(git, report)]);
  await removeUnfinished(system, git);
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
    const begun = isPacks ? "tmp_pack_" : "tmp_obj_";
    for (const name of namesIn(system, join(folder, below))) {
      if (!name.startsWith(begun)) continue;
      const path = join(folder, below, name);
      const size = sizeOf(system, path);
      if (size === undefined) continue;
      if (!isPacks || isImport(system, path)) yield { path, size };
    }
  }
}

/**
 * Whether a pack is one of `git fast-import`, which alone fills the number of
 * objects in last. Others are complete before they get their names.
 */
function isImport(system: System, path: string): boolean {
  try {
    const header = system.files.readPart(path, 0, PACK_HEADER);
    return header.length < PACK_HEADER ||
      header.subarray(8).every((byte) => byte === 0);
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
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
