/** Bytes of memory that tests may fill: several times what they hold at once. */
const SIZE = 4e9;

/** Free memory that tests themselves need in addition. */
const FREE = 8e9;

/**
 * `$0`: where it is mounted. Some tests run mpm as an unprivileged user, who
 * needs access.
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

/** A folder in memory, visible only to commands started with these words. */
export interface Memory {
  readonly folder: string;
  readonly before: readonly string[];
}

/**
 * A file system in memory for a command, which ends with it. On a disk, tests
 * spend much of their time waiting, since mpm syncs everything that it writes.
 * The caller removes the folder where it is mounted. `undefined` if `TMPDIR` is
 * set or it is not possible: it needs Linux, root's right to mount, and memory.
 */
export async function inMemory(): Promise<Memory | undefined> {
  if (Deno.build.os !== "linux" || Deno.env.has("TMPDIR")) return undefined;
  // Otherwise it would need to be root in there, which changes some tests.
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
