import type { System } from "../../system/system.ts";
import { showsProcesses } from "./lock_holder.ts";

/** Milliseconds for looking at the open files of all processes. */
const TIME_LIMIT = 10_000;

/**
 * Each prints something where a program has the file `$1` open. Reading below
 * /proc is a permission mpm is not built with, a shell is.
 */
const SCRIPTS: Partial<Record<System["platform"], string>> = {
  // `find` itself opens the file: `exec` gives it the number of the shell.
  linux: 'exec find -L /proc/[0-9]*/fd -maxdepth 1 -samefile "$1" ' +
    '! -path "/proc/$$/fd/*" 2> /dev/null',
  darwin: 'PATH=$PATH:/usr/sbin; exec lsof -w -t -- "$1"',
};

/** The shell's status where there is no such program, or it cannot be run. */
const NOT_RUN = 126;

/**
 * Whether a program has the file open, or that cannot be found out. Those of
 * other users cannot be seen. On Windows an open file cannot be removed.
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
    timeout: TIME_LIMIT,
  });
  return outcome !== "exited" || status >= NOT_RUN || stdout.length > 0;
}
