import { FileError } from "../base/errors.ts";
import { guard, problemOf } from "./real_errors.ts";
import type { NewFile } from "./system.ts";

/** Files open at a time; the disk syncs them in one go. */
const AT_ONCE = 64;

/** Creates, syncs and reads back; see `Files.createAll`. */
export async function createAll(files: readonly NewFile[]): Promise<void> {
  for (let at = 0; at < files.length; at += AT_ONCE) {
    await createSome(files.slice(at, at + AT_ONCE));
  }
}

/**
 * All through the open files: looking a path up costs this program several
 * times as much as what is done with the file.
 */
async function createSome(files: readonly NewFile[]): Promise<void> {
  const opened: { file: NewFile; handle: Deno.FsFile }[] = [];
  try {
    for (const file of files) {
      const handle = guard("write", file.path, () => create(file));
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

function create({ path, mode }: NewFile): Deno.FsFile {
  return Deno.openSync(path, {
    read: true,
    write: true,
    createNew: true,
    mode: mode ?? 0o600,
  });
}

function write(handle: Deno.FsFile, file: NewFile): void {
  const { path, bytes, mtime, mode } = file;
  let written = 0;
  while (written < bytes.length) {
    written += handle.writeSync(bytes.subarray(written));
  }
  handle.utimeSync(new Date(mtime), new Date(mtime));
  // The umask may have cut the mode that was asked for.
  const made = handle.statSync().mode;
  const cut = mode !== null && made !== null && (made & 0o7777) !== mode;
  if (cut && Deno.build.os !== "windows") Deno.chmodSync(path, mode);
}

/** Makes files durable that are there already; see `Files.syncFiles`. */
export async function syncFiles(paths: readonly string[]): Promise<void> {
  const left = paths.values();
  const worker = async () => {
    for (const path of left) await syncFile(path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function syncFile(path: string): Promise<void> {
  // Windows syncs only what is open for writing.
  using handle = guard(
    "sync",
    path,
    () => Deno.openSync(path, { read: true, write: true }),
  );
  await sync(handle, { path });
}

async function sync(
  handle: Deno.FsFile,
  { path }: Pick<NewFile, "path">,
): Promise<void> {
  try {
    await handle.syncData();
  } catch (error) {
    throw new FileError(problemOf(error), "sync", path, error);
  }
}

function readBack(handle: Deno.FsFile, { path, bytes }: NewFile): void {
  handle.seekSync(0, Deno.SeekMode.Start);
  const found = new Uint8Array(bytes.length + 1);
  let filled = 0;
  for (let read; (read = handle.readSync(found.subarray(filled)));) {
    filled += read;
  }
  const same = filled === bytes.length &&
    bytes.every((byte, at) => byte === found[at]);
  if (same) return;
  const cause = new Error("it is not what was written");
  throw new FileError("other", "read back", path, cause);
}
