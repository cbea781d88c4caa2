import { dirname } from "@std/path";
import { attempt } from "../base/errors.ts";
import type { System } from "../system/system.ts";

/* The existing files, for data that does not matter enough to fail for. */

/** The names in a folder; none where it cannot be read. */
export function listNames({ files }: System, folder: string): string[] {
  return attempt(() => files.list(folder).map(({ name }) => name)) ?? [];
}

/**
 * Returns whether a file is there, perhaps behind a link: a FIFO would hang its
 * reader.
 */
export function isFile({ files }: System, path: string): boolean {
  return attempt(() => files.stat(path)?.kind === "file") ?? false;
}

/** Returns whether a folder is there, perhaps behind a link. */
export function isFolder({ files }: System, path: string): boolean {
  return attempt(() => files.stat(path)?.kind === "folder") ?? false;
}

/** Makes a folder and those above it that are missing, for the user alone. */
export function makeFolder(system: System, folder: string): void {
  if (system.files.lstat(folder)) return;
  makeFolder(system, dirname(folder));
  system.files.mkdir(folder);
}
