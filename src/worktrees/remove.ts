import { attempt, isMissing } from "../base/errors.ts";
import {
  refPart,
  RESCUE,
  type Rescued,
  updateRefs,
  writeRescues,
} from "./rescue.ts";
import {
  answered,
  decodeBytes,
  type Failed,
  Git,
  isFailed,
  lined,
  readWorktrees,
} from "../git/mod.ts";
import { ensureJournalKey } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import { deleteWorktrees } from "./delete_worktrees.ts";
import type { Survey, Surveyed } from "./survey.ts";
import { dirname } from "@std/path";
import { join } from "../base/join.ts";

/** The result for one folder to remove. */
export interface Removal {
  readonly item: Surveyed;
  /** Why the folder still exists; `undefined`: it is gone. */
  readonly problem: string | undefined;
  /** The ref for undoing the removal; an empty folder needs no ref. */
  readonly rescue: string | undefined;
  readonly branchDeleted: boolean;
}

/** Removes the selected worktrees, after writing all their rescue refs. */
export async function removeWorktrees(
  system: System,
  root: string,
  survey: Survey,
): Promise<Removal[]> {
  const git = new Git(system, root);
  const items = survey.items.filter(({ decision }) => decision.remove);
  if (ensureJournalKey(system) === undefined) {
    // Without a key, an interrupted removal could not be finished.
    return items.map((item) => stays(item, KEYLESS));
  }
  const rescues = await rescueAll(system, git, survey);
  if (isFailed(rescues)) {
    const problem = `no rescue ref could be written: ${rescues.failed}`;
    return items.map((item) => stays(item, problem));
  }
  const problems = await removeEach(system, git, survey, items);
  const done = items.map((item, at): Removal => {
    const problem = problems[at];
    const rescue = rescues.get(item.facts.path)?.ref;
    return problem === undefined
      ? { item, problem, rescue, branchDeleted: false }
      : stays(item, problem);
  });
  const failed = done.filter(({ problem }) => problem !== undefined)
    .map(({ item }) => rescues.get(item.facts.path))
    .filter((rescue) => rescue !== undefined);
  await withdraw(git, failed);
  return await dropBranches(git, survey, done);
}

const KEYLESS =
  "mpm cannot store a key in your home folder, and removes nothing without it";

function stays(item: Surveyed, problem: string): Removal {
  return { item, problem, rescue: undefined, branchDeleted: false };
}

/** Writes the rescue refs, and returns them by the path of the worktree. */
async function rescueAll(
  system: System,
  git: Git,
  survey: Survey,
): Promise<Map<string, Rescued> | Failed> {
  const time = system.now();
  const stamp = time.toISOString().replace(/\.\d+Z$/, "")
    .replaceAll(/[-:]/g, "").replace("T", "-");
  const home = `${RESCUE}/${stamp}-${system.random()}`;
  return await answered(async () => {
    const linked = survey.items.filter(({ decision, facts }) =>
      decision.remove && facts.head !== undefined
    );
    if (linked.length === 0) return new Map();
    const lost = await findLost(system, git, survey, linked);
    const rescues = linked.map((item, at): [string, Rescued] => {
      const { path, head, branch = null } = item.facts;
      const name = path.slice(survey.folder.length + 1).replaceAll("\\", "/");
      const { extras } = item.facts;
      const sparse = extras && !isFailed(extras) ? extras.sparse : undefined;
      return [path, {
        ref: `${home}/${refPart(name, at)}`,
        name,
        head: head!,
        branch,
        upstream: upstreamOf(survey, branch),
        removed_at: time.toISOString(),
        ...sparse ? { sparse: { ...sparse } } : {},
        lost: lost[at]!,
      }];
    });
    await writeRescues(git, rescues.map(([, rescue]) => rescue));
    return new Map(rescues);
  });
}

function upstreamOf({ branches }: Survey, branch: string | null) {
  const found = branches.find(({ ref }) => ref === `refs/heads/${branch}`);
  if (!found?.remote || !found.merge) return null;
  return { remote: found.remote, merge: found.merge };
}

/** Returns why each worktree could not be removed; `undefined`: it is gone. */
async function removeEach(
  system: System,
  git: Git,
  { folder: worktrees }: Survey,
  items: readonly Surveyed[],
): Promise<(string | undefined)[]> {
  const linked = items.filter(({ gitDir }) => gitDir !== undefined);
  const problems = await deleteWorktrees({ system, git, worktrees }, linked);
  return items.map((item) =>
    item.gitDir === undefined
      ? removeEmpty(system, item)
      : problems[linked.indexOf(item)]
  );
}

function removeEmpty(
  { files }: System,
  { facts: { path } }: Surveyed,
): string | undefined {
  return attempt(() => {
    if (files.lstat(path)?.kind !== "folder") return "changed in the meantime";
    // The system refuses if the folder is not empty.
    files.remove(path);
    return undefined;
  }, ({ message }) => message);
}

/** Removes the rescue refs of worktrees that stayed. */
async function withdraw(git: Git, rescues: readonly Rescued[]): Promise<void> {
  const lines = rescues.flatMap(({ ref, lost }) => [
    `delete ${ref}/head`,
    `delete ${ref}/about`,
    ...lost.map((_, at) => `delete ${ref}/log/${at}`),
  ]);
  if (lines.length > 0) await tried(() => updateRefs(git, lines));
}

