import { join } from "@std/path";
import { MpmError } from "../../../base/errors.ts";
import type { Workspace } from "../../../git/repository.ts";
import type { System } from "../../../system/system.ts";
import { claudeHome } from "../../../ops/user_state.ts";

/** Whose settings; the client reads and merges all three. */
export const SCOPES = ["project", "local", "user"] as const;

export type Scope = typeof SCOPES[number];

/** Where a scope's settings are. */
export interface ScopePlace {
  readonly scope: Scope;
  /** The folder that holds the settings and `skills/`, absolute. */
  readonly folder: string;
  readonly path: string;
  /** The mode of a new settings file, and of a new folder. */
  readonly fileMode: number;
  readonly folderMode: number;
}

/**
 * The settings of a scope. The client reads a project's from the folder it is
 * started in, hence this worktree's top; the local ones from the top of the
 * main worktree, wherever below it is started, and where a bare repository has
 * none from this worktree's. Throws CONFLICT where there is no home folder.
 */
export function placeOf(
  system: System,
  scope: Scope,
  workspace: Workspace,
): ScopePlace {
  if (scope === "user") {
    const home = claudeHome(system);
    if (home === undefined) {
      throw new MpmError("CONFLICT", "Cannot find your home folder", {
        hint: "Set HOME or CLAUDE_CONFIG_DIR",
      });
    }
    // Whoever keeps the whole folder elsewhere has chosen so for themselves.
    const folder = system.files.stat(home) ? system.files.realPath(home) : home;
    const path = join(folder, "settings.json");
    return { scope, folder, path, fileMode: 0o600, folderMode: 0o700 };
  }
  const { root, worktree } = workspace;
  const top = scope === "local" && !isOfBare(workspace) ? root : worktree;
  const folder = join(top, ".claude");
  const name = scope === "local" ? "settings.local.json" : "settings.json";
  const path = join(folder, name);
  const fileMode = scope === "local" ? 0o600 : 0o644;
  return { scope, folder, path, fileMode, folderMode: 0o755 };
}

/** Whether this is a worktree of a bare repository, which has no main one. */
export function isOfBare({ linked, root, commonDir }: Workspace): boolean {
  return linked && root === commonDir;
}

/**
 * The settings of whoever manages the machine, which win over all others: the
 * one that wins among them first. Beside their file there can be a folder of
 * more, of which a later name wins.
 */
export function managedSettings({ files, platform }: System): string[] {
  const base = managedBase(platform);
  const folder = `${base}.d`;
  const more = files.stat(folder)?.kind === "folder" ? files.list(folder) : [];
  const names = more.map(({ name }) => name)
    .filter((name) => name.endsWith(".json") && !name.startsWith("."));
  return [
    ...names.sort().reverse().map((name) => join(folder, name)),
    `${base}.json`,
  ];
}

function managedBase(platform: System["platform"]): string {
  switch (platform) {
    case "darwin":
      return "/Library/Application Support/ClaudeCode/managed-settings";
    case "windows":
      return "C:\\Program Files\\ClaudeCode\\managed-settings";
    case "linux":
      return "/etc/claude-code/managed-settings";
  }
}
