import { join } from "@std/path";
import { FileError } from "../errors.ts";
import {
  type BaseCandidate,
  baseCandidates,
  type Content,
  type History,
  isRefName,
  isUnborn,
  NO_HISTORY,
  recordedBranch,
} from "../session/history.ts";
import type { RepositoryState, Workspace } from "../session/repository.ts";
import { recordedPaths } from "../session/recorded.ts";
import type { Save } from "../session/save.ts";
import { parseTime } from "../session/times.ts";
import type { System } from "../system/system.ts";
import { ContentReader } from "./file_states.ts";
import type { Git } from "./git.ts";
import { readFileChanges } from "./file_changes.ts";
import { findOwnCommits } from "./own_commits.ts";
import {
  isAncestor,
  isRelated,
  type Range,
  readAll,
  readEqualPatches,
  readRange,
  readSince,
} from "./range.ts";
import { findRenamed, wasPushed } from "./reflogs.ts";
import { findRemoved } from "./removed.ts";

/** Object ids by name, as `resolveNames` gives them. */
type Names = Map<string, string | undefined>;

/** The commit compared with, and what lies between it and HEAD. */
export interface Way extends Range {
  readonly comparedBy: History["comparedBy"];
  readonly base: string | undefined;
  readonly files: History["files"];
}

const NO_WAY = { base: undefined, left: [], right: [], omitted: 0, files: [] };

/** The names that `readWay` and `readHistory` need resolved. */
export function namesFor(save: Save): string[] {
  const branch = recordedBranch(save);
  const upstream = save.mpm?.upstream?.name;
  return [
    "HEAD",
    ...baseCandidates(save).map(commitName),
    ...(branch === undefined ? [] : [`refs/heads/${branch}`]),
    ...(upstream === undefined ? [] : upstreamRefs(upstream)),
  ];
}

function commitName({ name }: BaseCandidate): string {
  return `${name}^{commit}`;
}

/** A local branch can be an upstream as well. */
function upstreamRefs(name: string): string[] {
  if (!isRefName(name)) return [];
  return [`refs/remotes/${name}`, `refs/heads/${name}`];
}

/**
 * The way from the commit of the pause to HEAD: two git processes side by
 * side, more only where that commit is not in the repository.
 */
export async function readWay(
  git: Git,
  save: Save,
  names: Promise<Names>,
): Promise<Way> {
  if (isUnborn(save)) return await readWholeWay(git, names);
  const [first, ...others] = baseCandidates(save);
  if (first) {
    const [range, files, resolved] = await Promise.all([
      readRange(git, first.name),
      readFileChanges(git, first.name, "HEAD"),
      names,
    ]);
    const base = resolved.get(commitName(first));
    const { comparedBy } = first;
    if (base !== undefined) {
      return { ...NO_WAY, ...range, files, base, comparedBy };
    }
    const way = await readOlderWay(git, others, resolved);
    if (way) return way;
  }
  if (!save.git_context.is_git_repo) {
    return { ...NO_WAY, comparedBy: "nothing" };
  }
  const time = parseTime(save.paused_at);
  if (time === undefined) return { ...NO_WAY, comparedBy: "nothing" };
  const right = await readSince(git, new Date(time));
  return { ...NO_WAY, right, comparedBy: "time" };
}

/** Git's object ids of a tree without files, by the length of ids. */
const EMPTY_TREES: Record<number, string> = {
  40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
};

/** Everything HEAD has, for a save made before the first commit. */
async function readWholeWay(git: Git, names: Promise<Names>): Promise<Way> {
  const way = { ...NO_WAY, comparedBy: "start" } as const;
  const head = (await names).get("HEAD");
  if (head === undefined) return way;
  const [range, files] = await Promise.all([
    readAll(git),
    readFileChanges(git, EMPTY_TREES[head.length]!, head),
  ]);
  return { ...way, ...range, files };
}

/** From the first of the older commits that is there and related to HEAD. */
async function readOlderWay(
  git: Git,
  candidates: readonly BaseCandidate[],
  names: Names,
): Promise<Way | undefined> {
  for (const candidate of candidates) {
    const base = names.get(commitName(candidate));
    if (base === undefined || !await isRelated(git, base, "HEAD")) continue;
    const [range, files] = await Promise.all([
      readRange(git, base),
      readFileChanges(git, base, "HEAD"),
    ]);
    const { comparedBy } = candidate;
    return { ...NO_WAY, ...range, files, base, comparedBy };
  }
  return undefined;
}

/** What there is to ask of, beside the way itself. */
interface Questions {
  readonly workspace: Workspace;
  readonly save: Save;
  readonly state: RepositoryState;
  readonly way: Way;
  readonly names: Names;
}

