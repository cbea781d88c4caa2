import { sha256 } from "../../base/digest.ts";
import { attempt, FileError, isMissing, MpmError } from "../../base/errors.ts";
import { reasonNotRead } from "../../base/paths_there.ts";
import { sizeText } from "../../base/words.ts";
import type { TakenContent } from "../file_states.ts";
import { type Git, gitFailure } from "../run/git.ts";
import { decodeBytes, encodeText, isOpenable, quotePath } from "../text.ts";
import { writeObjects } from "../run/objects.ts";
import {
  type LeftOut,
  lookWithin,
  type ObjectHash,
  objectId,
  type TreeEntry,
} from "./snapshot.ts";
import type { FileInfo, RunResult, System } from "../../system/system.ts";

/** A file or link as it was read. */
export interface CapturedFile {
  readonly mode: string;
  readonly id: string;
  /** Absent where git has stored or only named it. */
  readonly bytes?: Uint8Array;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  /** Of the content, where it was read here. */
  readonly sha256: string | null;
  /** Permission bits that a mode of git does not tell. */
  readonly permissions?: number;
}

/** Larger files are read by git, and so are all once this much was read. */
const INLINE = 1024 * 1024;
const INLINE_BUDGET = 64 * 1024 * 1024;

/** Times a file is read again that changed in the meantime. */
const TRIES = 3;

/** Milliseconds git may take to read large files. */
const LONG = 15 * 60_000;

/** Without it git says that an object is stored before it is on the disk. */
export const SYNCED = ["-c", "core.fsync=objects"];

/** Reads files of one worktree as raw bytes, links as their targets. */
export class FileCapture {
  readonly files = new Map<string, CapturedFile | undefined>();
  readonly leftOut: LeftOut[] = [];
  readonly #system: System;
  readonly #git: Git;
  readonly #options: { hash: ObjectHash; fileMode: boolean; write: boolean };
  readonly #large: { path: string; mode: string; info: FileInfo }[] = [];
  readonly #look: (path: string) => FileInfo | undefined;
  #read = 0;

  /** `write`: git stores what it reads, else it is only named. */
  constructor(
    system: System,
    git: Git,
    options: { hash: ObjectHash; fileMode: boolean; write: boolean },
  ) {
    this.#system = system;
    this.#git = git;
    this.#look = lookWithin(system, git.folder);
    this.#options = options;
  }

  /**
   * Returns what is at `path`, `undefined` for nothing or a folder. `mode`: the
   * index's, for where the file system tells no executable bit.
   */
  add(path: string, mode?: string): void {
    const reason = reasonNotRead(path, this.#system.platform);
    if (reason !== undefined) {
      this.leftOut.push({ path, reason });
      return;
    }
    try {
      this.#add(path, mode);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const isGone = isMissing(error) ||
        attempt(() => this.#look(path) === undefined);
      if (isGone) {
        this.files.set(path, undefined);
      } else this.leftOut.push({ path, reason: reasonOf(error) });
    }
  }

  /** A file or link that was read elsewhere; neither: only looked at. */
  put(
    path: string,
    { known, info, bytes, id }: TakenContent & {
      /** The mode that git says it has. */
      known: string | undefined;
      info: FileInfo;
    },
  ): void {
    const mode = info.kind === "link" ? "120000" : this.#modeOf(info, known);
    if (!bytes && id !== undefined) {
      this.files.set(path, { ...storedFile(info, mode), id });
      return;
    }
    if (!bytes || this.#read + bytes.length > INLINE_BUDGET) {
      this.#large.push({ path, mode, info });
      return;
    }
    this.#read += bytes.length;
    id ??= objectId("blob", bytes, this.#options.hash);
    const size = bytes.length;
    this.files.set(path, { ...storedFile(info, mode), id, bytes, size });
  }

  /** The top of the worktree. */
  get folder(): string {
    return this.#git.folder;
  }

  /** Bytes of the file or link at `path`; `undefined` if it is missing. */
  sizeOf(path: string): number | undefined {
    const info = this.#look(path);
    return info?.kind === "file" || info?.kind === "link"
      ? info.size
      : undefined;
  }

  /** A file whose content git has already. */
  take(path: string, file: CapturedFile): void {
    this.files.set(path, file);
  }

  /** An unchanged file, if its permissions are not the usual ones. */
  takeUnusual(path: string, { mode, id }: TreeEntry): void {
    const info = this.#look(path);
    if (info?.kind !== "file") return;
    const stored = storedFile(info, mode);
    if (stored.permissions !== undefined) this.take(path, { ...stored, id });
  }

  #full(path: string): string {
    return `${this.#git.folder}/${path}`;
  }

  #add(path: string, known: string | undefined): void {
    const info = this.#look(path);
    if (!info || info.kind === "folder") {
      this.files.set(path, undefined);
    } else if (info.kind === "other") {
      this.leftOut.push({ path, reason: "it is a pipe, socket or device" });
    } else if (info.kind === "link") {
      this.#addLink(path, info);
    } else {
      const mode = this.#modeOf(info, known);
      const inline = info.size <= INLINE &&
        this.#read + info.size <= INLINE_BUDGET;
      if (inline) this.#addSmall(path, mode, info);
      else this.#large.push({ path, mode, info });
    }
  }

  #modeOf({ mode }: FileInfo, known: string | undefined): string {
    if (mode === undefined || !this.#options.fileMode) {
      // Git may keep a link as a file: then that is what is here.
      return known === "100755" ? known : "100644";
    }
    return (mode & 0o100) === 0 ? "100644" : "100755";
  }

