import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import type { Vault } from "./tree/vault.ts";
import { Git, reasonOf } from "./run/git.ts";
import { parseSettings } from "./run/settings.ts";
import {
  parseStatus,
  readShallow,
  type Status,
  type StatusEntry,
} from "./status.ts";
import type { LeftOut } from "./tree/snapshot.ts";
import { decodeBytes, inParallel, isOpenable } from "./text.ts";
import type { RunResult, System } from "../system/system.ts";
import { EMPTY_INDEX, type IndexListing, listIndex } from "./index_file.ts";

/** The largest `.gitmodules` to read, in bytes. */
const LARGEST_MODULES = 1024 * 1024;

interface StatusQuestion {
  readonly gitDir: string;
  /** `status` and its options. */
  readonly args: readonly string[];
  /** True to look into submodules that settings say to ignore. */
  readonly everything?: boolean;
}

/** The answers of git about the status, the index, and the submodules. */
export interface AskedStatus {
  readonly result: RunResult;
  readonly listing: IndexListing;
  readonly submodules: readonly Submodule[];
}

/**
 * Runs `git status` and looks into each submodule separately: git would use the
 * submodule's settings, which may name programs.
 */
export async function askStatus(
  system: System,
  git: Git,
  { gitDir, args, everything = false }: StatusQuestion,
): Promise<AskedStatus> {
  const [result, indexed] = await Promise.all([
    git.run([
      ...threadsFor(system, git.folder, gitDir),
      ...args.toSpliced(2, 0, "--ignore-submodules=dirty"),
    ]),
    readIndexed(system, git, { gitDir, everything }),
  ]);
  return { result, ...indexed };
}

/** The size of an index with about 5,000 entries, in bytes. */
const SMALL_INDEX = 512 * 1024;

/**
 * Lets git look at a few thousand files of a local disk with one thread. That
 * takes as long as with several, and leaves a processor to mpm, which works at
 * the same time. Over a network, several threads are much faster.
 */
function threadsFor(system: System, folder: string, gitDir: string): string[] {
  const index = attempt(() => system.files.lstat(join(gitDir, "index")));
  const small = index !== undefined && index.size < SMALL_INDEX;
  return small && system.files.isLocal(folder)
    ? ["-c", "core.preloadIndex=false"]
    : [];
}

/** Parses the answer. `index`: entries include those of the index. */
export function statusIn(
  { result, submodules }: AskedStatus,
  { index = false } = {},
): Status {
  return withSubmodules(parseStatus(result.stdout, { index }), submodules);
}

/** Asks for the status; `status` is meaningless if `result` is a failure. */
export async function runStatus(
  system: System,
  git: Git,
  question: StatusQuestion,
): Promise<{ result: RunResult; status: Status }> {
  const asked = await askStatus(system, git, question);
  return { result: asked.result, status: statusIn(asked) };
}

/** The facts about a submodule that mpm adds to git's report of its commit. */
interface Submodule {
  readonly path: string;
  readonly changed: boolean;
  /** True if git does not report a different commit of the submodule either. */
  readonly hidden: boolean;
}

/** Reads the index. If git cannot, the status says why. */
async function readIndexed(
  system: System,
  git: Git,
  { gitDir, everything }: { gitDir: string; everything: boolean },
): Promise<Omit<AskedStatus, "result">> {
  const listing = await attempt(() => listIndex(system, git, gitDir)) ??
    EMPTY_INDEX;
  const paths = [...listing.submodules.keys()];
  if (paths.length === 0) return { listing, submodules: [] };
  const ignored = everything ? () => "none" : await readIgnored(system, git);
  const submodules: Submodule[] = [];
  for (const path of paths) {
    const ignore = ignored(path);
    const looks = ignore !== "all" && ignore !== "dirty";
    const changed = looks &&
      await isChanged(system, join(git.folder, path), {
        untracked: ignore === "untracked" ? "no" : "normal",
        everything,
      });
    submodules.push({ path, changed, hidden: ignore === "all" });
  }
  return { listing, submodules };
}