/**
 * Everything `compare` needs beside the state. Git is started only for what
 * happened: saves were committed, the histories diverged, the branch or its
 * upstream changed, a recorded file is gone.
 */
export async function readHistory(
  system: System,
  git: Git,
  questions: Questions,
): Promise<History> {
  const { workspace, save, state, way } = questions;
  const topNames = save.mpm ? [] : namesIn(system, workspace.worktree);
  const present = state.files.map(({ path }) => path);
  const { paths } = recordedPaths(save, {
    present,
    files: way.files,
    topNames,
  });
  const reported = new Set(present);
  const quiet = paths.filter(({ path }) => !reported.has(path));
  const contents = readContents(system, git, quiet.map(({ path }) => path));
  const gone = quiet.filter(({ path }) => contents.get(path)!.size === null);
  const [own, equal, removed, branch, upstream] = await Promise.all([
    findOwnCommits(git, [...way.left, ...way.right]),
    way.base === undefined
      ? new Set<string>()
      : readEqualPatches(git, way.base, way),
    findRemoved(git, way, gone.map(({ path }) => path)),
    readBranch(git, questions),
    readUpstream(git, questions),
  ]);
  return {
    ...NO_HISTORY,
    ...placeOf(system, workspace, save, state.branch),
    ...way,
    equal: equal ?? new Set(),
    patchesCompared: equal !== undefined,
    own,
    removed,
    branch,
    upstream,
    contents,
    topNames,
  };
}

function readContents(
  system: System,
  git: Git,
  paths: readonly string[],
): Map<string, Content> {
  const reader = new ContentReader(system, git.folder);
  return new Map(paths.map((path) => [path, reader.read(path)]));
}

async function readBranch(
  git: Git,
  { save, state, names }: Questions,
): Promise<History["branch"]> {
  const branch = recordedBranch(save);
  if (branch === undefined || branch === state.branch) return undefined;
  const commit = names.get(`refs/heads/${branch}`);
  if (commit !== undefined) {
    const contained = state.head !== undefined &&
      await isAncestor(git, commit, state.head);
    return { exists: true, renamedTo: undefined, contained };
  }
  const since = new Date(parseTime(save.paused_at) ?? 0);
  const renamedTo = await findRenamed(git, branch, since);
  return { exists: false, renamedTo, contained: undefined };
}

async function readUpstream(
  git: Git,
  { save, state, names }: Questions,
): Promise<History["upstream"]> {
  const recorded = save.mpm?.upstream;
  if (!recorded) return undefined;
  const ref = upstreamRefs(recorded.name).find((name) =>
    names.get(name) !== undefined
  );
  const commit = ref && names.get(ref);
  const still = { commit, forward: true, contained: false, pushed: false };
  if (!ref || !commit || commit === recorded.commit || !state.head) {
    return still;
  }
  const [forward, contained, pushed] = await Promise.all([
    recorded.commit !== null && isAncestor(git, recorded.commit, commit),
    isAncestor(git, commit, state.head),
    wasPushed(git, ref),
  ]);
  return { commit, forward, contained, pushed };
}

/**
 * Where the save was made, seen from here. `git worktree move` leaves no trace
 * of the old path, so a linked worktree on the same `branch` is taken for it.
 */
export function placeOf(
  system: System,
  workspace: Workspace,
  save: Save,
  branch?: string,
): Pick<History, "git" | "reason" | "place" | "worktree"> {
  const { git, reason, worktree } = workspace;
  const found = findPlace(system, workspace, save);
  const moved = found === "gone" && workspace.linked &&
    branch !== undefined && branch === recordedBranch(save);
  return { git, reason, worktree, place: moved ? "moved" : found };
}

function findPlace(
  system: System,
  workspace: Workspace,
  save: Save,
): History["place"] {
  const recorded = save.mpm?.worktree ?? save.project_path;
  if (!/^(\/|[A-Za-z]:|\\\\)/.test(recorded)) return "here";
  if ([workspace.worktree, workspace.cwd].includes(recorded)) return "here";
  // A peer knows only the project, wherever in it the save was made.
  if (!save.mpm && recorded === workspace.root) return "here";
  if (isFolder(system, recorded)) return "elsewhere";
  return recorded === save.project_path ? "moved" : "gone";
}

function isFolder(system: System, path: string): boolean {
  try {
    return system.files.stat(path)?.kind === "folder";
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

function namesIn(system: System, folder: string): string[] {
  try {
    return system.files.list(join(folder)).map(({ name }) => name);
  } catch (error) {
    if (error instanceof FileError) return [];
    throw error;
  }
}
