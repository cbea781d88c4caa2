import { attempt } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { decodeBytes } from "../text.ts";

/*
 * What other processes do, asked by a shell: reading below /proc is a
 * permission mpm is not built with. Data are arguments, never part of a script.
 */

/** Milliseconds for reading a file of /proc, and for a look at all processes. */
const READ_LIMIT = 5000;
const SEARCH_LIMIT = 10_000;

/** The process that a lock of Claude Code names. */
export interface LockHolder {
  readonly pid: number;
  /** Its start in clock ticks since boot, as in /proc; older locks lack it. */
  readonly start: string | undefined;
}

/**
 * The holder in a lock's reason, which Claude Code writes as
 * `claude session <name> (pid N start S)` or `claude agent <id> (pid N)`.
 * `undefined` for any other: who locked it by hand had a reason.
 */
export function lockHolder(reason: string): LockHolder | undefined {
  const [, pid, start] =
    /^claude (?:session|agent) [^\n]* \(pid ([1-9]\d{0,9})(?: start (\d{1,20}))?\)$/
      .exec(reason) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), start };
}

/**
 * The start time in `/proc/<pid>/stat`, its field 22. The second, the
 * program's name in parentheses, may hold anything.
 */
export function startInStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return /^\d+$/.test(fields[19] ?? "") ? fields[19] : undefined;
}

export interface WorktreeLock {
  readonly reason: string;
  /** State of the process that it names; `unknown`: it cannot be told. */
  readonly holder: "alive" | "dead" | "unknown";
}

/**
 * Returns whether the process that `reason` names still runs. It is told from
 * Linux's /proc alone: elsewhere, and of any other reason, it is unknown. A
 * process of another container cannot be seen from here and looks dead.
 */
export async function readLock(
  system: System,
  reason: string,
): Promise<WorktreeLock> {
  const named = lockHolder(reason);
  if (!named || !showsProcesses(system)) return { reason, holder: "unknown" };
  const { pid, start } = named;
  if (!isThere(system, `/proc/${pid}`)) return { reason, holder: "dead" };
  // A number that was given to another process can only be told by its start.
  if (start === undefined) return { reason, holder: "alive" };
  const { status, stdout } = await system.run("sh", {
    args: ["-c", 'exec cat "/proc/$1/stat"', "sh", String(pid)],
    cwd: "/",
    timeout: READ_LIMIT,
  });
  const now = status === 0 ? startInStat(decodeBytes(stdout)) : undefined;
  if (now === undefined) return { reason, holder: "unknown" };
  return { reason, holder: now === start ? "alive" : "dead" };
}

/** Returns whether /proc is there and shows more than one's own processes. */
function showsProcesses(system: System): boolean {
  return system.platform === "linux" && isThere(system, "/proc/self") &&
    isThere(system, "/proc/1");
}

/** Returns whether something is at `path`; yes where it cannot be looked at. */
function isThere({ files }: System, path: string): boolean {
  return attempt(() => files.lstat(path) !== undefined) ?? true;
}

/** Each prints something where a program has the file `$1` open. */
const SCRIPTS: Partial<Record<System["platform"], string>> = {
  // `find` itself opens the file: `exec` gives it the number of the shell.
  linux: 'exec find -L /proc/[0-9]*/fd -maxdepth 1 -samefile "$1" ' +
    '! -path "/proc/$$/fd/*" 2> /dev/null',
  darwin: 'PATH=$PATH:/usr/sbin; exec lsof -w -t -- "$1"',
};

/** The shell's status where there is no such program, or it cannot be run. */
const NOT_RUN = 126;

/**
 * Returns whether a program has the file open, or that cannot be found out.
 * Those of other users cannot be seen. On Windows an open file cannot be
 * removed.
 */
export async function isOpenAnywhere(
  system: System,
  path: string,
): Promise<boolean> {
  const script = SCRIPTS[system.platform];
  if (script === undefined) return false;
  if (system.platform === "linux" && !showsProcesses(system)) return true;
  const { outcome, status, stdout } = await system.run("sh", {
    args: ["-c", script, "sh", path],
    cwd: "/",
    timeout: SEARCH_LIMIT,
  });
  return outcome !== "exited" || status >= NOT_RUN || stdout.length > 0;
}
