import { dirname } from "@std/path";
import { attempt } from "../base/errors.ts";
import type { System } from "../system/system.ts";

/*
 * Looks at existing files for data that is not important enough to cause a
 * failure.
 */

/** Returns the names in a folder; empty if the folder cannot be read. */
export function listNames({ files }: System, folder: string): string[] {
  return attempt(() => files.list(folder).map(({ name }) => name)) ?? [];
}

/** Returns whether a regular file exists; reading a FIFO would block. */
export function isFile({ files }: System, path: string): boolean {
  return attempt(() => files.stat(path)?.kind === "file") ?? false;
}

/** Returns the regular files among these, with the times of their change. */
export function withTimes<File extends { readonly path: string }>(
  { files }: System,
  all: readonly File[],
): (File & { time: number })[] {
  return all.flatMap((one) => {
    const info = attempt(() => files.stat(one.path));
    return info?.kind === "file" ? [{ ...one, time: info.mtime }] : [];
  });
}

/** Returns the start of a file as text; empty if it cannot be read. */
export function startText(
  { files }: System,
  path: string,
  most: number,
): string {
  return new TextDecoder()
    .decode(attempt(() => files.readPart(path, 0, most)));
}

/** Returns whether a folder exists, perhaps behind a link. */
export function isFolder({ files }: System, path: string): boolean {
  return attempt(() => files.stat(path)?.kind === "folder") ?? false;
}

/** Creates a folder and its missing parents, accessible only to the user. */
export function makeFolder(system: System, folder: string): void {
  if (system.files.lstat(folder)) return;
  makeFolder(system, dirname(folder));
  system.files.mkdir(folder);
}
