import { getOwn } from "../../../base/own.ts";
import { memberOf, valueOf } from "./check.ts";
import type { Scope } from "./scope.ts";
import type { SettingsText } from "./text.ts";

/** A settings file; `settings` is missing where it could not be read. */
export interface SettingsLayer {
  readonly path: string;
  readonly scope: Scope | "managed";
  readonly settings: SettingsText | undefined;
}

/** A value that counts, and the layer it is from. */
interface Found {
  readonly layer: SettingsLayer;
  readonly value: unknown;
}

/** A setting that keeps hooks of mpm's from running. */
export interface SwitchedOff {
  readonly key: string;
  readonly layer: SettingsLayer;
  readonly detail: string;
}

/** What switches hooks off in `layers`, of which the first one wins. */
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
    const detail = "Claude Code runs no hooks of yours";
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

/** Where mpm is enabled as a plugin, which has hooks of its own. */
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
