import { dirname, join } from "@std/path";
import { FileError, MpmError } from "../errors.ts";
import { refPart, RESCUE } from "../session/rescue.ts";
import { isFailed } from "../session/worktree_facts.ts";
import { isPassing } from "../session/worktree_guard.ts";
import type { System } from "../system/system.ts";
import { Git, gitFailure } from "./git.ts";
import { inParallel } from "./parallel.ts";
import { type Rescued, updateRefs, writeRescues } from "./rescue.ts";
import { decodeBytes, encodeText } from "./text.ts";
import { isUnchanged, type Survey, type Surveyed } from "./worktree_survey.ts";

/** What became of one folder that was to be removed. */
export interface Removal {
  readonly item: Surveyed;
  /** Why it is still there; `undefined`: it is gone. */
  readonly problem: string | undefined;
  /** The ref that takes it back; an empty folder needs none. */
  readonly rescue: string | undefined;
  readonly branchDeleted: boolean;
}

/**
 * Removes what the survey decided on: writes the rescue refs of all, then takes
 * each, if nothing happened to it meanwhile, and last the branches.
 * Whatever fails stays and is told in the answer.
 */
export async function removeWorktrees(
  system: System,
  root: string,
  survey: Survey,
): Promise<Removal[]> {
  const git = new Git(system, root);
  const items = survey.items.filter(({ decision }) => decision.remove);
  const rescues = await rescueAll(system, git, survey);
  if (isFailed(rescues)) {
    const problem = `no rescue ref could be written: ${rescues.failed}`;
    return items.map((item) => stays(item, problem));
  }
  const problems = await removeEach(system, git, items);
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

function stays(item: Surveyed, problem: string): Removal {
  return { item, problem, rescue: undefined, branchDeleted: false };
}

/** Writes the rescue refs; by the path of the worktree. */
async function rescueAll(
  system: System,
  git: Git,
  survey: Survey,
): Promise<Map<string, Rescued> | { failed: string }> {
  const time = system.now();
  const stamp = time.toISOString().replace(/\.\d+Z$/, "")
    .replaceAll(/[-:]/g, "").replace("T", "-");
  const home = `${RESCUE}/${stamp}-${system.random()}`;
  try {
    const linked = survey.items.filter(({ decision, facts }) =>
      decision.remove && facts.head !== undefined
    );
    if (linked.length === 0) return new Map();
    const lost = await findLost(system, git, survey, linked);
    const rescues = linked.map((item, at): [string, Rescued] => {
      const { path, head, branch = null } = item.facts;
      const name = path.slice(survey.folder.length + 1).replaceAll("\\", "/");
      return [path, {
        ref: `${home}/${refPart(name)}`,
        name,
        head: head!,
        branch,
        upstream: upstreamOf(survey, branch),
        removed_at: time.toISOString(),
        lost: lost[at]!,
      }];
    });
    await writeRescues(git, rescues.map(([, rescue]) => rescue));
    return new Map(rescues);
  } catch (error) {
    if (error instanceof MpmError) return { failed: error.message };
    throw error;
  }
}

function upstreamOf({ branches }: Survey, branch: string | null) {
  const found = branches.find(({ ref }) => ref === `refs/heads/${branch}`);
  if (!found?.remote || !found.merge) return null;
  return { remote: found.remote, merge: found.merge };
}

/** Bytes of a reflog, and entries of it, that are looked at. */
const REFLOG_LIMIT = 4 * 1024 * 1024;
const REFLOG_ENTRIES = 200;

/**
 * For each worktree the commits that its reflog alone leads to, such as one
 * made on a detached HEAD before another was checked out: the reflog goes with
 * the worktree.
 */
async function findLost(
  system: System,
  git: Git,
  { main, listed }: Survey,
  items: readonly Surveyed[],
): Promise<string[][]> {
  const logs = items.map((item) => reflogOf(system, item));
  const known = [
    ...main?.tips.map(({ commit }) => commit) ?? [],
    ...listed.map(({ head }) => head).filter((head) => head !== undefined),
  ];
  const lines = [
    ...new Set(logs.flat()),
    ...new Set(known.map((commit) => `^${commit}`)),
  ];
  // A reflog may name commits that are gone by now.
  const args = ["rev-list", "--ignore-missing", "--stdin"];
  const stdin = encodeText(lines.map((line) => `${line}\n`).join(""));
  const lost = logs.flat().length === 0
    ? new Set<string>()
    : new Set(decodeBytes(await git.read(args, { stdin })).split("\n"));
  return logs.map((log) => log.filter((commit) => lost.has(commit)));
}

/** Commits of the reflogs that go with a worktree and its branch. */
function reflogOf(system: System, { gitDir, facts }: Surveyed): string[] {
  const { branch, head } = facts;
  const own = join(gitDir!, "logs", "HEAD");
  const common = dirname(dirname(gitDir!));
  const paths = branch === undefined
    ? [own]
    : [own, join(common, "logs", "refs", "heads", branch)];
  const commits = paths.flatMap((path) => readReflog(system, path))
    .filter((id) => id !== head);
  return [...new Set(commits)];
}

/** The newest commits of a reflog; none if there is none. */
function readReflog(system: System, path: string): string[] {
  try {
    const text = decodeBytes(system.files.readOwn(path, REFLOG_LIMIT));
    return text.split("\n").map((line) => line.split(" ")[1] ?? "")
      .filter((id) => /^[0-9a-f]{40,64}$/.test(id) && !/^0+$/.test(id))
      .slice(-REFLOG_ENTRIES).reverse();
  } catch (error) {
    if (error instanceof FileError) return [];
    throw error;
  }
}

/**
 * Removes several side by side, which one git may fail over when another takes
 * away what it is about to read. So those are tried once more, each alone, and
 * those that need two steps are done alone from the start.
 */
async function removeEach(
  system: System,
  git: Git,
  items: readonly Surveyed[],
): Promise<(string | undefined)[]> {
  const problems = await inParallel(items, async (item) => {
    const alone = item.moved || item.facts.lock !== undefined;
    return alone ? "" : await removeOne(system, git, item);
  });
  for (const [at, item] of items.entries()) {
    if (problems[at] === undefined) continue;
    const again = await removeOne(system, git, item);
    // What was found first tells more.
    problems[at] = again && (problems[at] || again);
  }
  return problems;
}

/** Why it could not be removed; `undefined`: it is gone. */
async function removeOne(
  system: System,
  git: Git,
  item: Surveyed,
): Promise<string | undefined> {
  const { path, repository, lock } = item.facts;
  try {
    if (repository === "empty") {
      if (system.files.lstat(path)?.kind !== "folder") {
        return "changed meanwhile";
      }
      // Refused by the system as soon as there is anything in it.
      system.files.remove(path);
      return undefined;
    }
    if (!isUnchanged(system, item)) return "changed while mpm looked at it";
    if (item.moved) await git.read(["worktree", "repair", "--", path]);
    if (lock) await git.read(["worktree", "unlock", "--", path]);
    const args = [
      "-c",
      "status.showUntrackedFiles=all",
      ...["worktree", "remove", "--", path],
    ];
    const result = await git.run(args);
    if (result.status === 0) return undefined;
    if (lock) await lockAgain(git, path, lock.reason);
    return gitFailure(["worktree remove"], result).message;
  } catch (error) {
    if (error instanceof MpmError) return error.message;
    throw error;
  }
}

async function lockAgain(git: Git, path: string, reason: string) {
  await git.run(["worktree", "lock", "--reason", reason, "--", path]);
}

/** What was not removed needs no rescue; left over it would do no harm. */
async function withdraw(git: Git, rescues: readonly Rescued[]): Promise<void> {
  const lines = rescues.flatMap(({ ref, lost }) => [
    `delete ${ref}/head`,
    `delete ${ref}/about`,
    ...lost.map((_, at) => `delete ${ref}/log/${at}`),
  ]);
  if (lines.length > 0) await tried(() => updateRefs(git, lines));
}

/** Whether the branch of a removed worktree goes with it. */
export function branchGoes(survey: Survey, { facts }: Surveyed): boolean {
  const { branch, head } = facts;
  if (branch === undefined || !survey.main) return false;
  const ref = `refs/heads/${branch}`;
  const names = [survey.main.name, ...survey.main.tips.map(({ name }) => name)];
  const others = survey.listed.filter((one) => one.ref === ref).length > 1;
  const found = survey.branches.find((one) => one.ref === ref);
  return !others && found?.commit === head && isPassing(branch, names);
}

/** A branch that was moved meanwhile stays. */
async function dropBranches(
  git: Git,
  survey: Survey,
  removals: readonly Removal[],
): Promise<Removal[]> {
  const going = removals.filter(({ problem, item }) =>
    problem === undefined && branchGoes(survey, item)
  );
  const line = ({ item }: Removal) =>
    `delete refs/heads/${item.facts.branch} ${item.facts.head}`;
  const gone = new Set<Removal>();
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

/** As `git branch -d` does. */
async function dropSettings(git: Git, survey: Survey, { facts }: Surveyed) {
  const { branch = null } = facts;
  if (!upstreamOf(survey, branch)) return;
  await git.run(["config", "--local", "--remove-section", `branch.${branch}`]);
}

/** Whether git did it. */
async function tried(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof MpmError) return false;
    throw error;
  }
}
