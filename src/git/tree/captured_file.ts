import type { FileInfo } from "../../system/system.ts";

/** A file or link as it was read. */
export interface CapturedFile {
  readonly mode: string;
  readonly id: string;
  /** Absent where git has stored or only named it. */
  readonly bytes?: Uint8Array;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  /** True if git has stored it. */
  readonly stored?: true;
  /** The file when it was read, if these facts tell it from a changed one. */
  readonly seen?: FileInfo | undefined;
  /** Permission bits that a mode of git does not tell. */
  readonly permissions?: number;
}

/** The usual permissions of files, which git tells apart or leaves to the umask. */
const USUAL = new Map([
  ["100644", [0o644, 0o664]],
  ["100755", [0o755, 0o775]],
]);

/** Those that `mode` does not tell: where git looks at no bits, +x is one. */
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
