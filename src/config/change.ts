import { dirname } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import { isFields } from "../base/parsed_values.ts";
import { getOwn, setOwn } from "../base/own.ts";
import type { Context } from "../cli/mod.ts";
import { locate } from "../git/mod.ts";
import {
  ensureFolder,
  ensureHome,
  journaled,
  keepLocal,
  pathBelow,
  takeLock,
  withLock,
  writeAtomic,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import type { ConfigSetResult } from "./commands/results.ts";
import { readGiven } from "./config.ts";
import { keyOf, valueText } from "./rows.ts";
import { checkedFile, parsedToml, readText } from "./files.ts";
import { type ConfigFile, configFiles } from "./sources.ts";
import { type Key, LAYERS, settingOf } from "./settings.ts";
import { setValue, tomlLiteral, unsetValue } from "./toml.ts";

/** The options that select the file to change; the same for all commands. */
export const FILE_FLAGS = {
  scope: {
    type: "string",
    value: "scope",
    choices: ["user", "project", "local"],
    default: "user",
    summary:
      "The file to change: your own, the project's, or the project's local file",
  },
  "dry-run": {
    type: "boolean",
    summary: "Show what would change without writing anything",
  },
} as const;

interface FileInput {
  readonly scope: "user" | "project" | "local";
  readonly "dry-run": boolean;
}

/** Sets one setting in a file, or removes it if `value` is undefined. */
export async function change(
  context: Context,
  typed: string,
  { input, value }: { input: FileInput; value: unknown },
): Promise<ConfigSetResult> {
  const { system, folder } = context;
  const { key, entry } = keyOf(typed);
  const workspace = await locate(system, folder);
  const { root } = workspace;
  const file = fileOf(system, root, input);
  if (settingOf(key).personal && file.layer !== "user") {
    throw new MpmError("USAGE", `"${key}" cannot be set for a project`, {
      hint: "Only a user can set it: use --scope user",
    });
  }
  const below = key === "partitions" ? entry?.split(".") : entry;
  const path = [
    ...key.split("."),
    ...below === undefined ? [] : [below].flat(),
  ];
  const edit = { file, root, changes: [{ path, value }] };
  const changed = !input["dry-run"] &&
    await journaled(context, ({ system }) => editConfig(system, edit), {
      operation: value === undefined ? "config unset" : "config set",
      workspace,
      files: [realFile(system, file.path)],
      title: () =>
        value === undefined
          ? `unset ${typed} in ${pathBelow(root, file.path)}`
          : `set ${typed} to ${tomlLiteral(value)} in ${
            pathBelow(root, file.path)
          }`,
    });
  return {
    key: typed,
    value: value ?? null,
    file: file.path,
    changed,
    overridden_by: overridden(system, root, { key, file }),
    dry_run: input["dry-run"],
  };
}

/** Returns the real path of the file, if the user keeps it behind a link. */
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
  throw new MpmError("NOT_FOUND", "Cannot find your home folder", {
    hint: "Set HOME, or use --scope project or --scope local",
  });
}

function overridden(
  system: System,
  root: string,
  { key, file }: { key: Key; file: ConfigFile },
): string | null {
  // An error in another file does not affect this change.
  const values = readGiven(system, root, () => {});
  const nearest = values.get(key)?.at(-1);
  if (!nearest) return null;
  const nearer = LAYERS.indexOf(nearest.layer) > LAYERS.indexOf(file.layer);
  return nearer ? nearest.source : null;
}

/** Describes the change for people. */
export function changeText(result: ConfigSetResult): string {
  const { value, file, changed, dry_run: dry, overridden_by: by } = result;
  const path = escapeText(file);
  const key = escapeText(result.key);
  const text = value === null ? key : `${key} = ${valueText(value)}`;
  const [would, did, had] = value === null
    ? ["Would remove", "Removed", "Not set"]
    : ["Would set", "Set", "Already set"];
  const verb = dry ? would : changed ? did : had;
  return [
    `${verb}: ${text}, in ${path}\n`,
    ...by === null
      ? []
      : [`But ${escapeText(by)} also sets it, and takes precedence\n`],
  ].join("");
}

/** Returns the user's own file. Throws NOT_FOUND without a home folder. */
export function userConfigFile(system: System, root: string): string {
  const input = { "scope": "user", "dry-run": false } as const;
  return realFile(system, fileOf(system, root, input).path);
}

