import { attempt } from "../../base/errors.ts";
import type { RunResult, System } from "../../system/system.ts";
import { decodeBytes } from "../text.ts";

/*
 * Lists other processes through a shell: mpm is built without the permission to
 * read below /proc. Data is passed as arguments, never as part of a script.
 */

/** Milliseconds for a look at all processes. */
const LIMIT = 10_000;

async function runScript(
  system: System,
  script: string,
  ...args: readonly string[]
): Promise<RunResult> {
  const options = { args: ["-c", script, "sh", ...args], timeout: LIMIT };
  return await system.run("sh", { ...options, cwd: "/" });
}

async function outputOf(
  ...[system, script, ...args]: Parameters<typeof runScript>
): Promise<string> {
  const { stdout } = await runScript(system, script, ...args);
  return decodeBytes(stdout);
}

/** The process named in a lock of Claude Code. */
export interface LockHolder {
  readonly pid: number;
  /** Its start in clock ticks since boot; missing in older locks. */
  readonly start: string | undefined;
}

/**
 * Returns the holder in a lock's reason: `claude session <name> (pid N start
 * S)` or `claude agent <id> (pid N)`. Any other is a person's.
 */
export function lockHolder(reason: string): LockHolder | undefined {
  const [, pid, start] =
    /^claude (?:session|agent) [^\n]* \(pid ([1-9]\d{0,9})(?: start (\d{1,20}))?\)$/
      .exec(reason) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), start };
}

/**
 * Returns the start time in `/proc/<pid>/stat`, field 22. The second field, the
 * program's name in parentheses, may contain anything.
 */
export function startInStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return /^\d+$/.test(fields[19] ?? "") ? fields[19] : undefined;
}

export interface WorktreeLock {
  readonly reason: string;
  /** State of the process in `reason`; `unknown`: it cannot be checked. */
  readonly holder: "alive" | "dead" | "unknown";
}

/**
 * Returns whether the process named in `reason` is running. Only Linux shows
 * this, and a process in another container looks dead.
 */
export async function readLock(
  system: System,
  reason: string,
): Promise<WorktreeLock> {
  const named = lockHolder(reason);
  const [holder] = named ? await readHolders(system, [named]) : [];
  return { reason, holder: holder ?? "unknown" };
}

/**
 * Returns for each process whether it is running, with one look at /proc. The
 * start time shows a number that is used again.
 */
export async function readHolders(
  system: System,
  holders: readonly LockHolder[],
): Promise<WorktreeLock["holder"][]> {
  if (holders.length === 0) return [];
  if (!showsProcesses(system)) return holders.map(() => "unknown");
  const there = new Set(
    holders.filter(({ pid }) => isThere(system, `/proc/${pid}`)),
  );
  const started = [...there].filter(({ start }) => start !== undefined);
  const starts = await readStarts(system, started.map(({ pid }) => pid));
  return holders.map((holder) => {
    if (!there.has(holder)) return "dead";
    if (holder.start === undefined) return "alive";
    const now = starts.get(holder.pid);
    if (now === undefined) return "unknown";
    return now === holder.start ? "alive" : "dead";
  });
}

