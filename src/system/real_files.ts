import { statfsSync } from "node:fs";
import { FileError } from "../base/errors.ts";
import { guard } from "./real_errors.ts";
import { infoOf, isLocal, kindOf, leadsNowhere, lookup } from "./real_look.ts";
import { readSome, readStream, writeAll } from "./real_stream.ts";
import { AT_ONCE, sync, syncFiles } from "./real_sync.ts";
import type { FileInfo, Files, NewFile, Space } from "./system.ts";
import { makeWritable, unheld } from "./real_windows.ts";

/** The file system. */
export const realFiles: Files = {
  read: (path) => guard("read", path, () => Deno.readFileSync(path)),
  readOwn: (path, limit) =>
    guard("read", path, () => readOwn(path, limit).bytes),
  readWithInfo: (path, limit) =>
    guard("read", path, () => {
      const { bytes, opened } = readOwn(path, limit);
      return { bytes, info: infoOf(opened) };
    }),
  readSeen: (path, seen) => guard("read", path, () => readSeen(path, seen)),
  readUpTo: (path, limit) => guard("read", path, () => readUpTo(path, limit)),
  readPart: (path, offset, length) =>
    guard("read", path, () => readPart(path, offset, length)),
  lstat: (path) => lookup(path, Deno.lstatSync),
  peek: (path) =>
    lookup(
      path,
      () => leadsNowhere(path) ? undefined : Deno.lstatSync(path),
    ),
  stat: (path) =>
    lookup(path, () => leadsNowhere(path) ? undefined : Deno.statSync(path)),
  list: (folder) =>
    guard("list", folder, () => {
      const entries = [];
      for (const entry of Deno.readDirSync(folder)) {
        entries.push({ name: entry.name, kind: kindOf(entry) });
      }
      return entries;
    }),
  realPath: (path) => guard("resolve", path, () => Deno.realPathSync(path)),
  readLink: (path) => guard("read", path, () => Deno.readLinkSync(path)),
  create: (path, bytes, { synced = true } = {}) =>
    guard("write", path, () => create(path, bytes, synced)),
  createAll,
  append: (path, bytes, options) =>
    unheld(() => guard("write", path, () => append(path, bytes, options))),
  syncFiles,
  mkdir: (path) =>
    guard("create", path, () => {
      Deno.mkdirSync(path, { mode: 0o700 });
    }),
  chmod: (path, mode) =>
    guard("change the mode of", path, () => {
      if (Deno.build.os !== "windows") Deno.chmodSync(path, mode);
    }),
  setMtime: (path, time) =>
    guard("set the time of", path, () => {
      Deno.utimeSync(path, new Date(time), new Date(time));
    }),
  rename: (from, to) =>
    unheld(() =>
      guard("write", to, () => {
        makeWritable(to);
        Deno.renameSync(from, to);
      })
    ),
  link: (from, to) => guard("write", to, () => Deno.linkSync(from, to)),
  symlink: (target, path) =>
    guard("write", path, () => Deno.symlinkSync(target, path)),
  remove: (path) =>
    unheld(() =>
      guard("remove", path, () => {
        makeWritable(path);
        Deno.removeSync(path);
      })
    ),
  syncFolder: (folder) => guard("sync", folder, () => syncFolder(folder)),
  space: (folder) => Promise.resolve(spaceOf(folder)),
  isLocal,
  lock,
  tryLock,
};

function readOwn(
  path: string,
  limit: number,
): { bytes: Uint8Array; opened: Deno.FileInfo } {
  if (leadsNowhere(path)) throw new FileError("missing", "read", path);
  const before = plainFile(path);
  if (before.size > limit) throw tooLarge(path, limit);
  const { file, opened } = openSame(path, before, { read: true });
  using _ = file;
  return { bytes: readSome(file, before.size), opened };
}

/** Reads a file; a check afterwards is faster than one of the open file. */
function readSeen(path: string, seen: FileInfo): Uint8Array | undefined {
  using file = Deno.openSync(path);
  const bytes = readSome(file, seen.size);
  const after = lookup(path, Deno.lstatSync);
  const isSame = after?.kind === "file" && bytes.length === seen.size &&
    after.size === seen.size && after.mtime === seen.mtime &&
    after.changed === seen.changed && after.inode === seen.inode &&
    after.disk === seen.disk;
  return isSame ? bytes : undefined;
}

/** Returns the metadata of `path` itself. Throws unless it is a plain file. */
function plainFile(path: string): Deno.FileInfo {
  const found = Deno.lstatSync(path);
  if (found.isSymlink) throw new FileError("link", "read", path);
  if (found.isDirectory) throw new FileError("is-a-folder", "read", path);
  if (found.isFile) return found;
  throw new FileError("other", "read", path, new Error("not a regular file"));
}

/**
 * Opens exactly the file that was looked at. O_NOFOLLOW would not help: Deno
 * resolves links before it opens a file.
 */
function openSame(
  path: string,
  before: Deno.FileInfo,
  options: Deno.OpenOptions,
): { file: Deno.FsFile; opened: Deno.FileInfo } {
  const file = Deno.openSync(path, options);
  const opened = file.statSync();
  const same = opened.ino === before.ino && opened.dev === before.dev;
  if (same) return { file, opened };
  file.close();
  throw new FileError("link", "read", path);
}

function readUpTo(path: string, limit: number): Uint8Array {
  using file = Deno.openSync(path);
  return readStream(file, limit, () => {
    throw tooLarge(path, limit);
  });
}

function tooLarge(path: string, limit: number): FileError {
  const cause = new Error(`it is over ${limit} bytes`);
  return new FileError("other", "read", path, cause);
}

