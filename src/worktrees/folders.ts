import { dirname, join, resolve, SEPARATOR } from "@std/path";
import { FileError } from "../base/errors.ts";
import type { Place, Repository } from "./facts.ts";
import type { System } from "../system/system.ts";
import { decodeBytes, isOpenable } from "../git/text.ts";

/** Bytes of the small files in a worktree's git folder. */
const FILE_LIMIT = 65_536;

/** Whether `path` is strictly below `folder`; both without links. */
export function isBelow(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder + SEPARATOR);
}

/** Where a candidate lies, seen from `base`, which has no links in it. */
export function readPlace(system: System, path: string, base: string): Place {
  const { files } = system;
  if (!isOpenable(path)) return "unreadable";
  try {
    const info = files.lstat(path);
    if (!info) return "missing";
    if (info.kind === "file" || info.kind === "other") return "no-folder";
    const real = realPathOf(system, path);
    if (real === undefined || !isBelow(real, base)) return "outside";
    if (info.kind === "link" || real !== path) return "link";
    // The base itself may be a disk of its own: the project's counts.
    const home = files.lstat(dirname(dirname(base)));
    return info.disk === home?.disk ? "inside" : "other-disk";
  } catch (error) {
    if (error instanceof FileError) return "unreadable";
    throw error;
  }
}

/** Its place, or that it is gone since that was read. */
export function placeNow(
  system: System,
  { path, place }: { path: string; place: Place },
): Place {
  try {
    const gone = place === "inside" && !system.files.lstat(path);
    return gone ? "gone" : place;
  } catch (error) {
    if (error instanceof FileError) return "unreadable";
    throw error;
  }
}

function realPathOf(system: System, path: string): string | undefined {
  try {
    return system.files.realPath(path);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** What a folder is to git. */
export interface RepositoryFacts {
  readonly repository: Repository;
  /** Its own git folder below the project's; only if it is linked. */
  readonly gitDir: string | undefined;
  /** Whether git has it registered in another place, which is gone. */
  readonly moved: boolean;
}

/** Reads `.git` of `path` as a file of git-worktree(1), without git. */
export function readRepository(
  system: System,
  path: string,
  commonDir: string,
): RepositoryFacts {
  const only = (repository: Repository): RepositoryFacts => ({
    repository,
    gitDir: undefined,
    moved: false,
  });
  try {
    const own = join(path, ".git");
    const kind = system.files.lstat(own)?.kind;
    if (kind === undefined) {
      return only(system.files.list(path).length === 0 ? "empty" : "none");
    }
    if (kind === "folder") return only("own");
    if (kind !== "file") return only("broken");
    const target = /^gitdir: (.+)$/.exec(readLine(system, own))?.[1];
    const gitDir = target && realPathOf(system, resolve(path, target));
    if (!gitDir) return only("broken");
    const home = join(system.files.realPath(commonDir), "worktrees");
    if (dirname(gitDir) !== home) return only("own");
    const back = resolve(gitDir, readLine(system, join(gitDir, "gitdir")));
    const leads = join(realPathOf(system, dirname(back)) ?? "", ".git");
    if (leads === own) return { repository: "linked", gitDir, moved: false };
    return system.files.lstat(back)
      ? only("copied")
      : { repository: "linked", gitDir, moved: true };
  } catch (error) {
    if (error instanceof FileError) return only("broken");
    throw error;
  }
}

function readLine(system: System, path: string): string {
  const text = decodeBytes(system.files.readOwn(path, FILE_LIMIT));
  return text.replace(/\r?\n$/, "");
}

/** The reason of a worktree's lock; `undefined`: it has none. */
export function readLockReason(
  system: System,
  gitDir: string,
): string | undefined {
  const path = join(gitDir, "locked");
  return system.files.lstat(path) ? readLine(system, path).trim() : undefined;
}

/** Files that git or Claude Code writes whenever something happens. */
const WRITTEN = [
  "HEAD",
  "index",
  "gitdir",
  "locked",
  "CLAUDE_BASE",
  "ORIG_HEAD",
  "FETCH_HEAD",
  "logs/HEAD",
];

/** When a worktree was last used, as far as single files tell. */
export function lastUse(
  system: System,
  path: string,
  gitDir: string | undefined,
): number {
  const paths = [
    path,
    join(path, ".git"),
    ...gitDir === undefined ? [] : WRITTEN.map((name) => join(gitDir, name)),
  ];
  return Math.max(...paths.map((file) => system.files.lstat(file)?.mtime ?? 0));
}
