import { dirname } from "@std/path";
import { FileError } from "../base/errors.ts";
import { guard, problemOf } from "./real_errors.ts";
import { realRun } from "./real_run.ts";

/** Number of files to open at a time; the disk syncs them together. */
export const AT_ONCE = 64;

/** The number of files from which mpm syncs the whole disk instead. */
const MANY = 1000;

/** Milliseconds for syncing a whole disk, with other programs' data. */
const DISK_LIMIT = 20_000;

/** Makes existing files durable; see `Files.syncFiles`. */
export async function syncFiles(paths: readonly string[]): Promise<void> {
  if (paths.length >= MANY && await syncDisk(paths)) return;
  const left = paths.values();
  const worker = async () => {
    for (const path of left) await syncFile(path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Syncs a whole disk, ten times as fast for many files, if possible. */
async function syncDisk([first, ...more]: readonly string[]): Promise<boolean> {
  const folder = dirname(first!);
  if (!reportsLoss() || more.some((path) => dirname(path) !== folder)) {
    return false;
  }
  const { outcome, status } = await realRun("sh", {
    args: ["-c", 'exec sync -f "$1"', "sh", folder],
    cwd: "/",
    timeout: DISK_LIMIT,
  });
  return outcome === "exited" && status === 0;
}

/** Since Linux 5.8, syncfs(2) reports failed writes. */
const SAYS_SINCE = [5, 8] as const;

function reportsLoss(): boolean {
  if (Deno.build.os !== "linux") return false;
  const [major = 0, minor = 0] = Deno.osRelease().split(".").map(parseFloat);
  const [since, sinceMinor] = SAYS_SINCE;
  return major > since || major === since && minor >= sinceMinor;
}

async function syncFile(path: string): Promise<void> {
  // Windows syncs only files that are open for writing.
  using handle = guard(
    "sync",
    path,
    () => Deno.openSync(path, { read: true, write: true }),
  );
  await sync(handle, { path });
}

/** Makes the contents of an open file durable. */
export async function sync(
  handle: Deno.FsFile,
  { path }: { readonly path: string },
): Promise<void> {
  try {
    await handle.syncData();
  } catch (error) {
    throw new FileError(problemOf(error), "sync", path, error);
  }
}
