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

/**
 * Returns the name of a platform's archive in a release, the same in all
 * versions.
 */
export function assetName(triple: Triple): string {
  const kind = triple.includes("windows") ? "zip" : "tar.gz";
  return `mpm-${triple}.${kind}`;
}

/** The archive of the manifests for winget. */
export const WINGET = "mpm-winget.zip";

/**
 * An archive of these files that depends only on them and the day, not on the
 * machine or the time of the build.
 * @param day `YYYY-MM-DD`, the time of all files; or "unknown"
 */
export function pack(
  triple: Triple,
  files: readonly Packed[],
  day: string,
): Uint8Array {
  return triple.includes("windows")
    ? zip(files, day)
    : gzip(tar(files, timeOf(day) || 0));
}

const timeOf = (day: string) => Date.parse(`${day}T00:00:00Z`);

/** Offset of the system in the header of gzip (RFC 1952). */
const SYSTEM = 9;

function gzip(bytes: Uint8Array): Uint8Array {
  const made = gzipSync(bytes, { level: 9 });
  // macOS has its own number; 255 means unknown.
  made[SYSTEM] = 255;
  return made;
}

/** A ZIP archive cannot hold an earlier time. */
const ZIP_BEGINS = Date.UTC(1980, 0, 1);

/** The end of an archive, by POSIX: two empty blocks. */
const END = 2 * 512;

function tar(files: readonly Packed[], mtime: number): Uint8Array {
  const made = createTar(files.map(({ name, bytes, executable }) => ({
    name,
    data: bytes,
    attrs: { mode: executable ? "755" : "644", uid: 0, gid: 0, mtime },
  })));
  // It is padded to a multiple of 20 blocks, so any number may be left.
  const whole = new Uint8Array(made.length + END);
  whole.set(made);
  return whole;
}

/** A ZIP archive, as {@link pack} makes it for Windows. */
export function zip(files: readonly Packed[], day: string): Uint8Array {
  const utc = new Date(timeOf(day) || ZIP_BEGINS);
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