async function readStarts(
  system: System,
  pids: readonly number[],
): Promise<Map<number, string | undefined>> {
  if (pids.length === 0) return new Map();
  const paths = pids.map((pid) => `/proc/${pid}/stat`);
  const script = 'exec cat "$@" 2> /dev/null';
  // The program's name may contain anything, even line breaks.
  const stats = (await outputOf(system, script, ...paths)).split(
    /\n(?=\d+ \()/,
  );
  return new Map(stats.map((stat) => [parseInt(stat), startInStat(stat)]));
}

/** The context in which process numbers are valid. */
export interface Machine {
  /** UUID of the current boot; `undefined` if the system has none. */
  readonly boot: string | undefined;
  /** The process namespace, e.g. `4026531836`; others cannot be seen. */
  readonly namespace: string | undefined;
}

/** Reads the machine's data from /proc, if there is one. */
export async function readMachine(system: System): Promise<Machine> {
  if (!showsProcesses(system)) return { boot: undefined, namespace: undefined };
  const script = "cat /proc/sys/kernel/random/boot_id; " +
    "exec readlink /proc/self/ns/pid";
  const text = await outputOf(system, script);
  return {
    boot: /^[0-9a-f-]{36}$/m.exec(text)?.[0],
    namespace: /^pid:\[(\d+)\]/m.exec(text)?.[1],
  };
}

/** A process that cannot be confused with another process. */
export interface KnownProcess {
  readonly pid: number | null;
  /** Its start in clock ticks since boot; null: not available. */
  readonly start: string | null;
  /** The current boot, a UUID; null: not available. */
  readonly boot: string | null;
}

/** Returns the process of this mpm. */
export async function readSelf(system: System): Promise<KnownProcess> {
  const script = 'echo "$PPID"; cat /proc/sys/kernel/random/boot_id; ' +
    'exec cat "/proc/$PPID/stat"';
  const output = await outputOf(system, `{ ${script}; } 2> /dev/null`);
  const [pid = "", boot = "", ...stat] = output.split("\n");
  const isLinux = showsProcesses(system);
  return {
    pid: /^\d+$/.test(pid) ? Number(pid) : null,
    start: isLinux ? startInStat(stat.join("\n")) ?? null : null,
    boot: isLinux && /^[0-9a-f-]{36}$/.test(boot) ? boot : null,
  };
}

/** Returns this user's processes with the variable `NAME=VALUE`. */
export async function processesWith(
  system: System,
  variable: string,
): Promise<number[]> {
  if (!showsProcesses(system)) return [];
  const script = 'exec grep -l -s -z -x -F -e "$1" /proc/[0-9]*/environ';
  const paths = (await outputOf(system, script, variable)).split("\n");
  return paths.filter(Boolean).map((path) => Number(path.split("/")[2]));
}

/** A process number, with the data that shows how long it is valid. */
export interface ProcessMark {
  readonly pid: number;
  /** Its start in clock ticks since boot. */
  readonly start: string;
  /** The number of its process namespace. */
  readonly namespace: string;
}

/** Prints the processes above the shell, its parent first, and a namespace. */
const ANCESTORS = 'p=$PPID; n=0; while [ "$p" -gt 1 ] && [ $n -lt 8 ] && ' +
  'read -r stat < "/proc/$p/stat"; do echo "$stat"; ' +
  'set -- ${stat##*") "}; p=$2; n=$((n + 1)); done; ' +
  "exec readlink /proc/self/ns/pid";

const SHELLS = /^\d+ \((?:ba|da|a|z|k|fi)?sh\) /;

/** Returns the program that started this one, skipping shells. */
export async function callingProgram(
  system: System,
): Promise<ProcessMark | undefined> {
  if (!showsProcesses(system)) return undefined;
  const lines = (await outputOf(system, ANCESTORS)).trimEnd().split("\n");
  const namespace = /^pid:\[(\d+)\]$/.exec(lines.pop() ?? "")?.[1];
  const stat = lines.slice(1).find((line) => !SHELLS.test(line)) ?? "";
  const [pid, start] = [parseInt(stat), startInStat(stat)];
  return pid > 1 && start !== undefined && namespace !== undefined
    ? { pid, start, namespace }
    : undefined;
}

/** Returns whether /proc exists and shows other processes. */
function showsProcesses(system: System): boolean {
  return system.platform === "linux" && isThere(system, "/proc/self") &&
    isThere(system, "/proc/1");
}

/** Returns whether `path` exists; also true if that cannot be checked. */
function isThere({ files }: System, path: string): boolean {
  return attempt(() => files.lstat(path) !== undefined) ?? true;
}

/** Each prints something if a program has the file `$1` open. */
const SCRIPTS: Partial<Record<System["platform"], string>> = {
  // `find` itself opens the file: `exec` gives it the shell's process number.
  linux: 'exec find -L /proc/[0-9]*/fd -maxdepth 1 -samefile "$1" ' +
    '! -path "/proc/$$/fd/*" 2> /dev/null',
  darwin: 'PATH=$PATH:/usr/sbin; exec lsof -w -t -- "$1"',
};

/** The status of the shell if the program is missing, or cannot be run. */
const NOT_RUN = 126;

/**
 * Returns whether a program has the file open, also if unknown. Other users'
 * programs cannot be seen; Windows does not remove open files.
 */
export async function isOpenAnywhere(
  system: System,
  path: string,
): Promise<boolean> {
  const script = SCRIPTS[system.platform];
  if (script === undefined) return false;
  if (system.platform === "linux" && !showsProcesses(system)) return true;
  const { outcome, status, stdout } = await runScript(system, script, path);
  return outcome !== "exited" || status >= NOT_RUN || stdout.length > 0;
}
