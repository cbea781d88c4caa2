import { MpmError } from "../base/errors.ts";
import {
  type Config,
  DEFAULTS,
  type Key,
  KEYS,
  type LayerName,
  valueOf,
  variableOf,
} from "./settings.ts";
import type { TrashRules } from "../cli/command.ts";
import type { System } from "../system/system.ts";
import { type ConfigFile, configFiles } from "./paths.ts";

/** A value as it was found, checked. */
export interface Given {
  /** As a file would hold it. */
  readonly written: unknown;
  readonly layer: LayerName;
  /** The file, absolute, or the variable. */
  readonly source: string;
  /** In a file, from 1. */
  readonly line: number | undefined;
}

/** What was set, by key, the farthest layer first. */
export type GivenValues = ReadonlyMap<Key, readonly Given[]>;

/**
 * The configuration of the project at `root`: the user's file, over it the
 * project's, the project's local one, and the environment. Costs a look for
 * each file and variable where nothing is configured. Throws USAGE that names
 * file, line and fault.
 */
export async function readConfig(
  system: System,
  root: string | undefined,
): Promise<Config> {
  return configOf(await readGiven(system, root));
}

/**
 * The same for what must not fail, such as a hook or a save: a setting with a
 * fault in it, or a source that cannot be read, is left out, and told in
 * `faults`.
 */
export async function readConfigAnyway(
  system: System,
  root: string | undefined,
): Promise<{ config: Config; faults: string[] }> {
  const faults: string[] = [];
  const values = await readGiven(system, root, (error) => {
    faults.push(error.message);
  });
  return { config: configOf(values), faults };
}

/** What the trash of the project at `root` keeps. */
export async function trashRules(
  system: System,
  root: string,
): Promise<TrashRules> {
  const config = await readConfig(system, root);
  return {
    maxAge: config["trash.max_age"],
    maxBytes: config["trash.max_mb"] * 1024 * 1024,
  };
}

/** The value of each key by its nearest layer. */
function configOf(values: GivenValues): Config {
  if (values.size === 0) return DEFAULTS;
  const given = [...values].map(([key, given]) => [
    key,
    mergedValue(key, given),
  ]);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

/** Tables add up entry by entry; of anything else the nearest counts. */
export function mergedValue(key: Key, given: readonly Given[]): unknown {
  const nearest = given.at(-1)!.written;
  const table = typeof nearest === "object" && !Array.isArray(nearest);
  if (!table) return valueOf(key, nearest);
  return mergedTables(given);
}

/** The entries of all layers; of those with one name the nearest. */
export function mergedTables(given: readonly Given[]): Record<string, unknown> {
  return Object.fromEntries(
    given.flatMap(({ written }) => Object.entries(written as object)),
  );
}

/** Everything that is set. `skip` is told of each fault; else it throws. */
export async function readGiven(
  system: System,
  root: string | undefined,
  skip?: (error: MpmError) => void,
): Promise<GivenValues> {
  const values = new Map<Key, Given[]>();
  const take = async (read: () => Promise<Map<Key, Given>>) => {
    try {
      for (const [key, given] of await read()) {
        values.set(key, [...values.get(key) ?? [], given]);
      }
    } catch (error) {
      if (!(error instanceof MpmError) || !skip) throw error;
      skip(error);
    }
  };
  for (const file of configFiles(system, root)) {
    if (isThere(system, file)) await take(() => readFile(system, file, skip));
  }
  for (const key of KEYS) {
    const name = variableOf(key);
    const text = name === undefined ? undefined : system.env(name);
    if (text) await take(() => readVariable(key, text));
  }
  for (const name of unknownVariables(system)) {
    await take(async () => {
      const { unknownVariable } = await import("./config_file.ts");
      throw await unknownVariable(name);
    });
  }
  return values;
}

const PREFIX = "MPM_CONFIG_";

function unknownVariables(system: System): string[] {
  const named = system.envNames().filter((name) => name.startsWith(PREFIX));
  if (named.length === 0) return named;
  const known = new Set(KEYS.map(variableOf));
  return named.filter((name) => !known.has(name) && system.env(name));
}

function isThere(system: System, { path }: ConfigFile): boolean {
  try {
    return system.files.lstat(path) !== undefined;
  } catch (error) {
    if (error instanceof MpmError) return true; // reading it tells why not
    throw error;
  }
}

// Loaded here since most projects configure nothing.
async function readFile(
  system: System,
  file: ConfigFile,
  skip: ((error: MpmError) => void) | undefined,
): Promise<Map<Key, Given>> {
  const { checkedFile, readText } = await import("./config_file.ts");
  return checkedFile(readText(system, file), file, { skip });
}

async function readVariable(
  key: Key,
  text: string,
): Promise<Map<Key, Given>> {
  const { checkedVariable } = await import("./config_file.ts");
  return new Map([[key, checkedVariable(key, text)]]);
}
