import { basename } from "@std/path";
import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import type { FileInfo, Files, System } from "../system/system.ts";
import { removeQuietly } from "./atomic.ts";
import { ensureFolder } from "./folders.ts";
import { layout } from "./layout.ts";

/**
 * Milliseconds for which a file must be unchanged. Two changes within one tick
 * of the clock have the same time, and Deno reports the last change in whole
 * seconds.
 */
const REST = 3000;

/**
 * The metadata that identifies the state of a file that has not changed
 * recently.
 */
export type FileMark = Pick<FileInfo, "size" | "mtime"> & {
  /** Programs cannot set this time, so every edit is noticed. */
  readonly changed: number;
};

/**
 * Returns the mark of a file. `undefined`: it is not a plain file, or it
 * changed recently.
 */
export function markOf(
  system: System,
  info: FileInfo | undefined,
): FileMark | undefined {
  const { kind, size, mtime, changed } = info ?? {};
  const rested = changed !== undefined &&
    system.now().getTime() - changed >= REST;
  return kind === "file" && rested
    ? { size: size!, mtime: mtime!, changed }
    : undefined;
}

/** Returns whether a file is still unchanged. */
export function isMarked(info: FileInfo | undefined, mark: FileMark): boolean {
  return info?.kind === "file" && info.size === mark.size &&
    info.mtime === mark.mtime && info.changed === mark.changed;
}

/**
 * The key is the terminal, which is shared by all machines derived from the
 * same one.
 */
const READ = new WeakMap<
  object,
  Map<string, { mark: FileMark; value: unknown }>
>();

/**
 * Returns the result of `read` for a plain file. Reuses the result while the
 * file is unchanged, since one event asks for it several times. Callers must
 * not change the value. Throws the errors of `read`.
 */
export function readOnce<T>(
  system: System,
  { path, what }: { path: string; what: string },
  read: () => T,
): T {
  const known = READ.get(system.terminal) ?? new Map();
  READ.set(system.terminal, known);
  const key = `${what} ${path}`;
  const before = known.get(key);
  const info = attempt(() => system.files.lstat(path));
  if (before && isMarked(info, before.mark)) return before.value;
  const mark = markOf(system, info);
  const value = read();
  if (mark) known.set(key, { mark, value });
  return value;
}

/**
 * Returns a machine that remembers what it saw in the file system, since the
 * parts of one answer look at the same paths. Use it only for work that reads.
 * Whatever may change a file makes it forget everything.
 */
export function lookingOnce(system: System): System {
  const { files } = system;
  const seen = new Map<string, unknown>();
  const forgetting = Object.entries(files).map(([name, act]) => [
    name,
    (...given: unknown[]) => {
      seen.clear();
      return (act as (...given: unknown[]) => unknown)(...given);
    },
  ]);
  const once =
    <T>(name: string, look: (path: string, limit: number) => T) =>
    (path: string, limit = 0): T => {
      const key = `${name} ${limit} ${path}`;
      if (seen.has(key)) return seen.get(key) as T;
      const value = look(path, limit);
      seen.set(key, value);
      return value;
    };
  const { read, readWithInfo, readSeen, readUpTo, readPart, readLink } = files;
  const { isLocal } = files;
  const looks: Partial<Files> = {
    ...{ read, readWithInfo, readSeen, readUpTo, readPart, readLink, isLocal },
    lstat: once("lstat", files.lstat),
    peek: once("peek", files.peek),
    stat: once("stat", files.stat),
    list: once("list", files.list),
    realPath: once("realPath", files.realPath),
    readOwn: once("readOwn", files.readOwn),
  };
  return { ...system, files: { ...Object.fromEntries(forgetting), ...looks } };
}

/**
 * Writes a derived file in the state. Takes no lock, since it does not matter
 * who writes last. Never throws, because readers do not depend on the file.
 * `counts` decides from the file's time whether to keep it.
 */
export function replaceDerived(
  system: System,
  root: string,
  { path, text, counts = () => true }: {
    path: string;
    text: string;
    counts?: (mtime: number) => boolean;
  },
): void {
  const { files } = system;
  const { state } = layout(root);
  const temporary = join(state, `.${basename(path)}.new`);
  attempt(() => {
    ensureFolder(system, state, root);
    // The file is another process's, or abandoned. It is removed, so the next
    // write will succeed.
    if (files.lstat(temporary)) return removeQuietly(system, temporary);
    files.create(temporary, new TextEncoder().encode(text));
    if (counts(files.lstat(temporary)?.mtime ?? 0)) {
      files.rename(temporary, path);
    } else files.remove(temporary);
  });
}
