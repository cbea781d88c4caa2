import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { escapeText } from "../escape.ts";
import { locate } from "../git/workspace.ts";
import type { ConfigRow, ConfigSetResult } from "../session/results_config.ts";
import {
  isKey,
  isTable,
  type Key,
  KEYS,
  LAYERS,
  settingOf,
  variableOf,
} from "../session/settings.ts";
import { tomlLiteral } from "../session/toml_edit.ts";
import { type GivenValues, readGiven } from "../store/config.ts";
import { type ConfigFile, configFiles } from "../store/config_paths.ts";
import type { System } from "../system/system.ts";

/** Which file is changed; the same wherever it is asked for. */
export const FILE_FLAGS = {
  scope: {
    type: "string",
    value: "scope",
    choices: ["user", "project", "local"],
    default: "user",
    summary: "Which file: yours, the project's, or its local one",
  },
  "dry-run": {
    type: "boolean",
    summary: "Show what would be set and write nothing",
  },
} as const;

/** The input that names a file. */
export interface FileInput {
  readonly scope: "user" | "project" | "local";
  readonly "dry-run": boolean;
}

/** Every setting with its value and where that is from. */
export async function readRows(
  { system, folder }: Context,
): Promise<ConfigRow[]> {
  const { root } = await locate(system, folder);
  const values = await readGiven(system, root);
  return KEYS.map((key) => rowOf(key, values));
}

function rowOf(key: Key, values: GivenValues): ConfigRow {
  const { default: fallback, summary } = settingOf(key);
  const given = values.get(key) ?? [];
  const nearest = given.at(-1);
  const tables = isTable(key);
  return {
    key,
    value: tables
      ? Object.assign({}, ...given.map(({ written }) => written))
      : nearest?.written ?? fallback,
    default: fallback,
    origin: nearest?.layer ?? "default",
    source: nearest?.source ?? null,
    line: nearest?.line ?? null,
    variable: variableOf(key) ?? null,
    summary,
  };
}

/** The known key of `typed`, and the entry of its table. Throws USAGE. */
export async function keyOf(
  typed: string,
): Promise<{ key: Key; entry: string | undefined }> {
  if (isKey(typed)) return { key: typed, entry: undefined };
  const table = KEYS.find((key) => isTable(key) && typed.startsWith(`${key}.`));
  if (table) return { key: table, entry: typed.slice(table.length + 1) };
  const { keyHint } = await import("../store/config_file.ts");
  throw new MpmError("USAGE", `Unknown key "${typed}"`, {
    hint: await keyHint(typed),
  });
}

/** Sets or, with `value` undefined, takes out one setting of one file. */
export async function change(
  { system, folder }: Context,
  typed: string,
  { input, value }: { input: FileInput; value: unknown },
): Promise<ConfigSetResult> {
  const { key, entry } = await keyOf(typed);
  const { root } = await locate(system, folder);
  const file = fileOf(system, root, input);
  if (settingOf(key).personal && file.layer !== "user") {
    throw new MpmError("USAGE", `"${key}" cannot be set for a project`, {
      hint: "It is each user's own choice: give --scope user",
    });
  }
  const path = [...key.split("."), ...entry === undefined ? [] : [entry]];
  const { editConfig } = await import("../store/edit_config.ts");
  const changed = !input["dry-run"] &&
    await editConfig(system, { file, root, change: { path, value } });
  return {
    key: typed,
    value: value ?? null,
    file: file.path,
    changed,
    overridden_by: await overridden(system, root, { key, file }),
    dry_run: input["dry-run"],
  };
}

function fileOf(
  system: System,
  root: string,
  { scope }: FileInput,
): ConfigFile {
  const file = configFiles(system, root).find(({ layer }) => layer === scope);
  if (file) return file;
  throw new MpmError("NOT_FOUND", "Your home folder is not known", {
    hint: "Set HOME, or give --scope project or --scope local",
  });
}

async function overridden(
  system: System,
  root: string,
  { key, file }: { key: Key; file: ConfigFile },
): Promise<string | null> {
  // A fault in another file is none of this change's.
  const values = await readGiven(system, root, () => {});
  const nearest = values.get(key)?.at(-1);
  if (!nearest) return null;
  const nearer = LAYERS.indexOf(nearest.layer) > LAYERS.indexOf(file.layer);
  return nearer ? nearest.source : null;
}

/** What was done, for people. */
export function changeText(result: ConfigSetResult): string {
  const { value, file, changed, dry_run: dry, overridden_by: by } = result;
  const path = escapeText(file);
  const what = value === null
    ? `${escapeText(result.key)} is not set in ${path}`
    : `${escapeText(result.key)} = ${valueText(value)} in ${path}`;
  const state = dry ? " (dry run)" : changed ? "" : " already";
  return [
    `${what}${state}\n`,
    ...by === null ? [] : [`But ${escapeText(by)} sets it too, and counts\n`],
  ].join("");
}

/** A value as a file would hold it, on one line. */
export function valueText(value: unknown): string {
  return escapeText(tomlLiteral(value));
}
