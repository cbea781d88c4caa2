import {
  ContentReader,
  decodeBytes,
  findLeft,
  findOwnCommits,
  findRenamed,
  findSquash,
  findTouched,
  type Git,
  isAncestor,
  lastMove,
  type Names,
  type OwnCommits,
  readCuts,
  readEqualPatches,
  readRefs,
  readWorktrees,
  type RepositoryState,
  type Workspace,
} from "../../git/mod.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { compareCommits } from "./compare.ts";
import {
  baseCandidates,
  commitName,
  type History,
  isRefName,
  NO_HISTORY,
  recordedBranch,
} from "./history.ts";
import { type RecordedPath, recordedPaths } from "./recorded.ts";
import type { Save } from "../save.ts";
import { parseTime } from "../../base/times.ts";
import type { System } from "../../system/system.ts";
import { placeOf, samePath } from "./place.ts";
import type { CommitRange } from "./commit_range.ts";

/** Returns the names to resolve for `readWay` and `readHistory`. */
export function namesFor(save: Save): string[] {
  const branch = recordedBranch(save);
  const { name: upstream, commit } = save.mpm?.upstream ?? {};
  return [
    "HEAD",
    ...baseCandidates(save).map(commitName),
    ...(branch === undefined ? [] : [`refs/heads/${branch}`]),
    ...(upstream === undefined ? [] : upstreamRefs(upstream)),
    ...(isCommitId(commit) ? [commitOf(commit)] : []),
  ];
}

function isCommitId(commit: string | null | undefined): commit is string {
  return /^[0-9a-f]{4,64}$/.test(commit ?? "");
}

function commitOf(id: string): string {
  return commitName({ name: id });
}

/** Returns the possible refs of an upstream, perhaps a local branch. */
function upstreamRefs(name: string): string[] {
  if (!isRefName(name)) return [];
  return [`refs/remotes/${name}`, `refs/heads/${name}`];
}

interface Questions {
  readonly workspace: Workspace;
  readonly save: Save;
  readonly store: string | undefined;
  readonly state: RepositoryState;
  readonly way: CommitRange;
  readonly names: Names;
}

/**
 * Reads everything that `compare` needs in addition to the state. Runs git only
 * if saves were committed, histories diverged, or the branch or upstream
 * changed, and for a recorded file or worktree that is gone.
 */
export async function readHistory(
  system: System,
  git: Git,
  questions: Questions,
): Promise<History> {
  const { workspace, save, store, state, way } = questions;
  const made = { save, store, branch: state.branch };
  const where = placeOf(system, workspace, made);
  const comparable = where.place === "here" || where.place === "moved";
  const cuts = readCuts(system, workspace.commonDir!);
  const shallow = cuts.size > 0;
  const cut = shallow && (way.omitted > 0 ||
    [...way.left, ...way.right].some(({ sha }) => cuts.has(sha)));
  const recorded = recordedPaths(save, {
    present: state.files.map(({ path }) => path),
    files: way.files,
    topNames: save.mpm ? [] : namesIn(system, workspace.worktree),
  });
  const { paths } = recorded;
  const listed = new Set(paths.flatMap(({ path, from }) => [path, from]));
  const [pauses, equal, files, branch, upstream, gone] = await Promise.all([
    findOwnCommits(git, [...way.left, ...way.right], {
      id: save.session_id,
      // Only claude-mpm commits staged files.
      lists: (path) => !save.mpm && listed.has(path),
    }),
    way.base === undefined || cut
      ? new Map<string, string>()
      : readEqualPatches(git, way.base, way),
    readRecorded(system, git, { paths: comparable ? paths : [], state, way }),
    readBranch(git, questions, shallow),
    readUpstream(git, questions),
    where.place === "gone" ? readGone(system, git, save) : undefined,
  ]);
  const history = {
    ...NO_HISTORY,
    ...where,
    ...way,
    ...files,
    shallow,
    cut,
    equal: equal ?? new Map(),
    patchesCompared: equal !== undefined,
    own: pauses.own,
    swept: await readSwept(git, way, pauses),
    branch,
    upstream,
    gone,
    recorded,
  };
  return { ...history, squash: await readSquash(git, questions, history) };
}

/** Finds files in the commit of this pause that no later one changed. */
async function readSwept(
  git: Git,
  { right }: CommitRange,
  { own, swept }: OwnCommits,
): Promise<History["swept"]> {
  const found = new Map<string, string>();
  const others = right.filter(({ sha }) => !own.has(sha));
  for (const [base, paths] of swept) {
    const way = { base, right: others };
    const since = await findTouched(git, way, { gone: [], differing: paths });
    for (const path of paths) {
      if (!since.touched.has(path)) found.set(path, base);
    }
  }
  return found;
}

/** Everything outside the mpm folder, since saves have separate commits. */
const OUTSIDE = [":(top,exclude).claude-mpm"];

