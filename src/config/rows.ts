import { MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import { getOwn } from "../base/own.ts";
import type { Context } from "../cli/mod.ts";
import { locate } from "../git/mod.ts";
import type { ConfigRow } from "./commands/results.ts";
import { type GivenValues, mergedTables, readGiven } from "./config.ts";
import {
  isKey,
  isTable,
  type Key,
  KEYS,
  settingOf,
  variableOf,
} from "./settings.ts";
import { tomlLiteral } from "./toml.ts";
import { keyHint } from "./files.ts";

/** Returns every setting with its value and its source. */
export async function readRows(
  { system, folder }: Context,
): Promise<ConfigRow[]> {
  const { root } = await locate(system, folder);
  const values = readGiven(system, root);
  return KEYS.map((key) => rowOf(key, values));
}

/** Returns one entry of a table with its source; null: not set. */
export async function readEntry(
  { system, folder }: Context,
  key: Key,
  entry: string,
): Promise<ConfigRow> {
  const { root } = await locate(system, folder);
  const given = ((readGiven(system, root)).get(key) ?? [])
    .filter(({ written }) => Object.hasOwn(written as object, entry));
  const row = rowOf(key, new Map([[key, given]]));
  const table = row.value as Record<string, unknown>;
  return { ...row, value: getOwn(table, entry) ?? null, adds_to: [] };
}

function rowOf(key: Key, values: GivenValues): ConfigRow {
  const { default: fallback, summary } = settingOf(key);
  const given = values.get(key) ?? [];
  const nearest = given.at(-1);
  const tables = isTable(key);
  return {
    key,
    value: tables ? mergedTables(given) : nearest?.written ?? fallback,
    default: fallback,
    origin: nearest?.layer ?? "default",
    source: nearest?.source ?? null,
    line: nearest?.line ?? null,
    adds_to: !tables ? [] : given.slice(0, -1)
      .map(({ layer, source, line }) => ({
        origin: layer,
        source,
        line: line ?? null,
      })),
    variable: variableOf(key) ?? null,
    summary,
  };
}

/** Returns the key for `typed`, and its table's entry. Throws USAGE. */
export function keyOf(
  typed: string,
): { key: Key; entry: string | undefined } {
  if (isKey(typed)) return { key: typed, entry: undefined };
  const table = KEYS.find((key) => isTable(key) && typed.startsWith(`${key}.`));
  if (table) return { key: table, entry: typed.slice(table.length + 1) };
  throw new MpmError("USAGE", `Unknown key "${typed}"`, {
    hint: keyHint(typed),
  });
}

/** Returns a value in the form used in a file, on one line. */
export function valueText(value: unknown): string {
  return escapeText(tomlLiteral(value));
}
