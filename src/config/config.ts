import { basename, dirname } from "@std/path";
import { attempt, MpmError } from "../base/errors.ts";
import {
  type Config,
  DEFAULTS,
  type Key,
  KEYS,
  type LayerName,
  settingValue,
  variableOf,
} from "./settings.ts";
import type { TrashRules } from "../cli/mod.ts";
import type { System } from "../system/system.ts";
import {
  checkedFile,
  checkedVariable,
  readText,
  unknownVariable,
} from "./files.ts";
import { type ConfigFile, configFiles, type Given } from "./sources.ts";

/** The values that were set, by key, the most distant layer first. */
export type GivenValues = ReadonlyMap<Key, readonly Given[]>;

/**
 * Reads the configuration of the project at `root`: the user's file, overridden
 * by the project's file, its local file, and the environment. Only checks for
 * them if nothing is configured. Throws USAGE with file and line.
 */
export function readConfig(system: System, root: string | undefined): Config {
  return configOf(readGiven(system, root));
}

/** A configuration, and its errors. */
export interface CheckedConfig {
  readonly config: Config;
  /** Invalid settings and unreadable sources, which are left out. */
  readonly faults: string[];
  /** True if a fault may concern a setting that only the user can set. */
  readonly isUnsure: boolean;
}

/** Reads the configuration for a hook or a save, which must not fail. */
export function readConfigAnyway(
  system: System,
  root: string | undefined,
): CheckedConfig {
  const faults: string[] = [];
  let isUnsure = false;
  const values = readGiven(system, root, (error, layer) => {
    faults.push(error.message);
    isUnsure ||= layer === "user" || layer === "environment";
  });
  return { config: configOf(values), faults, isUnsure };
}

/** Returns the trash limits of the project at `root`. */
export function trashRules(system: System, root: string): TrashRules {
  const config = readConfig(system, root);
  return {
    maxAge: config["trash.max_age"],
    maxBytes: config["trash.max_mb"] * 1024 * 1024,
  };
}

/** Returns the value of each key from the nearest layer that sets it. */
function configOf(values: GivenValues): Config {
  if (values.size === 0) return DEFAULTS;
  const given = [...values].map(([key, given]) => [
    key,
    mergedValue(key, given),
  ]);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

/** Merges tables entry by entry; for any other setting the nearest value counts. */
function mergedValue(key: Key, given: readonly Given[]): unknown {
  const nearest = given.at(-1)!.written;
  const table = typeof nearest === "object" && !Array.isArray(nearest);
  if (!table) return settingValue(key, nearest);
  return mergedTables(given);
}

/** Merges the entries of all layers; the nearest layer wins. */
export function mergedTables(given: readonly Given[]): Record<string, unknown> {
  return Object.fromEntries(
    given.flatMap(({ written }) => Object.entries(written as object)),
  );
}

/** Reads everything that is set. Calls `skip` with each error, or throws. */
export function readGiven(
  system: System,
  root: string | undefined,
  skip?: (error: MpmError, layer: LayerName) => void,
): GivenValues {
  const values = new Map<Key, Given[]>();
  const take = (layer: LayerName, read: () => Map<Key, Given>) => {
    try {
      for (const [key, given] of read()) {
        values.set(key, [...values.get(key) ?? [], given]);
      }
    } catch (error) {
      if (!(error instanceof MpmError) || !skip) throw error;
      skip(error, layer);
    }
  };
  for (const file of configFiles(system, root)) {
    if (!isThere(system, file)) continue;
    const { layer } = file;
    const passed = skip && ((error: MpmError) => skip(error, layer));
    take(
      layer,
      () => checkedFile(readText(system, file), file, { skip: passed }),
    );
  }
  // Hooks run this all the time, mostly without these variables.
  const named = system.envNames().filter((name) => OWN.test(name));
  if (named.length === 0) return values;
  for (const key of KEYS) {
    const name = variableOf(key);
    const text = name === undefined ? undefined : system.env(name);
    if (!text) continue;
    take("environment", () => new Map([[key, checkedVariable(key, text)]]));
  }
  const known = new Set(KEYS.map(variableOf));
  for (const name of named.filter((name) => name.startsWith(PREFIX))) {
    if (known.has(name) || !system.env(name)) continue;
    take("environment", () => {
      throw unknownVariable(name);
    });
  }
  return values;
}

/** Matches mpm's variables. Windows ignores case. */
const OWN = /^mpm_/i;
const PREFIX = "MPM_CONFIG_";

/** Returns whether the file exists; usually it does not. */
export function isThere({ files }: System, { path }: ConfigFile): boolean {
  const folder = dirname(path);
  // A broken link also counts as existing, but can only be listed. If neither
  // works, reading the file shows the reason.
  return attempt(() =>
    files.peek(path) !== undefined ||
    files.stat(folder)?.kind === "folder" &&
      files.list(folder).some(({ name }) => name === basename(path))
  ) ?? true;
}
