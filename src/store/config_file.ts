import { parse } from "@std/toml";
import { MpmError } from "../errors.ts";
import { isFields } from "../session/odd_values.ts";
import {
  isKey,
  type Key,
  KEYS,
  settingOf,
  variableOf,
} from "../session/settings.ts";
import {
  fits,
  fromText,
  likeKey,
  wordsFor,
} from "../session/settings_check.ts";
import { lineOf } from "../session/toml_edit.ts";
import type { System } from "../system/system.ts";
import type { Given } from "./config.ts";
import type { ConfigFile } from "./config_paths.ts";

/** The largest configuration file that is read, in bytes. */
const LIMIT = 1024 * 1024;

/** The user may keep theirs behind a link; a project's may be anybody's. */
export function readText(
  system: System,
  { layer, path }: ConfigFile,
): string {
  const bytes = layer === "user"
    ? system.files.readUpTo(path, LIMIT)
    : system.files.readOwn(path, LIMIT);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/**
 * Every value of a file by its key, or those of one `section` whatever is wrong
 * in others. Throws USAGE that names file and line.
 */
export async function checkedFile(
  text: string,
  file: ConfigFile,
  section?: string,
): Promise<Map<Key, Given>> {
  const values = new Map<Key, Given>();
  for (const { path, value } of leaves(parsed(text, file))) {
    if (section !== undefined && path[0] !== section) continue;
    const key = path.join(".");
    const line = lineOf(text, path);
    const place = `"${file.path}"${line === undefined ? "" : ` line ${line}`}`;
    if (!isKey(key)) throw await unknownKey(key, place);
    if (settingOf(key).personal && file.layer !== "user") {
      throw new MpmError("USAGE", `"${key}" cannot be set in ${place}`, {
        hint: "What may be deleted, blocked or switched off is your own " +
          "choice and no project's: mpm config set --scope user",
      });
    }
    if (!fits(key, value)) throw misfit(key, value, place);
    values.set(key, {
      written: value,
      layer: file.layer,
      source: file.path,
      line,
    });
  }
  return values;
}

/** The TOML of a file; a byte order mark is skipped. Throws USAGE. */
export function parsed(
  text: string,
  { path }: ConfigFile,
): Record<string, unknown> {
  try {
    return parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new MpmError(
      "USAGE",
      `Cannot read "${path}": ${(error as Error).message}`,
      { hint: "It is TOML, e.g. commit = false", cause: error },
    );
  }
}

/** The value of a variable. Throws USAGE that names it. */
export function checkedVariable(key: Key, text: string): Given {
  const source = variableOf(key) ?? "";
  const written = fromText(key, text);
  if (!fits(key, written)) throw misfit(key, text, `variable ${source}`);
  return { written, layer: "environment", source, line: undefined };
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** What is set, tables opened up unless a setting is a table. */
function leaves(
  table: Record<string, unknown>,
  above: readonly string[] = [],
): Leaf[] {
  return Object.entries(table).flatMap(([name, value]): Leaf[] => {
    const path = [...above, name];
    const key = path.join(".");
    const section = KEYS.some((known) => known.startsWith(`${key}.`));
    return isFields(value) && section ? leaves(value, path) : [{ path, value }];
  });
}

async function unknownKey(key: string, place: string): Promise<MpmError> {
  const section = KEYS.some((known) => known.startsWith(`${key}.`));
  if (section) {
    return new MpmError("USAGE", `"${key}" in ${place} must be a table`, {
      hint: `Write [${key}] on a line of its own and its settings below it`,
    });
  }
  return new MpmError("USAGE", `Unknown key "${key}" in ${place}`, {
    hint: await keyHint(key),
  });
}

/** What to do about a key that there is not. */
export async function keyHint(typed: string): Promise<string> {
  const near = await likeKey(typed);
  return near === undefined
    ? '"mpm config list" shows all keys'
    : `Did you mean "${near}"?`;
}

function misfit(key: Key, value: unknown, place: string): MpmError {
  return new MpmError(
    "USAGE",
    `"${key}" in ${place} must be ${wordsFor(settingOf(key))}: ` +
      `current value is ${JSON.stringify(value)}`,
  );
}
