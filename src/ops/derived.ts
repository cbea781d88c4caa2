import { basename } from "@std/path";
import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import type { FileInfo, System } from "../system/system.ts";
import { removeQuietly } from "./atomic.ts";
import { ensureFolder } from "./folders.ts";
import { layout } from "./layout.ts";

/**
 * Milliseconds a file must not have changed for. Two changes within one tick of
 * the clock leave the same time, and Deno reports the last change in whole
 * seconds.
 */
const REST = 3000;

/** The mark of a file that has rested. */
export type FileMark = Pick<FileInfo, "size" | "mtime"> & {
  /** No one can set it, so that no edit goes unseen. */
  readonly changed: number;
};

/** `undefined` for anything but a plain file, or for a recent change. */
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

/** Returns whether a file is still as it was. */
export function isMarked(info: FileInfo | undefined, mark: FileMark): boolean {
  return info?.kind === "file" && info.size === mark.size &&
    info.mtime === mark.mtime && info.changed === mark.changed;
}

/** By the terminal, which all machines made of one share. */
const READ = new WeakMap<
  object,
  Map<string, { mark: FileMark; value: unknown }>
>();

/**
 * Returns the result of `read` for a plain file. Returns the same without
 * reading while the file is unchanged: one event asks several times. The value
 * must not be changed. Throws what `read` throws.
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
 * Writes a file of the state that readers derive. It takes no lock, since it
 * does not matter who writes last. Never throws; a store that cannot be written
 * is read without. `counts` says of the file's time whether it may be kept.
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
    // Another reader's, or the rest of a dead one: the next will succeed.
    if (files.lstat(temporary)) return removeQuietly(system, temporary);
    files.create(temporary, new TextEncoder().encode(text));
    if (counts(files.lstat(temporary)?.mtime ?? 0)) {
      files.rename(temporary, path);
    } else files.remove(temporary);
  });
}
