import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { createTar } from "nanotar";
import type { Triple } from "./toolchain.ts";

/** A file of an archive. */
export interface Packed {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** What a release calls the archive of a platform, the same in all versions. */
export function assetName(triple: Triple): string {
  const kind = triple.includes("windows") ? "zip" : "tar.gz";
  return `mpm-${triple}.${kind}`;
}

/**
 * An archive of these files that depends on nothing but them and the day:
 * neither on the machine nor on when it is made.
 *
 * @param day `YYYY-MM-DD`, the time of all files; or "unknown"
 */
export function pack(
  triple: Triple,
  files: readonly Packed[],
  day: string,
): Uint8Array {
  const time = Date.parse(`${day}T00:00:00Z`);
  return triple.includes("windows")
    ? zip(files, Number.isNaN(time) ? ZIP_BEGINS : time)
    : gzipSync(tar(files, time || 0), { level: 9 });
}

/** A ZIP archive knows no earlier time. */
const ZIP_BEGINS = Date.UTC(1980, 0, 1);

function tar(files: readonly Packed[], mtime: number): Uint8Array {
  return createTar(files.map(({ name, bytes, executable }) => ({
    name,
    data: bytes,
    attrs: { mode: executable ? "755" : "644", uid: 0, gid: 0, mtime },
  })));
}

function zip(files: readonly Packed[], time: number): Uint8Array {
  const utc = new Date(time);
  // It has local times; these are the same numbers in every zone.
  const mtime = new Date(
    utc.getUTCFullYear(),
    utc.getUTCMonth(),
    utc.getUTCDate(),
  );
  return zipSync(
    Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])),
    { level: 9, mtime },
  );
}
