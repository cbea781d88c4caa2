import { dirname, isAbsolute, join } from "@std/path";
import { FileError, MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { ensureFolder } from "./folders.ts";

/**
 * Returns the folder of machine data that no project shares: `mpm` in
 * `XDG_STATE_HOME`, else in `~/.local/state`; on Windows in `LOCALAPPDATA`.
 * Throws CONFLICT where no home folder is known.
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

/** `XDG_CONFIG_HOME` (Windows: `APPDATA`), else `.config` in the home folder. */
export function userFolder(system: System): string | undefined {
  const home = system.home();
  const folder =
    (system.platform === "windows"
      ? system.env("APPDATA")
      : system.env("XDG_CONFIG_HOME")) || (home && join(home, ".config"));
  return folder && isAbsolute(folder) ? folder : undefined;
}

/**
 * Claude Code's folder: `CLAUDE_CONFIG_DIR`, else `.claude` in the home folder;
 * `undefined` where neither is known.
 */
export function claudeHome(system: System): string | undefined {
  const configured = system.env("CLAUDE_CONFIG_DIR");
  if (configured) {
    return isAbsolute(configured) ? configured : join(system.cwd(), configured);
  }
  const home = system.home();
  return home ? join(home, ".claude") : undefined;
}

/** An mpm folder in the user's state, created if missing. */
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
