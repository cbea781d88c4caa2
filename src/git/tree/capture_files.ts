import { attempt, FileError, isMissing } from "../../base/errors.ts";
import { reasonNotRead } from "../../base/paths_there.ts";
import { isSameFile, lastingFacts } from "../file_memory.ts";
import type { TakenContent } from "../file_states.ts";
import { type Git, gitFailure, LONG } from "../run/git.ts";
import { decodeBytes, encodeText, isOpenable, quotePath } from "../text.ts";
import { importBlobs, writeObjects } from "../run/objects.ts";
import { type CapturedFile, storedFile } from "./captured_file.ts";
import {
  type Beyond,
  beyondLimits,
  type CaptureLimits,
  tooLarge,
  tooLargeReason,
} from "./capture_limits.ts";
import {
  type LeftOut,
  lookWithin,
  type ObjectHash,
  objectId,
  type TreeEntry,
} from "./snapshot.ts";

import type { FileInfo, RunResult, System } from "../../system/system.ts";

/** Larger files are read by git. */
const INLINE = 1024 * 1024;

/** Once this number of bytes was read, no more contents are held in memory. */
const INLINE_BUDGET = 64 * 1024 * 1024;

/** After this number of bytes, git stores files while they are read. */
const UNSTORED_BUDGET = 8 * 1024 * 1024;

/** Bytes of small files that git gets at a time: the capacity of a pipe. */
const PORTION = 64 * 1024;

/** The number of times to read a file again if it changed in the meantime. */
const TRIES = 3;

/** Without this, git reports objects as stored too early. */
export const OBJECTS_SYNCED = ["-c", "core.fsync=objects"];

interface FileOptions {
  readonly hash: ObjectHash;
  readonly fileMode: boolean;
  /** True if git stores what it reads; otherwise git only computes the IDs. */
  readonly write: boolean;
  /** The files of an earlier capture: unchanged ones are not read again. */
  readonly before?: ReadonlyMap<string, Partial<CapturedFile> | undefined>;
}

/** A file whose content is still to be read. */
interface Waiting {
  readonly path: string;
  readonly mode: string;
  readonly info: FileInfo;
}

/** Reads files of one worktree as raw bytes, links as their targets. */
export class FileCapture {
  readonly files = new Map<string, CapturedFile | undefined>();
  readonly leftOut: LeftOut[] = [];
  readonly #system: System;
  readonly #git: Git;
  readonly #options: FileOptions;
  readonly #large: Waiting[] = [];
  readonly #look: (path: string) => FileInfo | undefined;
  #read = 0;

  constructor(system: System, git: Git, options: FileOptions) {
    this.#system = system;
    this.#git = git;
    this.#look = lookWithin(system, git.folder);
    this.#options = options;
  }

  /**
   * Adds the file at `path`, or `undefined` for a missing path or a folder.
   * `mode`: the mode in the index, for file systems without an executable bit.
   */
  add(path: string, mode?: string): void {
    const reason = reasonNotRead(path, this.#system.platform);
    if (reason !== undefined) {
      this.leftOut.push({ path, reason });
      return;
    }
    this.#guarded(path, () => this.#add(path, mode));
  }

  /** Does `work` on a path, which may be gone or unreadable by now. */
  #guarded(path: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const isGone = isMissing(error) ||
        attempt(() => this.#look(path) === undefined);
      if (isGone) {
        this.files.set(path, undefined);
      } else this.leftOut.push({ path, reason: reasonOf(error) });
    }
  }

  /** Adds a file or link that was read elsewhere, or only looked at. */
  put(
    path: string,
    { known, info, bytes, id }: TakenContent & {
      /** The mode according to git. */
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

  /** Returns the size of the file or link at `path`, if it exists. */
  sizeOf(path: string): number | undefined {
    const info = this.#look(path);
    return info?.kind === "file" || info?.kind === "link"
      ? info.size
      : undefined;
  }

  /** Adds a file whose content git already has. */
  take(path: string, file: CapturedFile): void {
    this.files.set(path, file);
  }

  /** Adds an unchanged file, if its permissions are unusual. */
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
    } else this.#addFile(path, this.#modeOf(info, known), info);
  }