/** Sets settings in the user's own file. Returns whether anything changed. */
export async function setForUser(
  system: System,
  root: string,
  settings: readonly { key: Key; value: unknown }[],
): Promise<boolean> {
  const file = fileOf(system, root, { "scope": "user", "dry-run": false });
  const changes = settings
    .map(({ key, value }) => ({ path: key.split("."), value }));
  return await editConfig(system, { file, root, changes });
}

/** A change to one setting; `value` undefined removes it. */
export interface ConfigChange {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Changes settings in a file, completely or not at all; every other byte stays
 * the same. Parses and checks the new text before writing it. Returns whether
 * anything changed. Throws USAGE if the file has an error, CONFLICT if it must
 * be edited by hand.
 */
export async function editConfig(
  system: System,
  { file, root, changes }: {
    file: ConfigFile;
    root: string;
    changes: readonly ConfigChange[];
  },
): Promise<boolean> {
  if (file.layer !== "user") {
    return await withLock(system, root, () => {
      ensureHome(system, root);
      if (file.layer === "local") keepLocal(system, root);
      return rewrite(system, file, changes);
    });
  }
  const folder = dirname(file.path);
  makeUserFolder(system, folder);
  using held = await takeLock(system, join(folder, ".lock"), 10_000);
  if (!held) {
    throw new MpmError("LOCKED", `Cannot lock "${folder}"`, {
      hint: "Another mpm process is changing it; run the command again",
    });
  }
  return rewrite(system, file, changes);
}

/** Creates the folder and its parents, unless it exists, also as a link. */
function makeUserFolder(system: System, folder: string): void {
  if (system.files.stat(folder)?.kind === "folder") return;
  let base = dirname(folder);
  while (!system.files.lstat(base) && dirname(base) !== base) {
    base = dirname(base);
  }
  ensureFolder(system, folder, base);
}

function rewrite(
  system: System,
  file: ConfigFile,
  changes: readonly ConfigChange[],
): boolean {
  const found = system.files.lstat(file.path);
  const before = found ? readText(system, file) : "";
  const values = parsedToml(before, file);
  const wanted = changes.reduce(withChange, values);
  if (isSame(values, wanted)) return false;
  const after = changes.reduce(
    (text, { path, value }) =>
      value === undefined
        ? unsetValue(text, path)
        : setValue(text, path, tomlLiteral(value)),
    before,
  );
  if (!says(after, { file, wanted })) {
    const [{ path }] = changes as [ConfigChange];
    throw new MpmError(
      "CONFLICT",
      `Cannot change "${path.join(".")}" in "${file.path}" safely`,
      { hint: "Edit the file by hand; nothing was changed" },
    );
  }
  checkedFile(after, file);
  const target = file.layer === "user"
    ? realFile(system, file.path)
    : file.path;
  const mode = found ? system.files.stat(target)?.mode : undefined;
  writeAtomic(system, target, {
    text: after,
    temporary: ".config.toml.tmp",
    ...mode === undefined ? {} : { mode },
  });
  return true;
}

/** Returns whether the edited text parses to exactly the wanted settings. */
function says(
  text: string,
  { file, wanted }: { file: ConfigFile; wanted: Record<string, unknown> },
): boolean {
  const parsed = attempt(() => withoutEmpty(parsedToml(text, file)));
  return isSame(parsed, withoutEmpty(wanted));
}

function withChange(
  values: Record<string, unknown>,
  { path, value }: ConfigChange,
): Record<string, unknown> {
  const [name, ...rest] = path as [string, ...string[]];
  const copy = { ...values };
  if (rest.length > 0) {
    const held = getOwn(copy, name);
    const below = isFields(held) ? held : {};
    setOwn(copy, name, withChange(below, { path: rest, value }));
  } else if (value === undefined) Reflect.deleteProperty(copy, name);
  else setOwn(copy, name, value);
  return copy;
}

/** Removes empty tables, which have no effect. */
function withoutEmpty(values: Record<string, unknown>): unknown {
  const entries = Object.entries(values)
    .map((
      [name, value],
    ) => [name, isFields(value) ? withoutEmpty(value) : value])
    .filter(([, value]) => !isFields(value) || Object.keys(value).length > 0);
  return Object.fromEntries(entries);
}

/** Compares parsed settings, whatever the order and prototypes. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.keys(value).sort().map((name) => [
      name,
      sorted(getOwn(value, name)),
    ]),
  );
}
