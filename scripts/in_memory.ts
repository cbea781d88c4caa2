/** Bytes of memory that must be there: the tests need a part of it. */
const ROOM = 6 * 1024 ** 3;

/** `$1`: an empty folder, `$2`: bytes at most; behind them the command. */
const MOUNTED = `
mount -t tmpfs -o "size=$2,mode=1777" tmpfs "$1"
export TMPDIR="$1"
shift 2
exec "$@"
`;

/**
 * The command line that runs `command` with its temporary files in memory: what
 * syncs again and again mostly waits for a disk. The mount is seen by that
 * process alone, and ends with it. Where there can be none (that needs Linux,
 * root and room), or `TMPDIR` already says where to be, it is `command` itself.
 *
 * Not in `/dev/shm`, where a program with fewer than all permissions of Deno may
 * open no file.
 */
export function inMemory(
  command: readonly string[],
  { room = ROOM, chosen = Deno.env.get("TMPDIR") } = {},
): readonly string[] {
  const { available } = Deno.systemMemoryInfo();
  const isPossible = Deno.build.os === "linux" && Deno.uid() === 0 &&
    !chosen && available >= room;
  if (!isPossible) return command;
  const folder = Deno.makeTempDirSync({ prefix: "mpm-memory-" });
  // Nothing is in it but for the process that has the mount.
  globalThis.addEventListener("unload", () => Deno.removeSync(folder));
  const before = [
    ...["unshare", "-m", "sh", "-euc", MOUNTED, "sh"],
    ...[folder, String(Math.floor(available / 2))],
  ];
  return runs([...before, "true"]) ? [...before, ...command] : command;
}

function runs([program, ...args]: readonly string[]): boolean {
  try {
    const options = { args, stderr: "null" } as const;
    return new Deno.Command(program!, options).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
