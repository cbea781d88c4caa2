import { dirname, isAbsolute, join } from "@std/path";
import { FileError, MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { ensureFolder } from "./folders.ts";

/** Milliseconds a command waits for another one to finish. */
const WAIT = 30_000;

/**
 * Where mpm keeps what it knows of this machine and shares with no project:
 * `mpm` in `XDG_STATE_HOME`, else in `~/.local/state`; on Windows in
 * `LOCALAPPDATA`. Throws CONFLICT where no home folder is known.
 */
export function userState(system: System): string {
  const home = system.home();
  const configured = system.platform === "windows"
    ? system.env("LOCALAPPDATA")
    : system.env("XDG_STATE_HOME");
  const base = configured && isAbsolute(configured)
    ? configured
    : home && join(home, ".local", "state");
  if (base) return join(base, "mpm");
  throw new MpmError("CONFLICT", "Cannot find your home folder", {
    hint: "Set HOME: mpm keeps there what it installed where",
  });
}

/** A folder of mpm's own in the user's state, made if it is not there. */
export function ensureUserFolder(system: System, name: string): string {
  const state = userState(system);
  makeParents(system, dirname(state));
  const folder = join(state, name);
  ensureFolder(system, folder, dirname(state));
  return folder;
}

/** The user's own folders keep the mode they have. */
function makeParents(system: System, folder: string): void {
  if (system.files.stat(folder)) return;
  makeParents(system, dirname(folder));
  try {
    system.files.mkdir(folder);
  } catch (error) {
    const there = error instanceof FileError && error.problem === "exists";
    if (!there) throw error;
  }
}

/**
 * Runs `write` while no other mpm of this user changes what belongs to no one
 * project: settings, and which scripts may run. Throws LOCKED.
 */
export async function withUserLock<T>(
  system: System,
  write: () => T | Promise<T>,
): Promise<T> {
  const lock = join(ensureUserFolder(system, "."), ".lock");
  using held = await system.files.lock(lock, WAIT);
  if (held) return await write();
  throw new MpmError("LOCKED", `Cannot lock "${lock}": another mpm holds it`, {
    hint: "Wait for it to finish and run the command again",
  });
}
