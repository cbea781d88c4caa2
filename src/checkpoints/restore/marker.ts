import { join } from "@std/path";
import { FileError } from "../../base/errors.ts";
import { asciiJson } from "../../base/escape.ts";
import { isTargetId } from "../name.ts";
import { field, isFields } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import {
  type Aside,
  asideIn,
  ensureFolder,
  layout,
  removeIfThere,
  removeTree,
  writeAtomic,
} from "../../ops/mod.ts";
import { worktreeKey } from "../raw_cache.ts";

/** A checkpoint by its id and commit. */
export interface CheckpointRef {
  readonly id: string;
  readonly commit: string;
}

/** A restore under way: there from before its first change until its end. */
export interface RestoreMarker {
  /** Tells one restore from another; also the content of its index lock. */
  readonly restore: string;
  readonly worktree: string;
  readonly target: CheckpointRef;
  readonly safety: CheckpointRef;
  readonly paths: readonly string[];
  readonly exact: boolean;
  /** Of an undo: the checkpoint whose files may go. */
  readonly brought: string | null;
  readonly operation: string;
  readonly title: string;
  readonly undoes: number | null;
  /** True if it is a step of a detour, see `RestoreOrder`. */
  readonly clears?: boolean;
  /** Absolute path of the folder of the new files. */
  readonly staging: string;
  /** Files that were in the way, by each run of it. */
  readonly aside: readonly Aside[];
}

/** The folder that a restore of `worktree` puts files together in. */
export function stagingFolder(root: string, worktree: string): string {
  return join(layout(root).state, `restore-${worktreeKey(worktree)}`);
}

function markerFile(root: string, worktree: string): string {
  return `${stagingFolder(root, worktree)}.json`;
}

/** Call under the lock. */
export function writeMarker(
  system: System,
  root: string,
  marker: RestoreMarker,
): void {
  ensureFolder(system, layout(root).state, root);
  writeAtomic(system, markerFile(root, marker.worktree), {
    bytes: new TextEncoder().encode(`${asciiJson(marker)}\n`),
  });
}

/**
 * Returns whether a restore of `worktree` is under way or was killed; costs
 * nothing.
 */
export function hasMarker(
  system: System,
  root: string,
  worktree: string,
): boolean {
  return system.files.lstat(markerFile(root, worktree)) !== undefined;
}

/** The marker; `undefined` if it is missing or unusable. */
export function readMarker(
  system: System,
  root: string,
  worktree: string,
): RestoreMarker | undefined {
  try {
    const bytes = system.files.readOwn(
      markerFile(root, worktree),
      4 * 1024 * 1024,
    );
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isMarker(value) && value.worktree === worktree
      ? { ...value, aside: asideIn(field(value, "aside")) }
      : undefined;
  } catch (error) {
    if (error instanceof FileError || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function isMarker(value: unknown): value is RestoreMarker {
  const isRef = (ref: unknown) =>
    isFields(ref) && isTargetId(String(ref.id)) &&
    /^[0-9a-f]{40,64}$/.test(String(ref.commit));
  const paths = field(value, "paths");
  const brought = field(value, "brought");
  return isRef(field(value, "target")) && isRef(field(value, "safety")) &&
    /^[a-z0-9]{8,64}$/.test(String(field(value, "restore"))) &&
    Array.isArray(paths) && paths.every((path) => typeof path === "string") &&
    (brought === null || /^[0-9a-f]{40,64}$/.test(String(brought)));
}

/** Removes the marker and what waited beside it. Call under the lock. */
export function dropMarker(
  system: System,
  root: string,
  worktree: string,
): void {
  removeTree(system, stagingFolder(root, worktree));
  removeIfThere(system, markerFile(root, worktree));
}
