import { FileError } from "../../base/errors.ts";
import { lockHolder, startInStat } from "./lock_text.ts";
import type { System } from "../../system/system.ts";
import { decodeBytes } from "../text.ts";

export interface WorktreeLock {
  readonly reason: string;
  /** Whether the process it names still runs; `unknown`: it cannot be told. */
  readonly holder: "alive" | "dead" | "unknown";
}

/** Milliseconds for reading a file of /proc. */
const TIME_LIMIT = 5000;

/**
 * Prints a file. Reading below /proc is a permission mpm is not built with;
 * the number is an argument, never part of the script.
 */
const READ_STAT = 'exec cat "/proc/$1/stat"';

/**
 * Whether the process that `reason` names still runs. It is told from Linux's
 * /proc alone: elsewhere, and of any other reason, it is unknown. A process of
 * another container cannot be seen from here and looks dead.
 */
export async function readLock(
  system: System,
  reason: string,
): Promise<WorktreeLock> {
  const holder = lockHolder(reason);
  if (!holder || !showsProcesses(system)) return { reason, holder: "unknown" };
  const { pid, start } = holder;
  if (!isThere(system, `/proc/${pid}`)) return { reason, holder: "dead" };
  // A number that was given to another process can only be told by its start.
  if (start === undefined) return { reason, holder: "alive" };
  const now = await startOf(system, pid);
  if (now === undefined) return { reason, holder: "unknown" };
  return { reason, holder: now === start ? "alive" : "dead" };
}

/** Whether /proc is there and shows more than one's own processes. */
export function showsProcesses(system: System): boolean {
  return system.platform === "linux" && isThere(system, "/proc/self") &&
    isThere(system, "/proc/1");
}

/** What cannot be looked at counts as there. */
function isThere(system: System, path: string): boolean {
  try {
    return system.files.lstat(path) !== undefined;
  } catch (error) {
    if (error instanceof FileError) return true;
    throw error;
  }
}

async function startOf(
  system: System,
  pid: number,
): Promise<string | undefined> {
  const stat = await system.run("sh", {
    args: ["-c", READ_STAT, "sh", String(pid)],
    cwd: "/",
    timeout: TIME_LIMIT,
  });
  return stat.status === 0 ? startInStat(decodeBytes(stat.stdout)) : undefined;
}
