/** Bytes of memory that tests may fill: several times what they hold at once. */
const SIZE = 4e9;

/** Free memory that tests need for themselves, too. */
const FREE = 8e9;

/**
 * `$0`: where it is mounted. Some tests run mpm as no one, who has to get in.
 */
const MOUNT = `mount -t tmpfs -o mode=711,size=${SIZE} tmpfs "$0"`;

/**
 * Returns whether the tests have room in memory. Uses Linux's figures for the
 * machine (`/proc/meminfo`) and for this group of processes (`memory.max`, ""
 * if it is missing).
 */
export function hasRoom(meminfo: string, limit: string): boolean {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1];
  const isLimited = /^\d+$/.test(limit.trim()) && Number(limit) < FREE;
  return Number(kilobytes ?? 0) * 1024 >= FREE && !isLimited;
}

async function readIfThere(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}

/** A folder in memory, which only what is started behind these words sees. */
export interface Memory {
  readonly folder: string;
  readonly before: readonly string[];
}

/**
 * A file system in memory for a command, which ends with it. On a disk, tests
 * wait a good part of their time, since mpm syncs everything that it writes.
 * The folder that it is mounted at is the caller's to remove. `undefined` if it
 * is not possible: it takes Linux, root's right to mount, and memory; or if
 * `TMPDIR` says where to write.
 */
export async function inMemory(): Promise<Memory | undefined> {
  if (Deno.build.os !== "linux" || Deno.env.has("TMPDIR")) return undefined;
  // Else it takes being root in there, which tests tell apart.
  if (Deno.uid() !== 0) return undefined;
  const meminfo = await readIfThere("/proc/meminfo");
  const limit = await readIfThere("/sys/fs/cgroup/memory.max");
  if (!hasRoom(meminfo, limit)) return undefined;
  const folder = await Deno.makeTempDir({ prefix: "mpm-tests-" });
  const words = ["-m", "sh", "-euc", `${MOUNT}\nexec "$@"`, folder];
  const tried = await new Deno.Command("unshare", {
    args: [...words, "true"],
    stderr: "null",
  }).output().catch(() => undefined);
  if (tried?.success) return { folder, before: ["unshare", ...words] };
  await Deno.remove(folder);
  return undefined;
}
