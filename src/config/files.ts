import { parse } from "@std/toml";
import { MpmError } from "../base/errors.ts";
import { isFields } from "../base/parsed_values.ts";
import { cutText } from "../base/words.ts";
import type { System } from "../system/system.ts";
import type { ConfigFile, Given } from "./sources.ts";
import { isKey, type Key, KEYS, settingOf, variableOf } from "./settings.ts";
import { fitsSetting, fromText, likeKey, wordsFor } from "./values.ts";
import { lineOf, parseAnyName, statements } from "./toml.ts";

/**
 * The maximum size of a configuration file, in bytes. Hooks read it at every
 * event, it may come with a clone, and a megabyte takes minutes.
 */
const LIMIT = 64 * 1024;

/**
 * Reads a configuration file. The user's may be a link; a project's may come
 * from anyone. Throws USAGE if it is not UTF-8, as TOML requires.
 */
export function readText(
  system: System,
  { layer, path }: ConfigFile,
): string {
  if (layer === "user") refuseDangling(system, path);
  const bytes = layer === "user"
    ? system.files.readUpTo(path, LIMIT)
    : system.files.readOwn(path, LIMIT);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch (cause) {
    throw new MpmError("USAGE", `"${path}" is not UTF-8 text`, {
      hint: "Save it as UTF-8, as TOML requires",
      cause,
    });
  }
}

function refuseDangling(system: System, path: string): void {
  const { files } = system;
  if (files.lstat(path)?.kind !== "link" || files.stat(path)) return;
  throw new MpmError(
    "USAGE",
    `"${path}" is a symbolic link to "${files.readLink(path)}", which does ` +
      "not exist",
    { hint: "Create the target file, or remove the link" },
  );
}

/** A function that is called with an error instead of throwing it. */
type Skip = (error: MpmError) => void;

/**
 * Returns every value in a file by key, or those of one `section` even if
 * others have errors. Throws USAGE with the line, or calls `skip`.
 */
export function checkedFile(
  text: string,
  file: ConfigFile,
  { skip, section }: { skip?: Skip | undefined; section?: string } = {},
): Map<Key, Given> {
  const values = new Map<Key, Given>();
  refuseTwice(text, file);
  for (const leaf of leaves(parsedToml(text, file))) {
    if (section !== undefined && leaf.path[0] !== section) continue;
    const line = lineOf(text, leaf.path);
    const place = `"${file.path}"${line === undefined ? "" : ` line ${line}`}`;
    try {
      const key = checkedKey(leaf, file, place);
      const { layer, path: source } = file;
      values.set(key, { written: leaf.value, layer, source, line });
    } catch (error) {
      if (!(error instanceof MpmError) || !skip) throw error;
      skip(error);
    }
  }
  return values;
}

/** Throws USAGE for duplicate keys, which the parser accepts. */
function refuseTwice(text: string, { path: name }: ConfigFile): void {
  const seen = new Map<string, number>();
  for (const { kind, path, line } of statements(text) ?? []) {
    if (kind !== "pair") continue;
    const key = path.join(".");
    const first = seen.get(key);
    if (first !== undefined) {
      throw new MpmError(
        "USAGE",
        `"${key}" in "${name}" line ${line} is already set on line ${first}`,
        { hint: "Remove one of the two lines" },
      );
    }
    seen.set(key, line);
  }
}

/** Returns the key of a setting that the file may contain. Throws USAGE. */
function checkedKey(
  { path, value }: Leaf,
  { layer }: ConfigFile,
  place: string,
): Key {
  const key = path.join(".");
  if (!isKey(key)) throw unknownKey(key, place);
  if (settingOf(key).personal && layer !== "user") {
    throw new MpmError("USAGE", `"${key}" cannot be set in ${place}`, {
      hint:
        "This setting works only in your own file: mpm config set --scope user",
    });
  }
  if (!fitsSetting(key, value)) throw misfit(key, value, place);
  return key;
}

/** Parses the TOML of a file and skips a byte order mark. Throws USAGE. */
export function parsedToml(
  text: string,
  { path }: ConfigFile,
): Record<string, unknown> {
  try {
    return parseAnyName(text.replace(/^\ufeff/, ""), parse);
  } catch (error) {
    throw new MpmError(
      "USAGE",
      `Cannot read "${path}": ${(error as Error).message}`,
      { hint: "The file must be TOML, e.g. commit = false", cause: error },
    );
  }
}

/** Returns the checked value of a variable. Throws USAGE with its name. */
export function checkedVariable(key: Key, text: string): Given {
  const source = variableOf(key) ?? "";
  const written = fromText(key, text);
  if (!fitsSetting(key, written)) throw misfit(key, text, `variable ${source}`);
  return { written, layer: "environment", source, line: undefined };
}

/** Returns the error for a variable that only looks like a known one. */
export function unknownVariable(name: string): MpmError {
  const near = likeKey(name.replace(/^MPM_CONFIG_/, "").toLowerCase());
  return new MpmError("USAGE", `Unknown variable ${name}`, {
    hint: near === undefined
      ? '"mpm config list --json" shows the variable of each key'
      : `Did you mean ${variableOf(near)}?`,
  });
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Returns the settings; tables are expanded unless they are settings. */
function leaves(
  table: Record<string, unknown>,
  above: readonly string[] = [],
): Leaf[] {
  return Object.entries(table).flatMap(([name, value]): Leaf[] => {
    const path = [...above, name];
    const key = path.join(".");
    if (!isFields(value) || isKey(key)) return [{ path, value }];
    const below = leaves(value, path);
    // For an unknown table, the error names its keys, or an empty table.
    return below.length > 0 || isSection(key) ? below : [{ path, value }];
  });
}

function isSection(key: string): boolean {
  return KEYS.some((known) => known.startsWith(`${key}.`));
}

function unknownKey(key: string, place: string): MpmError {
  if (isSection(key)) {
    return new MpmError("USAGE", `"${key}" in ${place} must be a table`, {
      hint: `Write [${key}] on a separate line and its settings below it`,
    });
  }
  return new MpmError("USAGE", `Unknown key "${key}" in ${place}`, {
    hint: keyHint(key),
  });
}

/** Suggests what to do about an unknown key. */
export function keyHint(typed: string): string {
  const near = likeKey(typed);
  return near === undefined
    ? '"mpm config list" shows all keys'
    : `Did you mean "${near}"?`;
}

/** The longest value in a message: a clone may contain any value. */
const LONGEST_VALUE = 200;

function misfit(key: Key, value: unknown, place: string): MpmError {
  const name = key === "partitions" ? partitionWithoutPaths(value) : undefined;
  if (name !== undefined) {
    return new MpmError(
      "USAGE",
      `Partition "${name}" in ${place} has no paths`,
      {
        hint: "First set its paths, with the same --scope: " +
          `mpm config set partitions.${name}.paths <folder>`,
      },
    );
  }
  return new MpmError(
    "USAGE",
    `"${key}" in ${place} must be ${wordsFor(settingOf(key))}: ` +
      `current value is ${cutText(JSON.stringify(value), LONGEST_VALUE)}`,
  );
}

/** Returns the name of a partition that has fields but no paths. */
function partitionWithoutPaths(value: unknown): string | undefined {
  if (!isFields(value)) return undefined;
  const [name] =
    Object.entries(value).find(([name, held]) =>
      /^[\w-]{1,64}$/.test(name) && isFields(held) &&
      !Object.hasOwn(held, "paths")
    ) ?? [];
  return name;
}