/** Returns the changes of a submodule that settings ignore (git-config(1)). */
async function readIgnored(
  system: System,
  git: Git,
): Promise<(path: string) => string> {
  const pattern = "^(submodule\\..*\\.ignore|diff\\.ignoresubmodules)$";
  const set = new Map(await git.settings(pattern));
  const byPath = new Map<string, string | undefined>();
  const byName = new Map<string, Map<string, string>>();
  for (const { section, name, key, value } of modulesOf(system, git.folder)) {
    if (section !== "submodule" || name === undefined) continue;
    const keys = byName.get(name) ?? new Map<string, string>();
    byName.set(name, keys.set(key, value));
  }
  for (const [name, keys] of byName) {
    const ignore = set.get(`submodule.${name}.ignore`) ?? keys.get("ignore");
    byPath.set(keys.get("path") ?? "", ignore);
  }
  const rest = set.get("diff.ignoresubmodules") ?? "none";
  return (path) => byPath.get(path) ?? rest;
}

function modulesOf(system: System, worktree: string) {
  const path = join(worktree, ".gitmodules");
  return attempt(() => {
    if (!system.files.stat(path)) return [];
    const bytes = system.files.readOwn(path, LARGEST_MODULES);
    return parseSettings(decodeBytes(bytes)).settings;
  }) ?? [];
}

/** Returns whether a submodule has changed files, also if git cannot tell. */
async function isChanged(
  system: System,
  folder: string,
  { untracked, everything }: { untracked: string; everything: boolean },
): Promise<boolean> {
  if (!isOpenable(folder) || !system.files.stat(folder)) return false;
  if (!system.files.lstat(join(folder, ".git"))) return false;
  const git = new Git(system, folder);
  const asked = await git.run(["rev-parse", "--absolute-git-dir"]);
  const gitDir = decodeBytes(asked.stdout).trimEnd();
  // A submodule without its repository is not checked out.
  if (asked.status !== 0) {
    return !reasonOf(asked).includes("not a git repository");
  }
  const options = ["--porcelain=v2", "-z", `--untracked-files=${untracked}`];
  const { result, status } = await runStatus(system, git, {
    gitDir,
    args: ["status", ...options],
    everything,
  });
  return result.status !== 0 || status.entries.length > 0;
}

function withSubmodules(
  status: Status,
  submodules: readonly Submodule[],
): Status {
  if (submodules.length === 0) return status;
  const entries = [...status.entries];
  for (const { path, changed, hidden } of submodules) {
    const at = entries.findIndex((entry) => entry.path === path);
    const entry = entries[at];
    if (changed) {
      entries.splice(...placeFor(entries, path, at), {
        ...entry ?? { path, mode: "160000" },
        status: `${entry?.status[0] ?? " "}M`,
        submodule: "content",
      });
    } else if (hidden && entry?.status[1] === "M") {
      const staged = { ...entry, status: `${entry.status[0]} ` };
      entries.splice(at, 1, ...staged.status === "  " ? [] : [staged]);
    }
  }
  return { ...status, entries };
}

/** Returns where to replace or insert an entry, before untracked ones. */
function placeFor(
  entries: readonly StatusEntry[],
  path: string,
  known: number,
): [at: number, gone: number] {
  if (known >= 0) return [known, 1];
  const at = entries.findIndex((entry) =>
    entry.status === "??" || entry.path > path
  );
  return [at < 0 ? entries.length : at, 0];
}

/** Finds submodules at another commit or with changed files, one by one. */
export async function leftOutSubmodules(
  system: System,
  { workspace }: Vault,
  { listing, entries }: {
    listing: IndexListing;
    entries: readonly StatusEntry[];
  },
): Promise<LeftOut[]> {
  const moved = new Set(
    entries.filter(({ submodule }) => submodule !== undefined)
      .map(({ path }) => path),
  );
  const found = await inParallel(
    [...listing.submodules.keys()],
    async (path): Promise<LeftOut[]> => {
      const folder = join(workspace.worktree, path);
      if (moved.has(path)) {
        return [{
          path: `${path}/`,
          reason: "it is a submodule at another commit",
        }];
      }
      if (!isOpenable(path) || !system.files.lstat(join(folder, ".git"))) {
        return [];
      }
      return await hasChanges(system, folder)
        ? [{ path: `${path}/`, reason: "it is a submodule with changed files" }]
        : [];
    },
  );
  return found.flat();
}

/** Returns whether a submodule has changes; also true if git cannot tell. */
async function hasChanges(system: System, folder: string): Promise<boolean> {
  const git = new Git(system, folder, { filters: "none" });
  const status = await attempt(() => readShallow(git));
  return status === undefined || status.entries.length > 0;
}
