import { resolve } from "@std/path";
import { join } from "../../base/join.ts";
import type { RunResult, Scratch, System } from "../../system/system.ts";
import {
  dataSettings,
  isReadable,
  LIST_SETTINGS,
  movesWorktree,
  parseListed,
  readPlain,
  readSettings,
  type Setting,
  type Whose,
} from "./settings.ts";
import { findRepository } from "../place.ts";
import type { Repository } from "../repository.ts";
import { decodeBytes, encodeText, joinBytes, words } from "../text.ts";

/** The filters that git may run: the user's, only Git LFS, or none. */
export type FilterUse = "user" | "lfs" | "none";

/**
 * A folder instead of a repository's common folder, from which git reads
 * settings, hooks and attributes (`GIT_COMMON_DIR` in git(1)). It has only what
 * mpm wrote, never the name of a program. Refs, index and worktree are real.
 */
export interface StandIn {
  /** Variables that make git use the stand-in. */
  readonly env: Readonly<Record<string, string>>;
  readonly repository: Repository;
  /** The filters that settings define but mpm does not run, by name. */
  readonly hiding: readonly string[];
}

/** The result of asking git for the repository. */
export interface NoStandIn {
  readonly failure: RunResult;
}

/** Runs git without a stand-in, for questions that run nothing. */
export type Ask = (
  args: readonly string[],
  env?: Record<string, string>,
) => Promise<RunResult>;

export interface StandInPlace {
  readonly folder: string;
  /** The repository, if known; otherwise git finds it from `folder`. */
  readonly repository?: Repository | undefined;
  readonly filters: FilterUse;
}

type Making = Promise<StandIn | NoStandIn>;

/** The stand-ins of each process, by folder and by repository. */
const MADE = new WeakMap<Scratch, Map<string, Making>>();

/** Makes the stand-in of a repository, once per process. Throws FILE_FAILED. */
export async function standInAt(
  system: System,
  place: StandInPlace,
  ask: Ask,
): Promise<StandIn | NoStandIn> {
  const { folder, repository, filters } = place;
  return await once(
    system,
    [folder, repository?.gitDir, repository?.worktree, filters],
    () => make(system, place, ask),
  );
}

/** Returns the result of `make`; a failure is not cached. */
async function once(
  { scratch }: System,
  place: readonly unknown[],
  make: () => Making,
): Making {
  const made = MADE.get(scratch) ?? new Map<string, Making>();
  MADE.set(scratch, made);
  const key = JSON.stringify(place);
  const making = made.get(key) ?? make();
  made.set(key, making);
  try {
    const found = await making;
    if ("failure" in found) made.delete(key);
    return found;
  } catch (error) {
    made.delete(key);
    throw error;
  }
}

async function make(
  system: System,
  { folder, filters, ...place }: StandInPlace,
  ask: Ask,
): Making {
  let found = place.repository ?? findRepository(system, folder);
  let settings: readonly Setting[] | NoStandIn | undefined = found &&
    readSettings(system, found);
  const isSure = found && settings && !movesWorktree(found, settings);
  if (!place.repository && !isSure) {
    const asked = await askPlace(folder, ask);
    if ("failure" in asked) return asked;
    found = asked;
    settings = readSettings(system, found);
  }
  const repository = found!;
  settings ??= await askSettings(repository, "own", ask);
  if ("failure" in settings) return settings;
  if (filters === "lfs") {
    const users = await askUsers(system, repository, ask);
    if ("failure" in users) return users;
    settings = [...users, ...settings];
  }
  const data = { settings, filters };
  const { gitDir, worktree } = repository;
  // Several folders of one worktree share a stand-in.
  return await once(
    system,
    [gitDir, worktree, filters],
    () => Promise.resolve(standInFor(system, repository, data)),
  );
}

/** An unknown option, which `rev-parse` prints, as a separator. */
const NEXT = "--mpm-next";

/** Asks for the data that {@link foldersIn} parses. */
export const FOLDERS = words(
  `rev-parse --is-bare-repository ${NEXT} --absolute-git-dir ${NEXT}
    --git-common-dir ${NEXT} --show-toplevel`,
);

/** The folders of a repository as git names them from a folder. */
export interface AskedFolders {
  readonly bare: boolean;
  readonly gitDir: string;
  readonly commonDir: string;
  readonly top: string | undefined;
}

/** Returns the folders in git's answer, the last only with a worktree. */
export function foldersIn(
  cwd: string,
  answer: RunResult,
): AskedFolders | undefined {
  if (answer.outcome !== "exited") return undefined;
  const answers = decodeBytes(answer.stdout).split(`\n${NEXT}\n`);
  const [bare, gitDir, common, top] = answers;
  if (common === undefined) return undefined;
  return {
    bare: bare === "true",
    gitDir: resolve(cwd, gitDir!),
    commonDir: resolve(cwd, common),
    top: answer.status === 0 ? resolve(top!.replace(/\n$/, "")) : undefined,
  };
}

