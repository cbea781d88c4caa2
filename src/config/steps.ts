import type { Context } from "../cli/command.ts";
import { MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import { locate } from "../git/workspace.ts";
import { getOwn } from "../base/own.ts";
import type { ConfigRow, ConfigSetResult } from "./commands/results.ts";
import {
  isKey,
  isTable,
  type Key,
  KEYS,
  LAYERS,
  settingOf,
  variableOf,
} from "./settings.ts";
import { tomlLiteral } from "./toml_edit.ts";
import { type GivenValues, mergedTables, readGiven } from "./config.ts";
import { type ConfigFile, configFiles } from "./paths.ts";
import { journalPath } from "../ops/recorder.ts";
import type { System } from "../system/system.ts";
import { journaled } from "../ops/journaled.ts";

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

/** The same for one entry of a table; null where nothing sets it. */
export async function readEntry(
  { system, folder }: Context,
  key: Key,
  entry: string,
): Promise<ConfigRow> {
  const { root } = await locate(system, folder);
  const given = ((await readGiven(system, root)).get(key) ?? [])
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

/** The known key of `typed`, and the entry of its table. Throws USAGE. */
export async function keyOf(
  typed: string,
): Promise<{ key: Key; entry: string | undefined }> {
  if (isKey(typed)) return { key: typed, entry: undefined };
  const table = KEYS.find((key) => isTable(key) && typed.startsWith(`${key}.`));
  if (table) return { key: table, entry: typed.slice(table.length + 1) };
  const { keyHint } = await import("./config_file.ts");
  throw new MpmError("USAGE", `Unknown key "${typed}"`, {
    hint: keyHint(typed),
  });
}

/** Sets or, with `value` undefined, takes out one setting of one file. */
export async function change(
  context: Context,
  typed: string,
  { input, value }: { input: FileInput; value: unknown },
): Promise<ConfigSetResult> {
  const { system, folder } = context;
  const { key, entry } = await keyOf(typed);
  const workspace = await locate(system, folder);
  const { root } = workspace;
  const file = fileOf(system, root, input);
  if (settingOf(key).personal && file.layer !== "user") {
    throw new MpmError("USAGE", `"${key}" cannot be set for a project`, {
      hint: "It is each user's own choice: give --scope user",
    });
  }
  const path = [...key.split("."), ...entry === undefined ? [] : [entry]];
  const { editConfig } = await import("./edit.ts");
  const edit = { file, root, change: { path, value } };
  const changed = !input["dry-run"] &&
    await journaled(context, ({ system }) => editConfig(system, edit), {
      operation: value === undefined ? "config unset" : "config set",
      workspace,
      files: [realFile(system, file.path)],
      title: () =>
        value === undefined
          ? `unset ${typed} in ${journalPath(root, file.path)}`
          : `set ${typed} to ${tomlLiteral(value)} in ${
            journalPath(root, file.path)
          }`,
    });
  return {
    key: typed,
    value: value ?? null,
    file: file.path,
    changed,
    overridden_by: await overridden(system, root, { key, file }),
    dry_run: input["dry-run"],
  };
}

/** The file itself, where the user keeps it behind a link. */
function realFile({ files }: System, path: string): string {
  return files.stat(path) ? files.realPath(path) : path;
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
  const key = escapeText(result.key);
  const text = value === null ? key : `${key} = ${valueText(value)}`;
  const [would, did, had] = value === null
    ? ["Would take out", "Took out", "Not set"]
    : ["Would set", "Set", "Set already"];
  const verb = dry ? would : changed ? did : had;
  return [
    `${verb}: ${text}, in ${path}\n`,
    ...by === null ? [] : [`But ${escapeText(by)} sets it too, and counts\n`],
  ].join("");
}

/** A value as a file would hold it, on one line. */
export function valueText(value: unknown): string {
  return escapeText(tomlLiteral(value));
}
