import { dirname, join } from "@std/path";
import { attempt, FileError, MpmError } from "../base/errors.ts";
import { getOwn, setOwn } from "../base/own.ts";
import { isFields } from "../base/odd_values.ts";
import { setValue, tomlLiteral, unsetValue } from "./toml_edit.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "../ops/atomic.ts";
import { checkedFile, parsed, readText } from "./config_file.ts";
import type { ConfigFile } from "./paths.ts";
import { ensureFolder } from "../ops/folders.ts";
import { ensureHome, keepLocal } from "../ops/home.ts";
import { withLock } from "../ops/lock.ts";

/** A change of one setting; `value` undefined takes it out. */
export interface ConfigChange {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Changes one setting in a file, whole or not at all, every other byte as it
 * was; the outcome is parsed and checked before it is written. Returns whether
 * anything changed. Throws USAGE for a file with a fault in it, CONFLICT for
 * one that must be edited by hand.
 */
export async function editConfig(
  system: System,
  { file, root, change }: {
    file: ConfigFile;
    root: string;
    change: ConfigChange;
  },
): Promise<boolean> {
  if (file.layer !== "user") {
    return await withLock(system, root, () => {
      ensureHome(system, root);
      if (file.layer === "local") keepLocal(system, root);
      return rewrite(system, file, change);
    });
  }
  const folder = dirname(file.path);
  makeUserFolder(system, folder);
  using held = await system.files.lock(join(folder, ".lock"), 10_000);
  if (!held) {
    throw new MpmError("LOCKED", `Cannot lock "${folder}"`, {
      hint: "Another mpm is changing it: run the command again",
    });
  }
  return rewrite(system, file, change);
}

/** Its parents too; what is there, behind a link maybe, stays as it is. */
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
  change: ConfigChange,
): boolean {
  const found = system.files.lstat(file.path);
  const before = found ? readText(system, file) : "";
  const values = parsed(before, file);
  const wanted = withChange(values, change);
  if (isSame(values, wanted)) return false;
  const { path, value } = change;
  const after = value === undefined
    ? unsetValue(before, path)
    : setValue(before, path, tomlLiteral(value));
  if (!says(after, { file, wanted })) {
    throw new MpmError(
      "CONFLICT",
      `Cannot change "${path.join(".")}" in "${file.path}" safely`,
      { hint: "Edit the file by hand; nothing was changed" },
    );
  }
  checkedFile(after, file);
  const target = realTarget(system, file);
  const mode = found ? system.files.stat(target)?.mode : undefined;
  writeAtomic(system, target, {
    bytes: new TextEncoder().encode(after),
    temporary: ".config.toml.tmp",
    ...mode === undefined ? {} : { mode },
  });
  return true;
}

/** Whether the edited text parses to what is wanted, and nothing else. */
function says(
  text: string,
  { file, wanted }: { file: ConfigFile; wanted: Record<string, unknown> },
): boolean {
  const told = attempt(() => withoutEmpty(parsed(text, file)));
  return told !== undefined && isSame(told, withoutEmpty(wanted));
}

/** Where the user's own file is, if it is kept behind a link. */
function realTarget(system: System, { layer, path }: ConfigFile): string {
  if (layer !== "user") return path;
  try {
    return system.files.realPath(path);
  } catch (error) {
    if (error instanceof FileError && error.problem === "missing") return path;
    throw error;
  }
}

/** A copy of `values` with the change made. */
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

/** Tables with nothing in them say nothing. */
function withoutEmpty(values: Record<string, unknown>): unknown {
  const entries = Object.entries(values)
    .map((
      [name, value],
    ) => [name, isFields(value) ? withoutEmpty(value) : value])
    .filter(([, value]) => !isFields(value) || Object.keys(value).length > 0);
  return Object.fromEntries(entries);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Of no account is the order of keys; the one of lists stays. */
function sorted(value: unknown): unknown {
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.keys(value).sort().map((
      name,
    ) => [name, sorted(getOwn(value, name))]),
  );
}
