import { dirname, join } from "@std/path";
import { FileError } from "../../base/errors.ts";
import type { FileVersion } from "../log/entry.ts";
import type { System } from "../../system/system.ts";
import { removeIfThere, writeAtomic } from "../atomic.ts";
import { layout } from "../layout.ts";
import type { Progress } from "../../saves/legacy/migrate/read_old_store.ts";
import {
  type FileStep,
  keptPath,
  LARGEST,
  obstacleTo,
  versionAt,
} from "./undo_files.ts";

/** A file's name while it is written, and what a death leaves beside it. */
const TEMPORARY = ".mpm-undo.tmp";

/**
 * Copies what the steps replace into a folder of the trash, by second names
 * where that will do, and returns the steps with that in `have`.
 */
export function keepPresent(
  system: System,
  root: string,
  { steps, folder }: { steps: readonly FileStep[]; folder: () => string },
): FileStep[] {
  const { files } = system;
  const { trash } = layout(root);
  let count = 0;
  return steps.map((step) => {
    const { path, have } = step;
    if (!have) return step;
    const number = String(++count).padStart(4, "0");
    const kept = join(folder(), number);
    if (!isLinked(root, path) || !linked(system, path, kept)) {
      const { bytes, info } = files.readWithInfo(path, LARGEST);
      files.create(kept, bytes);
      if (info.mode !== undefined) files.chmod(kept, info.mode & 0o777);
      files.setMtime(kept, info.mtime);
    }
    const place = kept.slice(trash.length + 1).replaceAll("\\", "/");
    return { ...step, have: { ...have, kept: place } };
  });
}

/**
 * Whether a second name is as good as a copy: nobody writes to a save in place,
 * and a digest would tell.
 */
function isLinked(root: string, path: string): boolean {
  const { sessions, kept } = layout(root);
  return [sessions, kept].some((folder) => path.startsWith(join(folder, "/")));
}

function linked(system: System, from: string, to: string): boolean {
  try {
    system.files.link(from, to);
    return true;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

/**
 * Does what is still to be done of the steps; a file that is neither as before
 * nor as after is left alone. Returns the names of what was.
 */
export function applyFiles(
  system: System,
  root: string,
  steps: readonly FileStep[],
  progress: Progress = () => {},
): string[] {
  const left: string[] = [];
  const folders = new Set<string>();
  for (const [at, step] of steps.entries()) {
    progress("Taking back", at, steps.length);
    const { path, name, want } = step;
    if (versionAt(system, path) === (want?.sha256 ?? null)) continue;
    if (obstacleTo(system, root, step) !== undefined) left.push(name);
    else {
      if (want) place(system, root, { path, want });
      else removeIfThere(system, path);
      folders.add(dirname(path));
    }
  }
  for (const folder of folders) system.files.syncFolder(folder);
  return left;
}

function place(
  system: System,
  root: string,
  { path, want }: { path: string; want: FileVersion },
): void {
  const { files } = system;
  const folder = dirname(path);
  makeFolders(system, folder, path.startsWith(layout(root).home));
  const kept = keptPath(root, want)!;
  const written = join(folder, TEMPORARY);
  removeIfThere(system, written);
  if (isLinked(root, path) && linked(system, kept, written)) {
    files.rename(written, path);
    // A rename onto another name of the same file does nothing.
    removeIfThere(system, written);
    return;
  }
  const { bytes, info: { mode, mtime } } = files.readWithInfo(kept, LARGEST);
  const more = mode === undefined ? {} : { mode: mode & 0o777 };
  writeAtomic(system, path, { bytes, mtime, temporary: TEMPORARY, ...more });
}

function makeFolders(system: System, folder: string, isPrivate: boolean): void {
  const { files } = system;
  if (files.lstat(folder)) return;
  makeFolders(system, dirname(folder), isPrivate);
  files.mkdir(folder);
  files.chmod(folder, isPrivate ? 0o700 : 0o755);
}