/** Returns the commit with the combined change of the lost commits. */
async function readSquash(
  git: Git,
  { way, save, names, state }: Questions,
  history: History,
): Promise<History["squash"]> {
  const { base, right, files } = way;
  const tip = state.head;
  if (base === undefined || tip === undefined || right.length === 0) return;
  if (history.cut || !history.patchesCompared) return undefined;
  // If some commits have a counterpart, no single commit has all their changes.
  const { lost, rewritten } = compareCommits(history);
  if (lost.length === 0 || rewritten.length > 0) return undefined;
  const { renamedTo, left, remote } = history.branch ?? {};
  // For a deleted branch, the last known position.
  const later = new Set([
    names.get(`refs/heads/${recordedBranch(save)}`),
    renamedTo && `refs/heads/${renamedTo}`,
    left,
    remote?.commit,
  ]);
  try {
    const found = await findSquash(git, { tip, head: base, paths: OUTSIDE });
    if (found) return found;
    const last = right.find(({ sha }) => !history.own.has(sha));
    if (files.length === 0 && last) return { commit: last.sha, how: "tree" };
    for (const head of later) {
      if (head === undefined || head === base) continue;
      if (!await isAncestor(git, base, head)) continue;
      const all = await findSquash(git, { tip, head, paths: OUTSIDE });
      if (all) return all;
    }
    return undefined;
  } catch (error) {
    // A partial clone may lack contents: then the commits are listed as lost.
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

async function readBranch(
  git: Git,
  { save, state, names }: Questions,
  shallow: boolean,
): Promise<History["branch"]> {
  const branch = recordedBranch(save);
  if (branch === undefined || branch === state.branch) return undefined;
  const commit = names.get(`refs/heads/${branch}`);
  if (commit !== undefined) {
    const held = state.head !== undefined &&
      await isAncestor(git, commit, state.head);
    const contained = uncertain(held, shallow);
    return { exists: true, renamedTo: undefined, contained };
  }
  const since = new Date(parseTime(save.paused_at) ?? 0);
  const [renamedTo, left, remote] = await Promise.all([
    findRenamed(git, branch, since),
    findLeft(git, branch),
    readRemote(git, branch, { save, state, shallow }),
  ]);
  return { exists: false, renamedTo, contained: undefined, left, remote };
}

/** Returns the remote-tracking branch of a name, the recorded one first. */
async function readRemote(
  git: Git,
  branch: string,
  { save, state, shallow }: Pick<Questions, "save" | "state"> & {
    shallow: boolean;
  },
): Promise<NonNullable<History["branch"]>["remote"]> {
  const columns = ["%(refname:lstrip=2)", "%(objectname)"];
  const refs = await readRefs(git, columns, `refs/remotes/*/${branch}`);
  const upstream = save.mpm?.upstream?.name;
  const found = [upstream, `origin/${branch}`, refs[0]?.[0]]
    .map((wanted) => refs.find(([name]) => name === wanted))
    .find((ref) => ref !== undefined);
  if (!found || state.head === undefined) return undefined;
  const [name, commit] = found as [string, string];
  const held = await isAncestor(git, commit, state.head);
  return { name, commit, contained: uncertain(held, shallow) };
}

/** Returns `undefined` if the commit may be beyond a shallow cut. */
function uncertain(held: boolean, shallow: boolean): boolean | undefined {
  return held || (shallow ? undefined : false);
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
  const still = { commit, forward: true, contained: false, moved: undefined };
  if (!ref || !commit || commit === recorded.commit || !state.head) {
    return still;
  }
  // Another copy of the project may never have had the recorded commit.
  const then = isCommitId(recorded.commit)
    ? names.get(commitOf(recorded.commit))
    : undefined;
  const [forward, contained, moved] = await Promise.all([
    then !== undefined && isAncestor(git, then, commit),
    isAncestor(git, commit, state.head),
    lastMove(git, ref),
  ]);
  return { commit, forward, contained, moved };
}

function namesIn(system: System, folder: string): string[] {
  return attempt(() => system.files.list(folder).map(({ name }) => name)) ?? [];
}

/** Reads what prevents recreating the missing worktree of a save. */
async function readGone(
  system: System,
  git: Git,
  save: Save,
): Promise<History["gone"]> {
  const made = save.mpm?.worktree ?? save.project_path;
  const taken = new Set<string>();
  let isLocked = false;
  const listed = await attempt(() => readWorktrees(git)) ?? [];
  for (const { path, ref, locked, prunable } of listed) {
    if (samePath(system, path, made)) isLocked = locked !== undefined;
    else if (ref?.startsWith(HEADS) && !prunable) {
      taken.add(ref.slice(HEADS.length));
    }
  }
  return { taken, locked: isLocked };
}

const HEADS = "refs/heads/";

async function readRecorded(
  system: System,
  git: Git,
  { paths, state, way }: {
    paths: readonly RecordedPath[];
    state: RepositoryState;
    way: CommitRange;
  },
): Promise<Pick<History, "contents" | "removed" | "touched" | "fileMode">> {
  const reported = new Set(state.files.map(({ path }) => path));
  const quiet = paths.filter(({ path }) => !reported.has(path));
  const reader = new ContentReader(system, git.folder);
  const names = quiet.flatMap(({ path, from }) => from ? [path, from] : [path]);
  const contents = new Map(names.map((name) => [name, reader.read(name)]));
  const gone = quiet.filter(({ path }) => contents.get(path)!.size === null);
  const changed = new Set(way.files.flatMap(({ path, from }) => [path, from]));
  const differing = way.left.length > 0
    ? paths.map(nameOf).filter((path) => changed.has(path))
    : [];
  const modes = new Map(paths.map(({ path, state }) => [path, state?.mode]));
  const isOther = (path: string, mode: string | undefined) => {
    const then = modes.get(path);
    return then !== undefined && mode !== undefined && then !== mode;
  };
  const hasOtherMode =
    state.files.some(({ path, mode }) => isOther(path, mode)) ||
    [...contents].some(([path, { mode }]) => isOther(path, mode));
  const [touched, fileMode] = await Promise.all([
    state.head === undefined
      ? NO_HISTORY
      : findTouched(git, way, { gone: gone.map(nameOf), differing }),
    hasOtherMode ? readFileMode(git) : true,
  ]);
  const { touched: by, removed } = touched;
  return { contents, removed, touched: by, fileMode };
}

function nameOf({ path }: { path: string }): string {
  return path;
}

async function readFileMode(git: Git): Promise<boolean> {
  const answer = await git.run(["config", "--type=bool", "core.fileMode"]);
  return decodeBytes(answer.stdout).trim() !== "false";
}
