import type { System } from "../system/system.ts";

/** Bytes of a log before it is put aside; one older one is kept. */
const LIMIT = 256 * 1024;

/** Adds a line of JSON to a log of mpm's own. Throws a FileError. */
export function appendLog(system: System, path: string, line: unknown): void {
  const size = system.files.lstat(path)?.size ?? 0;
  if (size > LIMIT) system.files.rename(path, `${path}.1`);
  const text = `${JSON.stringify(line)}\n`;
  system.files.append(path, new TextEncoder().encode(text));
}
