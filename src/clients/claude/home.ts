import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { layout } from "../../ops/mod.ts";
import { OWN_MARK } from "../hook_command.ts";
import type { System } from "../../system/system.ts";

/** The most bytes of settings to search; hooks may come last. */
const MOST = 16 * 1024 * 1024;

/**
 * Returns whether someone chose to use mpm in this project. Either the project
 * has saves or similar data, or mpm hooks are installed for it and not for all
 * projects of the user. In the home folder, only saves count: its `.claude-mpm`
 * may come from claude-mpm, and its settings apply to all projects.
 */
export function usesMpm(
  system: System,
  { root, worktree }: { root: string; worktree: string },
): boolean {
  const { home, sessions } = layout(root);
  const isHome = root === realHome(system);
  if (isFolder(system, isHome ? sessions : home)) return true;
  if (isHome) return false;
  return [
    join(root, ".claude", "settings.local.json"),
    join(worktree, ".claude", "settings.local.json"),
    join(worktree, ".claude", "settings.json"),
  ].some((path) => isMarked(system, path));
}

function isFolder(system: System, path: string): boolean {
  return attempt(() => system.files.lstat(path)?.kind === "folder") ?? false;
}

function isMarked(system: System, path: string): boolean {
  return attempt(() => {
    // Reading a pipe would block.
    if (system.files.stat(path)?.kind !== "file") return false;
    const bytes = system.files.readPart(path, 0, MOST);
    return new TextDecoder().decode(bytes).includes(OWN_MARK);
  }) ?? false;
}

function realHome(system: System): string | undefined {
  const home = system.home();
  return attempt(() =>
    home === undefined ? undefined : system.files.realPath(home)
  );
}
