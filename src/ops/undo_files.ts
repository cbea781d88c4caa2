import { dirname, isAbsolute, normalize } from "@std/path";
import { join } from "../base/join.ts";
import { sha256 } from "../base/digest.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { field } from "../base/parsed_values.ts";
import { getOwn } from "../base/own.ts";
import type { ProgressLine } from "../cli/mod.ts";
import type { System } from "../system/system.ts";
import { removeIfThere, writeAtomic } from "./atomic.ts";
import {
  type FileVersion,
  type FileVersions,
  type JournalEntry,
  versionsIn,
} from "./entry.ts";
import { copyFile, LARGEST } from "./trash.ts";
import { HOME, layout } from "./layout.ts";

type Progress = ProgressLine["show"];

/** A file that an undo changes from one version to another. */
export interface FileStep {
  /** Absolute. */
  readonly path: string;
  /** The file's name in the journal. */
  readonly name: string;
  readonly have: FileVersion | null;
  readonly want: FileVersion | null;
}

/** The changes that an undo would make to files. */
export interface FilesPlan {
  readonly steps: readonly FileStep[];
  /**
   * The reasons why the undo is impossible, one line each. If there are any,
   * nothing may be changed.
   */
  readonly obstacles: readonly string[];
}

/**
 * Compares the current files with the result of an operation. A file that is
 * already in its earlier state needs no step. Any other difference is an
 * obstacle, since someone has changed the file. Throws CONFLICT if the entry
 * names no files.
 */
export function planFiles(
  system: System,
  root: string,
  { before, after }: Pick<JournalEntry, "before" | "after">,
  progress: Progress = () => {},
): FilesPlan {
  const wanted = versionsOf(system, root, before, "before");
  const left = versionsOf(system, root, after, "after");
  const steps: FileStep[] = [];
  const obstacles: string[] = [];
  // Version 0.1.0 also made second copies in git repositories; these are now in
  // the log of saves.
  const isGone = !system.files.lstat(layout(root).kept);
  for (const [at, [name, want]] of Object.entries(wanted).entries()) {
    if (isGone && name.startsWith(`${HOME}/kept/`)) continue;
    progress("Comparing", at, Object.keys(wanted).length);
    const step = {
      name,
      path: absolute(root, name),
      have: getOwn(left, name) ?? null,
      want,
    };
    const obstacle = obstacleTo(system, root, step);
    if (obstacle !== undefined) obstacles.push(`${name}: ${obstacle}`);
    else if (versionAt(system, step.path) !== (want?.sha256 ?? null)) {
      steps.push(step);
    }
  }
  return { steps: steps.sort(inOrder), obstacles };
}

/**
 * Returns the versions in an entry, or in the file that the entry names for
 * them.
 */
function versionsOf(
  system: System,
  root: string,
  side: unknown,
  name: "before" | "after",
): FileVersions {
  const list = field(side, "list");
  if (list === undefined) return versionsIn(side);
  const version = Object.values(versionsIn({ files: { list } }))[0];
  const bytes = version && keptBytes(system, root, version);
  if (!bytes) {
    throw new MpmError(
      "CONFLICT",
      "The list of its files is not in the trash",
      {
        hint: "The trash has been emptied since then: see docs/undo.md",
      },
    );
  }
  // The file is trusted: its digest is in a line that this user's mpm wrote.
  const lists: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return versionsIn({ files: field(lists, name) });
}

/**
 * Returns the versions before and after, from the file that a side of an entry
 * names.
 */
export function listedVersions(
  system: System,
  root: string,
  side: unknown,
): FileVersions {
  if (field(side, "list") === undefined) return {};
  return attempt(() => ({
    ...versionsOf(system, root, side, "after"),
    ...versionsOf(system, root, side, "before"),
  })) ?? {};
}

function absolute(root: string, name: string): string {
  return isAbsolute(name) ? name : join(root, name);
}

/** An obstacle that cannot be removed. */
export const GONE = "its earlier version is no longer in the trash";