function readPart(path: string, offset: number, length: number): Uint8Array {
  using file = Deno.openSync(path);
  const size = file.statSync().size;
  file.seekSync(offset, Deno.SeekMode.Start);
  return readSome(file, Math.max(0, Math.min(length, size - offset)));
}

function create(path: string, bytes: Uint8Array, synced: boolean): void {
  using file = Deno.openSync(path, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  writeAll(file, bytes);
  if (synced) file.syncDataSync();
}

function append(
  path: string,
  bytes: Uint8Array,
  { synced = false }: { synced?: boolean } = {},
): void {
  if (!lookup(path, Deno.lstatSync)) {
    // Another process may create the file first, which has the same result.
    Deno.openSync(path, { append: true, create: true, mode: 0o600 }).close();
  }
  const { file, opened } = openSame(path, plainFile(path), { append: true });
  using _ = file;
  let written = 0;
  try {
    // A disk that is nearly full writes a part and refuses the rest.
    writeAll(file, bytes, (count) => written = count);
  } catch (error) {
    truncateAppended(file, opened.size, written);
    throw error;
  }
  if (synced) file.syncDataSync();
}

/** Truncates appended text, unless someone has added to it since. */
function truncateAppended(file: Deno.FsFile, size: number, written: number) {
  if (written > 0 && file.statSync().size === size + written) {
    file.truncateSync(size);
  }
}

/** Syncs a folder. Windows makes a rename durable by itself. */
function syncFolder(folder: string): void {
  if (Deno.build.os === "windows") return;
  using opened = Deno.openSync(folder);
  opened.syncSync();
}

/**
 * Milliseconds between two attempts to take a lock. Without the growth, many
 * waiting processes would slow down the holder.
 */
const LOCK_RETRY = { first: 5, longest: 50, growth: 1.3 };

/** Opens a lock file, or creates it; never follows a link. */
function openLock(path: string): Deno.FsFile {
  if (!lookup(path, Deno.lstatSync)) {
    try {
      Deno.openSync(path, { write: true, createNew: true, mode: 0o600 })
        .close();
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
  return openSame(path, plainFile(path), { read: true, write: true }).file;
}

async function lock(
  path: string,
  wait: number,
): Promise<Disposable | undefined> {
  const file = unheld(() => guard("lock", path, () => openLock(path)));
  const end = Date.now() + wait;
  let retry = LOCK_RETRY.first;
  while (!guard("lock", path, () => file.tryLockSync(true))) {
    const left = end - Date.now();
    if (left <= 0) {
      file.close();
      return undefined;
    }
    const pause = Math.min(retry, left);
    await new Promise((resolve) => setTimeout(resolve, pause));
    retry = Math.min(retry * LOCK_RETRY.growth, LOCK_RETRY.longest);
  }
  return { [Symbol.dispose]: () => file.close() };
}

function tryLock(path: string): Disposable | undefined {
  const file = unheld(() => guard("lock", path, () => openLock(path)));
  if (guard("lock", path, () => file.tryLockSync(true))) {
    return { [Symbol.dispose]: () => file.close() };
  }
  file.close();
  return undefined;
}

/** Creates files, syncs them and reads them back; see `Files.createAll`. */
async function createAll(files: readonly NewFile[]): Promise<void> {
  for (let at = 0; at < files.length; at += AT_ONCE) {
    await createSome(files.slice(at, at + AT_ONCE));
  }
}

/** Works on open files: looking up paths takes longer than the work. */
async function createSome(files: readonly NewFile[]): Promise<void> {
  const opened: { file: NewFile; handle: Deno.FsFile }[] = [];
  try {
    for (const file of files) {
      const handle = guard("write", file.path, () => createOne(file));
      opened.push({ file, handle });
      guard("write", file.path, () => write(handle, file));
    }
    const synced = opened.map(({ file, handle }) => sync(handle, file));
    await Promise.allSettled(synced);
    await Promise.all(synced);
    for (const { file, handle } of opened) {
      guard("read back", file.path, () => readBack(handle, file));
    }
  } finally {
    for (const { handle } of opened) handle.close();
  }
}

function createOne({ path, mode }: NewFile): Deno.FsFile {
  return Deno.openSync(path, {
    read: true,
    write: true,
    createNew: true,
    mode: mode ?? 0o600,
  });
}

function write(handle: Deno.FsFile, file: NewFile): void {
  const { path, bytes, mtime, mode } = file;
  writeAll(handle, bytes);
  handle.utimeSync(new Date(mtime), new Date(mtime));
  // The umask may have reduced the requested mode.
  const made = handle.statSync().mode;
  const cut = mode !== null && made !== null && (made & 0o7777) !== mode;
  if (cut && Deno.build.os !== "windows") Deno.chmodSync(path, mode);
}

function readBack(handle: Deno.FsFile, { path, bytes }: NewFile): void {
  handle.seekSync(0, Deno.SeekMode.Start);
  const found = readSome(handle, bytes.length + 1);
  const same = found.length === bytes.length &&
    bytes.every((byte, at) => byte === found[at]);
  if (same) return;
  const cause = new Error("it is not what was written");
  throw new FileError("other", "read back", path, cause);
}

function spaceOf(folder: string): Space | undefined {
  try {
    const { bsize, blocks, bavail, files, ffree } = statfsSync(folder);
    return {
      size: blocks * bsize,
      free: bavail * bsize,
      // Some file systems create entries when needed, and report 0.
      entries: files > 0 ? ffree : undefined,
    };
  } catch {
    return undefined;
  }
}