/** Returns whether a removed worktree's branch, if unused, goes with it. */
export function deletesBranch(survey: Survey, { facts }: Surveyed): boolean {
  const { branch, head } = facts;
  if (branch === undefined || !survey.main) return false;
  const ref = `refs/heads/${branch}`;
  const names = [survey.main.name, ...survey.main.tips.map(({ name }) => name)];
  const others = survey.listed.filter((one) => one.ref === ref).length > 1;
  const found = survey.branches.find((one) => one.ref === ref);
  const meant = survey.branches.some(({ target }) => target === ref);
  return !others && !meant && found?.commit === head &&
    isPassing(branch, names);
}

/** Deletes branches, except those that were moved or checked out since. */
async function dropBranches(
  git: Git,
  survey: Survey,
  removals: readonly Removal[],
): Promise<Removal[]> {
  const gone = new Set<Removal>();
  const going = await unusedAmong(
    git,
    removals.filter(({ problem, item }) =>
      problem === undefined && deletesBranch(survey, item)
    ),
  );
  const line = ({ item }: Removal) =>
    `delete refs/heads/${item.facts.branch} ${item.facts.head}`;
  if (going.length > 0 && await tried(() => updateRefs(git, going.map(line)))) {
    going.forEach((one) => gone.add(one));
  } else {
    for (const one of going) {
      if (await tried(() => updateRefs(git, [line(one)]))) gone.add(one);
    }
  }
  for (const { item } of gone) await dropSettings(git, survey, item);
  return removals.map((one) => ({ ...one, branchDeleted: gone.has(one) }));
}

/** Returns the branches that no worktree uses now; empty if git fails. */
async function unusedAmong(
  git: Git,
  going: readonly Removal[],
): Promise<Removal[]> {
  if (going.length === 0) return [];
  return await attempt(async () => {
    const used = new Set((await readWorktrees(git)).map(({ ref }) => ref));
    return going.filter(({ item: { facts } }) =>
      !used.has(`refs/heads/${facts.branch}`)
    );
  }) ?? [];
}

/**
 * Removes only the settings that a restore sets again. `git branch -d` would
 * remove the whole section, including the user's description of the branch.
 */
async function dropSettings(git: Git, survey: Survey, { facts }: Surveyed) {
  const { branch = null } = facts;
  if (!upstreamOf(survey, branch)) return;
  for (const name of ["remote", "merge"]) {
    const key = `branch.${branch}.${name}`;
    await git.like({ plain: true }).run([
      "config",
      "--local",
      "--unset-all",
      key,
    ]);
  }
}

/** Returns whether git succeeded. */
async function tried(work: () => Promise<void>): Promise<boolean> {
  return await attempt(() => work().then(() => true), () => false);
}

/** Branches that outlive any worktree, in addition to the default branch. */
const LASTING =
  /^(main|master|trunk|develop|development|staging|production|release([/-].*)?)$/;

/** Returns whether `branch` may be deleted with its worktree. */
export function isPassing(branch: string, names: readonly string[]): boolean {
  return !LASTING.test(branch) && !names.includes(branch);
}

/** The maximum size of a reflog, in bytes; a longer one counts as unknown. */
const REFLOG_LIMIT = 64 * 1024 * 1024;

/** Files in a worktree's git folder whose lines begin with a commit. */
const POINTERS = ["ORIG_HEAD", "FETCH_HEAD", "REBASE_HEAD"];

/** Returns each worktree's commits that are only in its own reflog. */
async function findLost(
  system: System,
  git: Git,
  { main, listed }: Survey,
  items: readonly Surveyed[],
): Promise<string[][]> {
  const logs = items.map((item) => commitsOf(system, item));
  const known = [
    ...main?.tips.map(({ commit }) => commit) ?? [],
    ...listed.map(({ head }) => head).filter((head) => head !== undefined),
  ];
  const lines = [
    ...new Set(logs.flat()),
    ...new Set(known.map((commit) => `^${commit}`)),
  ];
  // A reflog may name commits that no longer exist.
  const args = ["rev-list", "--ignore-missing", "--stdin"];
  const stdin = lined(lines);
  const lost = logs.flat().length === 0
    ? new Set<string>()
    : new Set(decodeBytes(await git.read(args, { stdin })).split("\n"));
  return logs.map((log) => log.filter((commit) => lost.has(commit)));
}

/** Returns the commits in the files that go with a worktree and its branch. */
function commitsOf(system: System, { gitDir, facts }: Surveyed): string[] {
  const { branch, head } = facts;
  const common = dirname(dirname(gitDir!));
  const logs = [
    join(gitDir!, "logs", "HEAD"),
    ...branch === undefined
      ? []
      : [join(common, "logs", "refs", "heads", branch)],
  ];
  const commits = [
    ...logs.flatMap((path) => idsIn(system, path, [1, 0])),
    ...POINTERS.flatMap((name) => idsIn(system, join(gitDir!, name), [0])),
  ].filter((id) => id !== head);
  return [...new Set(commits)];
}

/** Returns the IDs in these columns, the last line first. */
function idsIn(
  system: System,
  path: string,
  columns: readonly number[],
): string[] {
  try {
    const text = decodeBytes(system.files.readOwn(path, REFLOG_LIMIT));
    return text.split("\n").reverse().flatMap((line) => {
      const fields = line.split(/[ \t]/, 2);
      return columns.map((column) => fields[column] ?? "");
    }).filter((id) => /^[0-9a-f]{40,64}$/.test(id) && !/^0+$/.test(id));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
