import type { FileInfo } from "../../system/system.ts";

/** The usual permissions of files, which git tells apart or leaves to the umask. */
const USUAL = new Map([
  ["100644", [0o644, 0o664]],
  ["100755", [0o755, 0o775]],
]);

/** Those that `mode` does not tell: where git looks at no bits, +x is one. */
export function permissionsOf(
  { kind, mode: bits }: FileInfo,
  mode: string,
): { permissions?: number } {
  const usual = bits === undefined || kind === "link" ||
    USUAL.get(mode)?.includes(bits);
  return usual ? {} : { permissions: bits };
}
