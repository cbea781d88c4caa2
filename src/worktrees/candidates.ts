import { dirname, resolve } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, FileError } from "../base/errors.ts";
import {
  decodeBytes,
  isOpenable,
  type ListedWorktree,
  readLock,
  readOperation,
  type Workspace,
} from "../git/mod.ts";
import {
  isBelow,
  type Place,
  type Repository,
  type WorktreeFacts,
} from "./facts.ts";
import type { System } from "../system/system.ts";
import { isFull, readBoxes } from "./box.ts";

/** The facts about a candidate that are known before git is asked. */
export interface Candidate {
  facts: WorktreeFacts;
  readonly gitDir: string | undefined;
  readonly moved: boolean;
}

/** Describes the first of these paths that is not a folder. */
export function obstacleAt(
  system: System,
  folders: readonly string[],
): string | undefined {
  for (const folder of folders) {
    const kind = system.files.lstat(folder)?.kind;
    if (kind === undefined) return "missing";
    if (kind === "link") return `"${folder}" is a symbolic link`;
    if (kind !== "folder") return `"${folder}" is not a directory`;
  }
  return undefined;
}

interface Search {
  readonly folder: string;
  readonly listed: readonly ListedWorktree[];
  readonly callers: readonly string[];
}

/** Finds registered worktrees at any depth, others only directly below. */
export async function findCandidates(
  system: System,
  workspace: Workspace,
  search: Search,
): Promise<Candidate[]> {
  const { folder, listed, callers } = search;
  const registered = listed.slice(1)
    .filter(({ path }) => isBelow(path, folder));
  const others = system.files.list(folder)
    .filter(({ kind }) => kind === "folder" || kind === "link")
    .map(({ name }) => join(folder, name))
    .filter((path) =>
      !registered.some((one) => one.path === path || isBelow(one.path, path))
    );
  const all = [
    ...registered.map((one) => ({ ...one, kind: "worktree" as const })),
    ...others.map((path) => ({ path, kind: "orphan" as const })),
  ].sort((one, other) => one.path < other.path ? -1 : 1);
  const found = await Promise.all(
    all.map((one) =>
      readCandidate(system, workspace, { ...one, folder, callers })
    ),
  );
  const aside = asideCandidates(system, workspace, search);
  const isAside = ({ facts }: Candidate) =>
    facts.place === "missing" &&
    aside.some((one) => one.facts.path === facts.path);
  return [...found.filter((one) => !isAside(one)), ...aside];
}

/** Returns the worktrees that a cleanup moved and then left. */
function asideCandidates(
  system: System,
  { commonDir }: Workspace,
  { folder, listed }: Search,
): Candidate[] {
  return readBoxes(system, commonDir!, folder)
    .filter((box) => isFull(system, box))
    .map(({ tree, path = tree }) => {
      const one = listed.find((one) => one.path === path);
      const facts: WorktreeFacts = {
        ...factsOf({ path, kind: "worktree", ...one }),
        place: "aside",
        aside: tree,
      };
      return { facts, gitDir: undefined, moved: false };
    });
}

/** The registration of a folder in git, or only the folder's place. */
type Named = Pick<WorktreeFacts, "path" | "kind"> & Partial<ListedWorktree>;

/** Returns the facts that are known before anything is read. */
function factsOf({ path, kind, head, ref }: Named): WorktreeFacts {
  return {
    path,
    kind,
    place: "missing",
    own: false,
    repository: "none",
    branch: ref?.replace(/^refs\/heads\//, ""),
    head,
    lock: undefined,
    operation: undefined,
    usedAt: Infinity,
  };
}

async function readCandidate(
  system: System,
  { commonDir }: Workspace,
  { folder, callers, ...named }: Named & Pick<Search, "folder" | "callers">,
): Promise<Candidate> {
  const { path } = named;
  const facts: WorktreeFacts = {
    ...factsOf(named),
    place: readPlace(system, path, folder),
    own: callers.some((one) => one === path || isBelow(one, path)),
  };
  const nowhere = { facts, gitDir: undefined, moved: false };
  if (facts.place !== "inside") return nowhere;
  const { gitDir, ...rest } = readRepository(system, path, commonDir!);
  const { repository, moved } = rest;
  try {
    const use = await readUse(system, path, gitDir);
    return { facts: { ...facts, repository, ...use }, gitDir, moved };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { ...nowhere, facts: { ...facts, place: "unreadable" } };
  }
}

/** Reads the signs that a worktree is in use from the state of its files. */
async function readUse(
  system: System,
  path: string,
  gitDir: string | undefined,
): Promise<Pick<WorktreeFacts, "lock" | "operation" | "usedAt">> {
  const lock = gitDir && readLockReason(system, gitDir);
  return {
    lock: lock === undefined ? undefined : await readLock(system, lock),
    operation: gitDir && readOperation(system, gitDir),
    usedAt: lastUse(system, path, gitDir),
  };
}

/** The maximum size of a small file in a worktree's git folder, in bytes. */
const FILE_LIMIT = 65_536;

/** Returns the place of a candidate relative to `base`, without links. */
function readPlace(system: System, path: string, base: string): Place {
  const { files } = system;
  if (!isOpenable(path)) return "unreadable";
  return attempt(() => {
    const info = files.lstat(path);
    if (!info) return "missing";
    if (info.kind === "file" || info.kind === "other") return "no-folder";
    const real = realPathOf(system, path);
    if (real === undefined || !isBelow(real, base)) return "outside";
    if (info.kind === "link" || real !== path) return "link";
    // The base may be on a separate disk, so the project's disk is compared.
    const home = files.lstat(dirname(dirname(base)));
    return info.disk === home?.disk ? "inside" : "other-disk";
  }) ?? "unreadable";
}

/** Returns the place, or that the folder has disappeared since. */
export function placeNow(
  system: System,
  { path, place }: { path: string; place: Place },
): Place {
  return attempt(() => {
    const gone = place === "inside" && !system.files.lstat(path);
    return gone ? "gone" : place;
  }) ?? "unreadable";
}

function realPathOf(system: System, path: string): string | undefined {
  return attempt(() => system.files.realPath(path));
}

/** The relation of a folder to git. */
interface RepositoryFacts {
  readonly repository: Repository;
  /** The worktree's own git folder, below the project's; only if linked. */
  readonly gitDir: string | undefined;
  /** True if git has registered the folder in another, missing place. */
  readonly moved: boolean;
}

/** Reads the `.git` file of `path` (see git-worktree(1)) without git. */
function readRepository(
  system: System,
  path: string,
  commonDir: string,
): RepositoryFacts {
  const only = (repository: Repository): RepositoryFacts => ({
    repository,
    gitDir: undefined,
    moved: false,
  });
  return attempt((): RepositoryFacts => {
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
  }) ?? only("broken");
}

function readLine(system: System, path: string): string {
  const text = decodeBytes(system.files.readOwn(path, FILE_LIMIT));
  return text.replace(/\r?\n$/, "");
}

/** Returns the reason for a worktree's lock; `undefined`: not locked. */
function readLockReason(system: System, gitDir: string): string | undefined {
  const path = join(gitDir, "locked");
  return system.files.lstat(path) ? readLine(system, path).trim() : undefined;
}

/** Files that git or Claude Code writes with every action. */
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

/** Returns the last use of a worktree, as far as individual files show it. */
function lastUse(
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
