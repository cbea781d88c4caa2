import { isLike } from "../base/names.ts";
import type { Config } from "../config/mod.ts";

/** A part of a large project. */
export interface Partition {
  readonly name: string;
  /** Folders and globs, relative to the top of the worktree. */
  readonly paths: readonly string[];
  /** Empty: none. */
  readonly description: string;
  /** Its context file, relative to the worktree; null: no file. */
  readonly context: string | null;
}

interface Glob {
  readonly name: string;
  readonly segments: readonly string[];
  /** Number of characters before the first wildcard. */
  readonly literal: number;
}

/** Longer paths do not belong to any partition. */
const LONGEST = 2000;

/** Finds the partition of a path. */
export class Partitions {
  readonly all: readonly Partition[];
  readonly #globs: readonly Glob[];

  constructor(config: Pick<Config, "partitions">) {
    this.all = Object.entries(config.partitions).map(([name, given]) => ({
      name,
      paths: given.paths,
      description: given.description ?? "",
      context: given.context ?? null,
    }));
    this.#globs = this.all.flatMap(({ name, paths }) =>
      paths.map((path): Glob => {
        const plain = path.replace(/^\//, "").replace(/\/$/, "");
        const segments = plain.split("/");
        return { name, segments, literal: /^[^*?]*/.exec(plain)![0].length };
      })
    ).sort((a, b) => b.literal - a.literal);
  }

  named(name: string): Partition | undefined {
    return this.all.find((one) => one.name === name);
  }

  /**
   * Returns the partition of a path, which is relative to the worktree. If
   * several match, the most specific one wins, then the first in the
   * configuration.
   */
  of(path: string): string | undefined {
    if (path.length > LONGEST) return undefined;
    const parts = path.split("/");
    return this.#globs.find(({ segments }) => isBelow(segments, parts))?.name;
  }

  /** Returns the number of paths in each partition. */
  count(paths: Iterable<string>): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const path of paths) {
      const name = this.of(path);
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * Returns the partition with most of the paths. If there is a tie, returns
   * the one configured first.
   */
  mostOf(paths: Iterable<string>): string | undefined {
    const counts = this.count(paths);
    let most: string | undefined;
    for (const { name } of this.all) {
      const count = counts.get(name) ?? 0;
      if (count > (counts.get(most ?? "") ?? 0)) most = name;
    }
    return most;
  }
}

/**
 * Returns whether a glob matches the path or a folder above it. `*` and `?`
 * match characters within one name, and `**` any number of folders; everything
 * else is literal. The regular expressions of a glob library can take
 * exponential time, and these globs may come with a clone.
 */
export function isBelow(
  glob: readonly string[],
  path: readonly string[],
): boolean {
  // The possible numbers of names that have been matched.
  let used = new Set([0]);
  for (const segment of glob) {
    const next = new Set<number>();
    for (const at of used) {
      if (segment === "**") {
        for (let end = at; end <= path.length; end++) next.add(end);
        break; // > the least comes first
      }
      if (at < path.length && isLike(segment, path[at]!)) next.add(at + 1);
    }
    if (next.size === 0) return false;
    used = next;
  }
  return true;
}
