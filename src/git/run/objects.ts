import { createHash } from "node:crypto";
import { dirname, isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import type { RunResult, System } from "../../system/system.ts";
import { decodeBytes, encodeText, joinBytes, lined, words } from "../text.ts";
import { type Git, gitFailure, type GitOptions, LONG } from "./git.ts";
import { isOpenAnywhere } from "./processes.ts";

/**
 * Runs a git command that writes objects. Removes objects that git did not
 * finish: on a full disk, they would prevent every other save.
 */
export async function writeObjects(
  git: Git,
  args: readonly string[],
  options: GitOptions = {},
): Promise<RunResult> {
  const result = await git.run(args, options);
  if (result.status === 0) return result;
  const makesPack = args.includes("index-pack");
  await tidyUp(git.system, git, { result, makesPack });
  return result;
}

/** The message of `git fast-import` that names its crash report. */
const CRASH_REPORT =
  /^fast-import: dumping crash report to (.*fast_import_crash_\d+)$/m;

async function tidyUp(
  system: System,
  git: Git,
  { result, makesPack }: { result: RunResult; makesPack: boolean },
): Promise<void> {
  const [, report] = CRASH_REPORT.exec(decodeBytes(result.stderr)) ?? [];
  const { unfinished, whole, isWritten } = await begunObjects(system, git);
  removeEach(system, unfinished);
  if (report) removeEach(system, [{ path: inFolder(git, report) }]);
  // The pack is complete, but its index or name does not fit.
  if ((report || makesPack) && !isWritten) removeEach(system, whole);
}

/** An object file that a git process did not finish. */
export interface UnfinishedObject {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Finds objects that git began to write before it was stopped or ran out of
 * space. Never includes a file of another user, an open file, or a complete
 * pack: a running git closes its pack before it writes the index.
 */
export async function findUnfinished(
  system: System,
  git: Git,
): Promise<readonly UnfinishedObject[]> {
  return (await begunObjects(system, git)).unfinished;
}

/** Removes the files of {@link findUnfinished}; ignores a `FileError`. */
export async function removeUnfinished(
  system: System,
  git: Git,
): Promise<void> {
  removeEach(system, await findUnfinished(system, git));
}

function removeEach(
  { files }: System,
  found: readonly { readonly path: string }[],
): void {
  for (const { path } of found) attempt(() => files.remove(path));
}

/** Objects that git began to write, under temporary names. */
interface BegunObjects {
  readonly unfinished: readonly UnfinishedObject[];
  /** Complete packs and indexes that do not have their final names yet. */
  readonly whole: readonly UnfinishedObject[];
  /** True if a program has one of these files open. */
  readonly isWritten: boolean;
}

async function begunObjects(system: System, git: Git): Promise<BegunObjects> {
  const unfinished: UnfinishedObject[] = [];
  const whole: UnfinishedObject[] = [];
  let isWritten = false;
  const asked = await git.run(words("rev-parse --git-path objects"));
  if (asked.status !== 0) return { unfinished, whole, isWritten };
  const folder = inFolder(git, decodeBytes(asked.stdout).replace(/\n$/, ""));
  for (const one of [...begunFiles(system, folder)]) {
    if (await isOpenAnywhere(system, one.path)) {
      isWritten = true;
      continue;
    }
    // A running git closes its file and renames it at once.
    if (sizeOf(system, one.path) !== one.size) continue;
    const isWhole = dirname(one.path) === join(folder, "pack") &&
      isClosed(system, one);
    (isWhole ? whole : unfinished).push(one);
  }
  return { unfinished, whole, isWritten };
}

/** A path as git prints it. */
function inFolder(git: Git, path: string): string {
  return isAbsolute(path) ? path : join(git.folder, path);
}

function* begunFiles(
  system: System,
  folder: string,
): Generator<UnfinishedObject> {
  const namesIn = (path: string) =>
    attempt(() => system.files.list(path).map(({ name }) => name)) ?? [];
  for (const below of namesIn(folder)) {
    const isPacks = below === "pack";
    if (!isPacks && !/^[0-9a-f]{2}$/.test(below)) continue;
    const begun = isPacks ? /^tmp_(?:pack|idx)_/ : /^tmp_obj_/;
    for (const name of namesIn(join(folder, below))) {
      if (!begun.test(name)) continue;
      const path = join(folder, below, name);
      const size = sizeOf(system, path);
      if (size !== undefined) yield { path, size };
    }
  }
}

/** Returns the size in bytes of a file that belongs to this user. */
function sizeOf({ files, uid }: System, path: string): number | undefined {
  const found = attempt(() => files.lstat(path));
  return found?.kind === "file" && found.uid === uid ? found.size : undefined;
}

/** The hashes that may end a pack or its index, with their sizes. */
const CLOSINGS = [["sha1", 20], ["sha256", 32]] as const;

/** A pack's header: its signature, its version, and its number of objects. */
const PACK_HEADER = 12;

/** Bytes to read at a time. */
const CHUNK = 1 << 20;

/**
 * Returns whether git finished a pack or index, which ends with the hash of the
 * rest. A failed `git fast-import` does not write the hash.
 */
function isClosed({ files }: System, { path, size }: UnfinishedObject) {
  return attempt(() =>
    CLOSINGS.some(([hash, length]) => {
      const end = size - length;
      if (end < PACK_HEADER) return false;
      const digest = createHash(hash);
      for (let at = 0; at < end; at += CHUNK) {
        digest.update(files.readPart(path, at, Math.min(CHUNK, end - at)));
      }
      return files.readPart(path, end, length).toHex() === digest.digest("hex");
    })
  ) ?? false;
}

/** Settings with which everything is on the disk when git ends. */
export const SYNCED = [
  "core.fsync=all",
  // One wait for the disk instead of one for each loose object.
  "core.fsyncMethod=batch",
];

interface ImportOptions {
  /** Additional settings, `name=value`. */
  readonly settings?: readonly string[];
  /** True if even a small import stays a pack; see {@link takesPack}. */
  readonly packed: boolean;
  /** The time limit in milliseconds. */
  readonly timeout?: number;
}

/** Refs of mpm have no reflog; objects are compressed like loose ones. */
const USUAL = ["core.logAllRefUpdates=false", "pack.compression=1"];

/** Otherwise, git would unpack fewer than 100 objects into loose objects. */
const PACKED = "fastimport.unpackLimit=1";

const NOTHING = new Uint8Array();

/**
 * A `git fast-import` that starts before its input is known, to save time.
 * Without `done` at the end (git-fast-import(1)), it imports nothing.
 */
export class FastImport implements AsyncDisposable {
  readonly #first = Promise.withResolvers<Uint8Array>();
  readonly #rest = Promise.withResolvers<Uint8Array>();
  readonly #begun = Promise.withResolvers<void>();
  readonly #handed = Promise.withResolvers<void>();
  readonly #done: Promise<RunResult>;

  constructor(git: Git, { settings = [], packed, timeout }: ImportOptions) {
    const all = [...USUAL, ...packed ? [PACKED] : [], ...settings];
    const args = [
      ...all.flatMap((setting) => ["-c", setting]),
      ...words("fast-import --quiet --date-format=raw --done"),
    ];
    this.#done = writeObjects(git, args, {
      stdin: this.#parts(),
      ...timeout === undefined ? {} : { timeout },
    });
    // The caller of the import handles its failure.
    this.#done.catch(() => {});
  }

  async *#parts(): AsyncGenerator<Uint8Array> {
    try {
      yield await this.#first.promise;
      this.#begun.resolve();
      yield await this.#rest.promise;
    } finally {
      this.#begun.resolve();
      this.#handed.resolve();
    }
  }

  /** Resolves when git has the whole stream and works by itself. */
  get handed(): Promise<void> {
    return this.#handed.promise;
  }

  /** Sends the beginning; resolves when git has received it, or has ended. */
  async begin(stream: Uint8Array): Promise<void> {
    this.#first.resolve(stream);
    await Promise.race([this.#begun.promise, this.#done.catch(() => {})]);
  }

  /** Imports a stream, or the rest of it. Call it only once. */
  run(stream: Uint8Array): Promise<RunResult> {
    this.#first.resolve(NOTHING);
    this.#rest.resolve(stream);
    return this.#done;
  }

  /** Waits until git has ended. An incomplete stream is not imported. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#first.resolve(encodeText("done\n"));
    this.#rest.resolve(NOTHING);
    await this.#done.catch(() => {});
  }
}

/** Stores contents durably, many of them in one pack. Throws GIT_FAILED. */
export async function importBlobs(
  git: Git,
  portions: Iterable<readonly Uint8Array[]>,
): Promise<void> {
  const settings = [...USUAL, ...SYNCED];
  const args = [
    ...settings.flatMap((setting) => ["-c", setting]),
    ...words("fast-import --quiet --done"),
  ];
  const stdin = blobStream(portions);
  const done = await writeObjects(git, args, { stdin, timeout: LONG });
  if (done.status !== 0) throw gitFailure(["fast-import"], done);
}

async function* blobStream(
  portions: Iterable<readonly Uint8Array[]>,
): AsyncGenerator<Uint8Array> {
  const end = encodeText("\n");
  for (const portion of portions) {
    const chunks = portion.flatMap((bytes) => [
      encodeText(`blob\ndata ${bytes.length}\n`),
      ...[bytes, end],
    ]);
    yield await Promise.resolve(joinBytes(chunks));
  }
  yield encodeText("done\n");
}

/**
 * A repository with this number of packs gets no more packs from mpm. Git
 * repacks above 50 (`gc.autoPackLimit`), and only the user should cause that.
 */
const MOST_PACKS = 25;

/** Returns whether an import may leave a pack, which takes half the time. */
export function takesPack({ files }: System, commonDir: string): boolean {
  const inside = attempt(() => files.list(join(commonDir, "objects", "pack")));
  return inside !== undefined &&
    inside.filter(({ name }) => name.endsWith(".pack")).length < MOST_PACKS;
}

/**
 * Collects the objects below some refs in one pack, and removes the loose ones,
 * each of which takes a block on the disk. These refs must not contain the
 * user's history. Throws GIT_FAILED, FILE_FAILED.
 */
export async function gatherObjects(
  git: Git,
  folders: readonly string[],
): Promise<void> {
  const format = "--format=%(objectname)";
  const commits = await git.read(["for-each-ref", format, ...folders]);
  const { commonDir } = (await git.standIn()).repository;
  const base = join(commonDir, "objects", "pack", "pack");
  const args = words("-c core.fsync=all pack-objects --quiet --unpacked");
  const packed = await writeObjects(git, [...args, base], { stdin: commits });
  if (packed.status !== 0) return;
  await git.run(["prune-packed", "--quiet"]);
  // Git before 2.43 cannot leave out the user's refs.
  const own = folders.flatMap((folder) => ["--include", `${folder}*`]);
  await git.run(["pack-refs", ...own]);
}

/** A complete object. */
export interface GitObject {
  readonly id: string;
  /** `blob`, `tree`, `commit` or `tag`. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Reads objects by name; `undefined`: missing. Throws GIT_FAILED. */
export async function readObjects(
  git: Git,
  names: readonly string[],
): Promise<(GitObject | undefined)[]> {
  if (names.length === 0) return [];
  const output = await git.read(["cat-file", "--batch"], {
    stdin: lined(names),
  });
  let at = 0;
  return names.map(() => {
    const end = output.indexOf(0x0a, at);
    if (end < 0) return undefined;
    const line = decodeBytes(output.subarray(at, end));
    const [, id, type, size] = /^([0-9a-f]+) ([a-z]+) (\d+)$/.exec(line) ?? [];
    at = end + 1;
    if (size === undefined) return undefined;
    const bytes = output.subarray(at, at + Number(size));
    at += Number(size) + 1;
    return { id: id!, type: type!, bytes };
  });
}
