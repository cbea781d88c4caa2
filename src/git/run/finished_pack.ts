import { createHash } from "node:crypto";
import { FileError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";

/** The hashes that git may close a pack or its index with, and their bytes. */
const CLOSINGS = [["sha1", 20], ["sha256", 32]] as const;

/** Of a pack: its signature, its version, and how many objects it holds. */
const PACK_HEADER = 12;

/** Bytes read at a time. */
const CHUNK = 1 << 20;

/**
 * Returns the hash that a pack, or the index of one, ends with, as hexadecimal
 * digits; `undefined` where git did not write all of it. A `git fast-import`
 * that fails fills in the number of objects all the same, but not the hash.
 */
export function closingHash(
  system: System,
  path: string,
  size: number,
): string | undefined {
  try {
    return CLOSINGS.map(([hash, length]) =>
      hashOf(system, path, size, { hash, length })
    ).find((found) => found !== undefined);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

function hashOf(
  { files }: System,
  path: string,
  size: number,
  { hash, length }: { hash: string; length: number },
): string | undefined {
  const end = size - length;
  if (end < PACK_HEADER) return undefined;
  const digest = createHash(hash);
  for (let at = 0; at < end; at += CHUNK) {
    digest.update(files.readPart(path, at, Math.min(CHUNK, end - at)));
  }
  const found = digest.digest("hex");
  const closing = files.readPart(path, end, length);
  return found === closing.toHex() ? found : undefined;
}