function obstacleTo(
  system: System,
  root: string,
  { name, path, have, want }: FileStep,
): string | undefined {
  if (normalize(path) !== path || name.split(/[/\\]/).includes("..")) {
    return "mpm does not write to this path";
  }
  const link = linkAbove(system, root, path);
  if (link !== undefined) return `"${link}" is not a folder`;
  const now = versionAt(system, path);
  if (now === (want?.sha256 ?? null)) return undefined;
  if (now !== (have?.sha256 ?? null)) {
    return have === null
      ? "another file is there now"
      : now === null
      ? "it was removed later"
      : "it was changed later";
  }
  if (want === null || keptBytes(system, root, want)) return undefined;
  return GONE;
}

/**
 * Returns the obstacle if something between the project and one of its files is
 * not a folder.
 */
function linkAbove(
  system: System,
  root: string,
  path: string,
): string | undefined {
  if (!path.startsWith(join(root, "/"))) return undefined;
  for (let folder = dirname(path); folder !== root; folder = dirname(folder)) {
    const kind = system.files.lstat(folder)?.kind ?? "folder";
    if (kind !== "folder") return folder;
  }
  return undefined;
}

/**
 * Returns the digest of the existing file. null: it is missing; "": it is not a
 * plain file.
 */
function versionAt(system: System, path: string): string | null {
  const found = system.files.lstat(path);
  if (!found) return null;
  if (found.kind !== "file") return "";
  return sha256(system.files.readOwn(path, LARGEST));
}

/**
 * Returns where the content of a version is kept. `undefined`: it is not in the
 * trash.
 */
function keptPath(
  root: string,
  { kept }: FileVersion,
): string | undefined {
  if (kept === null || isAbsolute(kept)) return undefined;
  const { trash } = layout(root);
  const path = join(trash, kept);
  return path.startsWith(join(trash, "/")) ? path : undefined;
}

function keptBytes(
  system: System,
  root: string,
  version: FileVersion,
): Uint8Array | undefined {
  const path = keptPath(root, version);
  if (path === undefined || linkAbove(system, root, path)) return undefined;
  const bytes = attempt(() => system.files.readOwn(path, LARGEST));
  return bytes && sha256(bytes) === version.sha256 ? bytes : undefined;
}

/**
 * Compares the order of two steps, so that a save is complete or absent at
 * every moment. Its JSON is written after its checksum and before all other
 * files, and removed in the reverse order.
 */
function inOrder(one: FileStep, other: FileStep): number {
  return order(one) - order(other);
}

function order({ name, want }: FileStep): number {
  const place = name.endsWith(".sha256")
    ? 0
    : /sessions\/[^/]*\.json$/.test(name)
    ? 1
    : name.endsWith(".json")
    ? 2
    : 3;
  return want === null ? -place : place;
}

/**
 * The name of a file while it is written, which may be left after an
 * interruption.
 */
const TEMPORARY = ".mpm-undo.tmp";

/**
 * Copies the files that the steps replace into a trash folder, with hard links
 * if possible. Returns the steps with the copies in `have`.
 */
export function keepPresent(
  system: System,
  root: string,
  { steps, folder }: { steps: readonly FileStep[]; folder: () => string },
): FileStep[] {
  const { trash } = layout(root);
  let count = 0;
  return steps.map((step) => {
    const { path, have } = step;
    if (!have) return step;
    const number = String(++count).padStart(4, "0");
    const kept = join(folder(), number);
    if (!isLinked(root, path) || !linked(system, path, kept)) {
      copyFile(system, path, kept);
    }
    const place = kept.slice(trash.length + 1).replaceAll("\\", "/");
    return { ...step, have: { ...have, kept: place } };
  });
}

/**
 * Returns whether a hard link is enough. Saves are never written in place, and
 * a digest would show it.
 */
function isLinked(root: string, path: string): boolean {
  const { sessions, kept } = layout(root);
  return [sessions, kept].some((folder) => path.startsWith(join(folder, "/")));
}

function linked(system: System, from: string, to: string): boolean {
  return attempt(() => (system.files.link(from, to), true)) ?? false;
}

/**
 * Performs the remaining steps. A file that is neither in its earlier nor in
 * its later state is not changed. Returns the names of the earlier versions.
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
    progress("Undoing", at, steps.length);
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
    // A rename does nothing if both names belong to the same file, so remove
    // the temporary name.
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