  #addLink(path: string, info: FileInfo): void {
    const target = this.#system.files.readLink(this.#full(path));
    if (target.includes("\ufffd")) {
      this.leftOut.push({ path, reason: "the link's target is not UTF-8" });
      return;
    }
    this.#put(path, { mode: "120000", info, bytes: encodeText(target) });
  }

  #addSmall(path: string, mode: string, info: FileInfo): void {
    let before = info;
    for (let tries = 1;; tries++) {
      const bytes = this.#system.files.readOwn(this.#full(path), INLINE);
      const after = this.#look(path);
      const steady = after?.mtime === before.mtime &&
        after.size === before.size && bytes.length === before.size;
      if (steady || tries === TRIES || !after) {
        this.#put(path, { mode, info: after ?? before, bytes });
        return;
      }
      before = after;
    }
  }

  #put(
    path: string,
    { mode, info, bytes }: { mode: string; info: FileInfo; bytes: Uint8Array },
  ): void {
    this.#read += bytes.length;
    this.files.set(path, {
      mode,
      id: objectId("blob", bytes, this.#options.hash),
      bytes,
      size: bytes.length,
      mtime: info.mtime,
      sha256: sha256(bytes),
      ...permissionsOf(info, mode),
    });
  }

  /**
   * Lets git read the rest. `leaveLarge`: what is beyond the limits is left out.
   * Throws CONFLICT beyond the limits otherwise, GIT_FAILED.
   */
  async finish(limits: CaptureLimits, leaveLarge = false): Promise<void> {
    const over = this.#beyond(limits);
    if (over && !leaveLarge) throw tooLarge(over);
    this.bound(limits);
    await this.hashLarge();
  }

  /** Leaves out what is beyond the limits. */
  bound(limits: CaptureLimits, holder = "a checkpoint"): void {
    const out = new Set<string>();
    for (const { path, size } of this.#beyond(limits)?.paths ?? []) {
      out.add(path);
      this.files.delete(path);
      this.leftOut.push({ path, reason: tooLargeReason(size, holder) });
    }
    const kept = this.#large.splice(0).filter(({ path }) => !out.has(path));
    this.#large.push(...kept);
  }

  /** Total bytes taken. */
  get size(): number {
    const known = [...this.files.values()].map((file) => file?.size ?? 0);
    return [...known, ...this.#large.map(({ info }) => info.size)]
      .reduce((all, size) => all + size, 0);
  }

  /** The number of files and links that are taken. */
  get count(): number {
    const there = [...this.files.values()].filter((file) => file);
    return there.length + this.#large.length;
  }

  #beyond(limits: CaptureLimits): Beyond | undefined {
    return beyondLimits([
      ...[...this.files].map(([path, found]) => ({
        path,
        size: found?.size ?? 0,
      })),
      ...this.#large.map(({ path, info }) => ({ path, size: info.size })),
    ], limits);
  }

  /** Lets git read the other files. Throws GIT_FAILED. */
  async hashLarge(): Promise<void> {
    let left = this.#large.splice(0).filter(({ path }) => isOpenable(path));
    for (let tries = 0; left.length > 0; tries++) {
      const { ids, result } = await this.#hash(left.map(({ path }) => path));
      ids.forEach((id, at) => {
        const { path, mode, info } = left[at]!;
        this.files.set(path, { ...storedFile(info, mode), id });
      });
      const failed = left[ids.length];
      if (!failed) return;
      left = left.slice(ids.length + 1);
      await this.#leaveOut(failed.path, result);
    }
  }

  /** A file that git cannot read; throws where it could not write. */
  async #leaveOut(path: string, result: RunResult): Promise<void> {
    if (!this.#look(path)) {
      this.files.set(path, undefined);
      return;
    }
    const again = await this.#hash([path], { write: false });
    if (again.ids.length > 0 || again.result.outcome !== "exited") {
      throw gitFailure(["hash-object"], result);
    }
    this.leftOut.push({ path, reason: "git cannot read it" });
  }

  /** As many ids as git gave before a file it could not read, or write. */
  async #hash(
    paths: readonly string[],
    { write = this.#options.write } = {},
  ): Promise<{ ids: string[]; result: RunResult }> {
    const args = ["hash-object", "--no-filters", "--stdin-paths"];
    if (write) {
      args.unshift(...SYNCED);
      args.push("-w");
    }
    const stdin = paths.map((path) => `${quotePath(path)}\n`).join("");
    const options = { stdin: encodeText(stdin), timeout: LONG };
    const result = write
      ? await writeObjects(this.#git, args, options)
      : await this.#git.run(args, options);
    const ids = decodeBytes(result.stdout).split("\n").slice(0, -1);
    return { ids, result };
  }
}