async function askPlace(
  folder: string,
  ask: Ask,
): Promise<Repository | NoStandIn> {
  const result = await ask(FOLDERS);
  const found = foldersIn(folder, result);
  if (!found) return { failure: result };
  const { gitDir, commonDir, top: worktree } = found;
  return { gitDir, commonDir, worktree };
}

async function askSettings(
  { gitDir }: Repository,
  whose: Whose,
  ask: Ask,
): Promise<readonly Setting[] | NoStandIn> {
  const result = await ask(LIST_SETTINGS, { GIT_DIR: gitDir });
  return result.status === 0
    ? parseListed(result.stdout, whose)
    : { failure: result };
}

type Asking = Promise<readonly Setting[] | NoStandIn>;

/** Settings of the user and of the machine, by process. */
const USERS = new WeakMap<Scratch, Asking>();

/** Asks for the user's settings once, unless they differ by repository. */
async function askUsers(
  { scratch }: System,
  repository: Repository,
  ask: Ask,
): Asking {
  const asking = USERS.get(scratch) ?? askSettings(repository, "user", ask);
  USERS.set(scratch, asking);
  const found = await asking;
  const same = !("failure" in found) &&
    !found.some(({ section }) => section === "includeif");
  return same ? found : await askSettings(repository, "user", ask);
}

/** The largest attributes file of the repository, in bytes. */
const LARGEST = 16 * 1024 * 1024;

function standInFor(
  system: System,
  repository: Repository,
  { settings, filters }: { settings: readonly Setting[]; filters: FilterUse },
): StandIn {
  const { files, scratch } = system;
  const { gitDir, commonDir, worktree } = repository;
  const real = (path: string) => join(commonDir, path);
  const links = ["HEAD", "info/exclude", "worktrees/"];
  // Git LFS stores files in this folder, and creates it if it is missing.
  if (files.stat(real("lfs"))) links.push("lfs/");
  const lfs = filters === "lfs" ? lfsSettings(settings) : [];
  const own: Record<string, Uint8Array> = {
    "config": joinBytes([dataSettings(system, worktree, settings), ...lfs]),
    // For the refs of the main worktree, seen from a linked one.
    "commondir": encodeText(`${commonDir}\n`),
  };
  if (filters !== "none") links.push("info/attributes");
  else own["info/attributes"] = withoutFilters(system, real("info/attributes"));
  const readable = links.filter((path) =>
    !path.startsWith("info/") || isReadable(system, real(path))
  );
  const folder = scratch.share({
    folders: ["refs", "info"],
    files: own,
    links: Object.fromEntries(readable.map((path) => [path, real(path)])),
  }, commonDir);
  const there = (name: string, path: string) =>
    files.stat(real(path)) ? { [name]: real(path) } : {};
  const env = {
    GIT_DIR: gitDir,
    GIT_COMMON_DIR: folder,
    GIT_OBJECT_DIRECTORY: real("objects"),
    ...worktree === undefined
      ? { GIT_IMPLICIT_WORK_TREE: "0" }
      : { GIT_WORK_TREE: worktree },
    // The settings file also contains all of the user's settings.
    ...filters === "lfs" ? NO_OTHERS : {},
    ...there("GIT_SHALLOW_FILE", "shallow"),
    ...there("GIT_GRAFT_FILE", "info/grafts"),
  };
  const hiding = [...filtersIn(settings).keys()]
    .filter((name) => lfs.length === 0 || name !== "lfs");
  return { env, repository, hiding };
}

const NO_OTHERS = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

/** Returns the commands that convert a file to a blob, by filter name. */
function filtersIn(settings: readonly Setting[]): Map<string, Setting[]> {
  return Map.groupBy(
    settings.filter(({ section, key }) =>
      section === "filter" && /^(clean|process)$/.test(key)
    ),
    ({ name = "" }) => name,
  );
}

const LFS = /^git[- ]lfs (clean|filter-process)( --skip)?( -- %f)?$/;

/**
 * Returns the usual settings of Git LFS, if it is set up, which call the user's
 * own program. Its extensions are other programs.
 */
function lfsSettings(settings: readonly Setting[]): Uint8Array[] {
  const found = filtersIn(settings).get("lfs") ?? [];
  const extended = settings.some(({ section, name }) =>
    section === "lfs" && name?.startsWith("extension.")
  );
  if (extended || !found.every(({ value }) => LFS.test(value))) return [];
  const lines = [...new Set(found.map(({ key }) => key))].map((key) =>
    key === "clean"
      ? "clean = git-lfs clean -- %f"
      : "process = git-lfs filter-process"
  );
  if (lines.length === 0) return [];
  return [encodeText(`[filter "lfs"]\n\t${lines.join("\n\t")}\n`)];
}

/** Returns attributes whose last, strongest rule turns filters off. */
function withoutFilters(system: System, path: string): Uint8Array {
  const rules = isReadable(system, path) && system.files.stat(path)
    ? readPlain(system, path, LARGEST)
    : new Uint8Array();
  return joinBytes([rules, encodeText("\n* !filter\n")]);
}
