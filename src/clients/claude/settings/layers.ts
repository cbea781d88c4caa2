import { join } from "../../../base/join.ts";
import { MpmError } from "../../../base/errors.ts";
import { getOwn } from "../../../base/own.ts";
import type { SettingsText } from "./text.ts";
import type { Workspace } from "../../../git/mod.ts";
import { claudeHome } from "../../../ops/mod.ts";
import type { System } from "../../../system/system.ts";
import { memberOf, valueOf } from "./json_scan.ts";

/** Scopes of settings; the client merges all three. */
export const SCOPES = ["project", "local", "user"] as const;

export type Scope = typeof SCOPES[number];

/** The location of a scope's settings. */
export interface ScopePlace {
  readonly scope: Scope;
  /** The folder with the settings and `skills/`, absolute. */
  readonly folder: string;
  readonly path: string;
  /** The mode of a new settings file, and of a new folder. */
  readonly fileMode: number;
  readonly folderMode: number;
}

/**
 * Finds the settings of a scope. The client reads a project's settings from the
 * folder in which it starts; mpm uses the top of this worktree. The client
 * reads the local settings from the top of the main worktree, wherever below it
 * the client starts. In a bare repository without them, it uses the local
 * settings of this worktree. Throws CONFLICT if there is no home folder.
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
    // A user may keep the whole folder elsewhere on purpose.
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

/** Returns whether the repository is bare, without a main worktree. */
export function isOfBare({ linked, root, commonDir }: Workspace): boolean {
  return linked && root === commonDir;
}

/** Returns the administrator's settings, the strongest first. */
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

/** A settings file; `settings` is missing if it could not be read. */
export interface SettingsLayer {
  readonly path: string;
  readonly scope: Scope | "managed";
  readonly settings: SettingsText | undefined;
}

interface Found {
  readonly layer: SettingsLayer;
  readonly value: unknown;
}

/** A setting that keeps mpm hooks from running. */
export interface SwitchedOff {
  readonly key: string;
  readonly layer: SettingsLayer;
  readonly detail: string;
}

/** Returns the setting that switches hooks off; the first layer wins. */
export function switchedOff(
  layers: readonly SettingsLayer[],
): SwitchedOff | undefined {
  const managed = layers.filter(({ scope }) => scope === "managed");
  const off = (found: Found | undefined, key: string, detail: string) =>
    found && { key, layer: found.layer, detail: `"${key}" is set: ${detail}` };
  const flags: [string, readonly SettingsLayer[]][] = [
    ["allowManagedHooksOnly", managed],
    ["disableAllHooks", layers],
  ];
  for (const [key, where] of flags) {
    const found = nearest(where, key, (value) => typeof value === "boolean");
    const detail = "Claude Code does not run your hooks";
    if (found?.value === true) return off(found, key, detail);
  }
  const key = "strictPluginOnlyCustomization";
  const strict = nearest(
    managed,
    key,
    (value) =>
      value === true || Array.isArray(value) && value.includes("hooks"),
  );
  return off(strict, key, "Claude Code runs hooks of plugins only");
}

/** Returns the settings that enable mpm as a plugin with its own hooks. */
export function enabledPlugins(
  layers: readonly SettingsLayer[],
): SettingsLayer[] {
  const names = new Set(
    layers.flatMap((layer) => Object.keys(pluginsOf(layer)))
      .filter((name) => name.startsWith("mpm@")),
  );
  return [...names].flatMap((name) => {
    const layer = layers.find((one) => Object.hasOwn(pluginsOf(one), name))!;
    return getOwn(pluginsOf(layer), name) === true ? [layer] : [];
  });
}

function pluginsOf(layer: SettingsLayer): Record<string, unknown> {
  const value = read(layer, "enabledPlugins");
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}

function nearest(
  layers: readonly SettingsLayer[],
  key: string,
  counts: (value: unknown) => boolean,
): Found | undefined {
  for (const layer of layers) {
    const value = read(layer, key);
    if (counts(value)) return { layer, value };
  }
  return undefined;
}

function read({ settings }: SettingsLayer, key: string): unknown {
  const value = settings && memberOf(settings.top, key)?.value;
  return value && valueOf(settings.text, value);
}
