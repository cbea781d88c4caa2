import { join } from "../base/join.ts";
import { attempt, FileError } from "../base/errors.ts";
import type { WorktreeContents } from "./facts.ts";
import { type Failed, isFailed } from "../git/mod.ts";
import type { FileInfo, System } from "../system/system.ts";
import type { Candidate } from "./candidates.ts";

/**
 * Walks through everything below `folder` without following links. Returns its
 * size, newest change, any repository within, and a fingerprint of names, sizes
 * and times, which a move does not change. Fails on unreadable parts and other
 * disks. Does not see names that are not UTF-8.
 */
export function readContents(
  system: System,
  folder: string,
): WorktreeContents | Failed {
  return attempt(() => {
    const walk = new Walk(system, folder);
    walk.run();
    return walk.found;
  }, ({ message }) => ({ failed: message }));
}

class Walk {
  readonly #system: System;
  readonly #top: string;
  readonly #disk: number;
  readonly #open: string[];
  #bytes = 0;
  #newest = 0;
  #count = 0;
  #hash = 0;
  #nested: string | undefined;

  constructor(system: System, top: string) {
    this.#system = system;
    this.#top = top;
    this.#open = [top];
    const info = this.#look(top);
    this.#disk = info.disk;
    this.#newest = info.mtime;
  }

  get found(): WorktreeContents {
    return {
      bytes: this.#bytes,
      newest: this.#newest,
      nested: this.#nested,
      print: `${this.#count}-${this.#bytes}-${this.#hash}`,
    };
  }

  run(): void {
    for (let next = this.#open.pop(); next; next = this.#open.pop()) {
      this.#enter(next);
    }
  }

  #enter(folder: string): void {
    const names = new Set<string>();
    for (const { name } of this.#system.files.list(folder)) {
      names.add(name);
      const path = join(folder, name);
      const info = this.#look(path);
      this.#tally(name, info);
      if (info.kind !== "folder") continue;
      if (info.disk !== this.#disk) {
        throw new FileError("other", "read", path, new Error("another disk"));
      }
      this.#open.push(path);
    }
    const top = folder === this.#top;
    if (!top && isRepository(names)) {
      this.#nested ??= folder.slice(this.#top.length + 1);
    }
  }

  #look(path: string): FileInfo {
    const info = this.#system.files.lstat(path);
    // The file disappeared in the meantime.
    if (!info) throw new FileError("missing", "read", path);
    return info;
  }

  #tally(name: string, { kind, size, mtime, names }: FileInfo): void {
    this.#count += 1;
    this.#newest = Math.max(this.#newest, mtime);
    this.#mix(mtime % 2 ** 32);
    this.#mix(size);
    for (let at = 0; at < name.length; at++) this.#mix(name.charCodeAt(at));
    // A file with another hard link, as in a shared cache, does not free any
    // space.
    if (kind === "file" && names === 1) this.#bytes += size;
  }

  /** As in FNV-1a. */
  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ value, 0x01000193);
  }
}

/** Returns whether these are the names in a worktree or a bare repository. */
function isRepository(names: Set<string>): boolean {
  return names.has(".git") ||
    ["HEAD", "objects", "refs"].every((name) => names.has(name));
}

/** Fingerprints that change as soon as anything in the folder does. */
export interface Prints {
  readonly tree: string;
  readonly gitDir: string;
}

/** Returns the fingerprints of a worktree and of its git folder. */
export function printOf(
  system: System,
  { facts: { contents }, gitDir }: Candidate,
): Prints | undefined {
  if (gitDir === undefined || !contents || isFailed(contents)) return undefined;
  const own = readContents(system, gitDir);
  return isFailed(own)
    ? undefined
    : { tree: contents.print, gitDir: own.print };
}

/** Returns whether a worktree, now at `tree`, is unchanged since the survey. */
export function isUnchanged(
  system: System,
  { print, gitDir }: {
    print: Prints | undefined;
    gitDir: string | undefined;
  },
  tree: string,
): boolean {
  if (print === undefined) return false;
  const same = (folder: string, print: string) => {
    const now = readContents(system, folder);
    return !isFailed(now) && now.print === print;
  };
  return same(tree, print.tree) && same(gitDir!, print.gitDir);
}
