import type { FileInfo } from "../../system/system.ts";

/** A file or link as it was read. */
export interface CapturedFile {
  readonly mode: string;
  readonly id: string;
  /** Absent if git has stored the content, or only computed its ID. */
  readonly bytes?: Uint8Array;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  /** True if git has stored it. */
  readonly stored?: true;
  /** Facts that distinguish the file from a changed one. */
  readonly seen?: FileInfo | undefined;
  /** Permission bits that git's mode does not record. */
  readonly permissions?: number;
}

/** The usual permissions by git mode, which depend on the umask. */
const USUAL = new Map([
  ["100644", [0o644, 0o664]],
  ["100755", [0o755, 0o775]],
]);

/** Returns the permission bits that `mode` does not record, even +x. */
function permissionsOf(
  { kind, mode: bits }: FileInfo,
  mode: string,
): { permissions?: number } {
  const usual = bits === undefined || kind === "link" ||
    USUAL.get(mode)?.includes(bits);
  return usual ? {} : { permissions: bits };
}

/** Returns the facts about a file whose content git has. */
export function storedFile(
  info: FileInfo,
  mode: string,
): Omit<CapturedFile, "id"> {
  const { size, mtime } = info;
  return { mode, size, mtime, ...permissionsOf(info, mode) };
}