/** Returns why a file is left out, without a path that is too long. */
export function reasonOf({ problem, message }: FileError): string {
  return problem === "too-long" ? "its path is too long" : message;
}

/** The usual permissions of files, which git tells apart or leaves to the umask. */
const USUAL = new Map([
  ["100644", [0o644, 0o664]],
  ["100755", [0o755, 0o775]],
]);

/** Those that `mode` does not tell: where git looks at no bits, +x is one. */
function permissionsOf(
  { kind, mode: bits }: FileInfo,
  mode: string,
): { permissions?: number } {
  const usual = bits === undefined || kind === "link" ||
    USUAL.get(mode)?.includes(bits);
  return usual ? {} : { permissions: bits };
}

/** Returns the facts about a file whose content git has. */
export function storedFile(
  info: FileInfo,
  mode: string,
): Omit<CapturedFile, "id"> {
  const { size, mtime } = info;
  return { mode, size, mtime, sha256: null, ...permissionsOf(info, mode) };
}

/** Bytes of the largest files, one and all, that a checkpoint takes. */
export interface CaptureLimits {
  readonly file: number;
  readonly total: number;
}

interface Sized {
  readonly path: string;
  readonly size: number;
}

/** Files that a checkpoint of some files could not include. */
interface Beyond {
  /** The files without which the rest fits, the largest first. */
  readonly paths: readonly Sized[];
  /** Bytes of all files, where each of them is small enough. */
  readonly sum: number | undefined;
}

/** The files that are too large, or too many; `undefined`: all of them fit. */
export function beyondLimits(
  files: readonly Sized[],
  { file, total }: CaptureLimits,
): Beyond | undefined {
  const sizes = [...files].sort((a, b) => b.size - a.size);
  const all = sizes.reduce((sum, { size }) => sum + size, 0);
  let left = all;
  const paths: Sized[] = [];
  for (const one of sizes) {
    if (one.size <= file && left <= total) break;
    paths.push(one);
    left -= one.size;
  }
  if (paths.length === 0) return undefined;
  return { paths, sum: paths[0]!.size > file ? undefined : all };
}

/** Files that an error names. */
const NAMED = 5;

export function tooLarge({ paths, sum }: Beyond): MpmError {
  const named = paths.slice(0, NAMED)
    .map(({ path, size }) => `${path} (${sizeText(size)})`).join(", ");
  return new MpmError(
    "CONFLICT",
    sum === undefined
      ? `Too large for a checkpoint: ${named}`
      : `${sizeText(sum)} of changed files are too large for a checkpoint, ` +
        `the largest: ${named}`,
    {
      hint: "Let git ignore them, or raise checkpoint.max_file_mb and " +
        "checkpoint.max_total_mb in the configuration",
    },
  );
}

/** Why one of them is left out. */
export function tooLargeReason(size: number, holder = "a checkpoint"): string {
  return `it is too large for ${holder} (${sizeText(size)})`;
}