  #addFile(path: string, mode: string, info: FileInfo): void {
    const same = this.#known(path, mode, info);
    if (same) {
      this.#read += same.bytes?.length ?? 0;
      this.files.set(path, same);
    } else if (info.size > INLINE || this.#read + info.size > this.#budget) {
      this.#large.push({ path, mode, info });
    } else {
      const { bytes, ...found } = this.#readSmall({ path, mode, info });
      this.#read += bytes.length;
      this.files.set(path, { ...found, bytes });
    }
  }

  get #budget(): number {
    return this.#options.write ? UNSTORED_BUDGET : INLINE_BUDGET;
  }

  /** Returns a file that has not changed since the earlier capture. */
  #known(
    path: string,
    mode: string,
    info: FileInfo,
  ): CapturedFile | undefined {
    const { before, write } = this.#options;
    const file = before?.get(path);
    const isSame = file?.seen && file.mode === mode &&
      isSameFile(file.seen, info);
    const isThere = !write || file?.bytes || file?.stored;
    return isSame && isThere ? file as CapturedFile : undefined;
  }

  #modeOf({ mode }: FileInfo, known: string | undefined): string {
    if (mode === undefined || !this.#options.fileMode) {
      // In git, the path may be a link; on this disk, it is a file.
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
    const bytes = encodeText(target);
    this.#read += bytes.length;
    this.files.set(path, {
      ...storedFile(info, "120000"),
      ...{ id: this.#idOf(bytes), bytes, size: bytes.length },
    });
  }

  #idOf(bytes: Uint8Array): string {
    return objectId("blob", bytes, this.#options.hash);
  }

  #readSmall(
    { path, mode, info }: Waiting,
  ): CapturedFile & { bytes: Uint8Array } {
    const { files, now } = this.#system;
    const full = this.#full(path);
    const found = (bytes: Uint8Array, seen: FileInfo) => ({
      ...storedFile(seen, mode),
      ...{ id: this.#idOf(bytes), bytes, size: bytes.length },
    });
    let seen = info;
    for (let tries = 1; tries <= TRIES; tries++) {
      const time = now();
      const bytes = files.readSeen(full, seen);
      if (bytes) {
        return { ...found(bytes, seen), seen: lastingFacts(seen, time) };
      }
      const after = this.#look(path);
      if (after?.kind !== "file") break;
      seen = after;
    }
    return found(files.readOwn(full, INLINE), seen);
  }

  /**
   * Lets git read the rest. `leaveLarge`: files beyond the limits are left out.
   * Otherwise throws CONFLICT beyond the limits, GIT_FAILED.
   */
  async finish(limits: CaptureLimits, leaveLarge = false): Promise<void> {
    const over = this.#beyond(limits);
    if (over && !leaveLarge) throw tooLarge(over);
    this.bound(limits);
    await this.hashLarge();
  }

  /** Leaves out files beyond the limits. */
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

  /** Total size in bytes. */
  get size(): number {
    const known = [...this.files.values()].map((file) => file?.size ?? 0);
    return [...known, ...this.#large.map(({ info }) => info.size)]
      .reduce((all, size) => all + size, 0);
  }

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

  /** Reads the other files, or lets git read them. Throws GIT_FAILED. */
  async hashLarge(): Promise<void> {
    const left = this.#large.splice(0).filter(({ path }) => isOpenable(path));
    const isSmall = ({ info }: Waiting) =>
      info.kind === "file" && info.size <= INLINE;
    await this.#hashSmall(left.filter(isSmall));
    await this.#hashByGit(left.filter((one) => !isSmall(one)));
  }

  /** Stores many files in one pack. */
  async #hashSmall(left: readonly Waiting[]): Promise<void> {
    if (left.length === 0) return;
    const portions = this.#portions(left);
    if (this.#options.write) await importBlobs(this.#git, portions);
    else for (const _ of portions);
  }

  /** Yields the contents of files as they are read. */
  *#portions(left: readonly Waiting[]): Generator<Uint8Array[]> {
    const isStored = this.#options.write ? { stored: true as const } : {};
    let [portion, size]: [Uint8Array[], number] = [[], 0];
    for (const one of left) {
      this.#guarded(one.path, () => {
        const { bytes, ...found } = this.#readSmall(one);
        this.files.set(one.path, { ...found, ...isStored });
        portion.push(bytes);
        size += bytes.length;
      });
      if (size < PORTION) continue;
      yield portion;
      [portion, size] = [[], 0];
    }
    yield portion;
  }

  async #hashByGit(files: readonly Waiting[]): Promise<void> {
    let left = files;
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

  /** Leaves out a file that git cannot read; throws if it cannot write. */
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

  /** Returns the IDs that git printed, up to a file at which it failed. */
  async #hash(
    paths: readonly string[],
    { write = this.#options.write } = {},
  ): Promise<{ ids: string[]; result: RunResult }> {
    const args = ["hash-object", "--no-filters", "--stdin-paths"];
    if (write) {
      args.unshift(...OBJECTS_SYNCED);
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

/** Returns why a file is left out, without an overlong path. */
export function reasonOf({ problem, message }: FileError): string {
  return problem === "too-long" ? "its path is too long" : message;
}
