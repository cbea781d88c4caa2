import { join } from "../base/join.ts";
import { MpmError } from "../base/errors.ts";
import { shellWord } from "../base/shell.ts";
import { counted } from "../base/words.ts";
import type { Workspace } from "./repository.ts";
import { Git, gitFailure } from "./run/git.ts";
import { decodeBytes, lined, linesOf, words } from "./text.ts";
import { readWorktrees } from "./worktrees.ts";
import type { System } from "../system/system.ts";

/** Returns whether a folder such as `refs/remotes` may have refs. */
export function mayHaveRefs(
  { files }: System,
  commonDir: string,
  folder: string,
): boolean {
  return [folder, "packed-refs", "reftable"]
    .some((name) => files.lstat(join(commonDir, name)) !== undefined);
}

/** Object IDs by name; `undefined` for a name that does not resolve. */
export type Names = Map<string, string | undefined>;

/** The name of the current branch's upstream, resolved like any other. */
export const UPSTREAM = "@{upstream}";

/** Returns the upstream's ID under {@link UPSTREAM}, with one process. */
export async function resolveUpstream(git: Git): Promise<Names> {
  const answer = await git.run(["rev-parse", "--verify", "--quiet", UPSTREAM]);
  const id = decodeBytes(answer.stdout).trim();
  return new Map([[UPSTREAM, answer.status === 0 ? id : undefined]]);
}

/**
 * Returns the full object ID for each name, with one process; `undefined`:
 * unknown or ambiguous. A name must not contain a newline. Throws GIT_FAILED.
 */
export async function resolveNames(
  git: Git,
  names: readonly string[],
): Promise<Names> {
  // Git stops at a branch without an upstream: the upstream comes last.
  const lines = names.filter((name) => name !== UPSTREAM);
  if (names.includes(UPSTREAM)) lines.push(UPSTREAM);
  const args = ["cat-file", "--batch-check=%(objectname)"];
  const result = await git.run(args, { stdin: lined(lines) });
  const answers = linesOf(result.stdout);
  const due = lines.at(-1) === UPSTREAM ? lines.length - 1 : lines.length;
  if (answers.length < due) throw gitFailure(args, result);
  return new Map(lines.map((line, at) => {
    const answer = answers[at] ?? ""; // > empty for a missing upstream
    return [line, /^[0-9a-f]{40,64}$/.test(answer) ? answer : undefined];
  }));
}

/** Returns the columns of each ref in `git for-each-ref`. Throws GIT_FAILED. */
export async function readRefs(
  git: Git,
  columns: readonly string[],
  ...args: readonly string[]
): Promise<string[][]> {
  const format = `--format=${columns.join("%00")}`;
  const list = await git.read(["for-each-ref", format, ...args]);
  return linesOf(list).map((line) => line.split("\0"));
}

/** The maximum number of branches to offer. */
const MOST = 500;

/** Returns the local branches, newest first, each with its last subject. */
export async function branchNames(
  git: Git,
): Promise<{ value: string; summary: string }[]> {
  const columns = [
    "%(refname:lstrip=2)",
    "%(committerdate:relative), %(subject)",
  ];
  const newest = [`--count=${MOST}`, "--sort=-committerdate"];
  const refs = await readRefs(git, columns, ...newest, "refs/heads");
  return refs.map(([value, summary]) => ({
    value: value!,
    summary: summary ?? "",
  }));
}

/** A local branch, or the default branch of a remote. */
export interface BranchRef {
  /** Full name. */
  readonly ref: string;
  readonly commit: string;
  /** The ref that a remote's HEAD points to. */
  readonly target: string | undefined;
  /** Full name of the upstream, which need not exist. */
  readonly upstream: string | undefined;
  /** The settings `branch.<name>.remote` and `.merge`. */
  readonly remote: string;
  readonly merge: string;
}

/** The branch into which work is merged. */
export interface DefaultBranch {
  /** Short, e.g. `main`. */
  readonly name: string;
  /** The branch and its upstream, as far as they exist; at least one. */
  readonly tips: readonly { name: string; commit: string }[];
}

const COLUMNS = words(`%(refname) %(objectname) %(symref) %(upstream)
  %(upstream:remotename) %(upstream:remoteref)`);

/** Reads all local branches and remote default branches. Throws GIT_FAILED. */
export async function readBranches(git: Git): Promise<BranchRef[]> {
  const places = ["refs/heads", "refs/remotes/*/HEAD"];
  const refs = await readRefs(git, COLUMNS, ...places);
  return refs.map(([ref, commit, target, upstream, remote, merge]) => {
    return {
      ref: ref!,
      commit: commit!,
      target: target || undefined,
      upstream: upstream || undefined,
      remote: remote ?? "",
      merge: merge ?? "",
    };
  });
}

/** Returns the default branch: the remote's, `main`, `master`, or `mainRef`. */
export async function findDefault(
  git: Git,
  branches: readonly BranchRef[],
  mainRef: string | undefined,
): Promise<DefaultBranch | undefined> {
  const remote = remoteDefault(branches);
  const local =
    branches.find(({ ref }) =>
      remote ? ref === `refs/heads/${remote.name}` : ref === "refs/heads/main"
    ) ?? (remote ? undefined : fallback(branches, mainRef));
  const name = remote?.name ?? local?.ref.slice("refs/heads/".length);
  if (name === undefined) return undefined;
  const tips = new Map<string, string>();
  if (local) tips.set(name, local.commit);
  if (remote) tips.set(short(remote.target), remote.commit);
  const { upstream } = local ?? {};
  if (upstream !== undefined && !tips.has(short(upstream))) {
    const commit = (await resolveNames(git, [upstream])).get(upstream);
    if (commit !== undefined) tips.set(short(upstream), commit);
  }
  return { name, tips: [...tips].map(([name, commit]) => ({ name, commit })) };
}

function fallback(
  branches: readonly BranchRef[],
  mainRef: string | undefined,
): BranchRef | undefined {
  return ["refs/heads/master", mainRef]
    .map((wanted) => branches.find(({ ref }) => ref === wanted))
    .find((found) => found !== undefined);
}

/** `origin`'s default branch, or that of the only remote. */
function remoteDefault(branches: readonly BranchRef[]) {
  const heads = branches.filter(({ target }) => target !== undefined);
  const origin = heads.find(({ ref }) => ref === "refs/remotes/origin/HEAD");
  const head = origin ?? (heads.length === 1 ? heads[0] : undefined);
  if (!head) return undefined;
  const prefix = head.ref.replace(/HEAD$/, "");
  const target = head.target!;
  if (!target.startsWith(prefix)) return undefined;
  return { name: target.slice(prefix.length), target, commit: head.commit };
}

function short(ref: string): string {
  return ref.replace(/^refs\/(heads|remotes)\//, "");
}

/** The git branch of a detour. */
export interface SwitchTarget {
  readonly branch: string;
  /** Full ID of its commit, or of its start point. */
  readonly head: string;
  /** The start point of a new branch; `undefined` if the branch exists. */
  readonly start: string | undefined;
  /** Describes how the default branch differs from its remote. */
  readonly note?: string;
}

/**
 * Returns the branch with that name, or how to create it. A new branch starts
 * from the remote's branch of that name, else from the default branch. Its
 * remote-tracking branch counts instead if it is ahead. Throws USAGE for an
 * invalid name, NOT_FOUND without a commit. Throws CONFLICT if the branch is
 * checked out elsewhere or another name is in its way.
 */
export async function findTarget(
  system: System,
  git: Git,
  { worktree, branch }: Pick<Workspace, "worktree"> & { branch: string },
): Promise<SwitchTarget> {
  await checkName(git, branch);
  const [branches, listed] = await Promise.all([
    readBranches(git),
    readWorktrees(git),
  ]);
  const ref = `refs/heads/${branch}`;
  const other = listed.find((one) => one.ref === ref && one.path !== worktree);
  if (other) throw elsewhere(system, branch, other.path);
  const found = branches.find((one) => one.ref === ref);
  if (found) return { branch, head: found.commit, start: undefined };
  const near = branches.find((one) =>
    one.ref.startsWith(`${ref}/`) || ref.startsWith(`${one.ref}/`)
  );
  if (near) {
    const name = near.ref.slice("refs/heads/".length);
    throw new MpmError(
      "CONFLICT",
      `A branch "${branch}" cannot exist next to "${name}"`,
      { hint: "Git stores branches like files: choose another name" },
    );
  }
  const remote = await onRemote(git, branch);
  if (remote) return { branch, head: remote.head, start: remote.name };
  const main = await findDefault(git, branches, listed[0]?.ref);
  if (!main) {
    throw new MpmError("NOT_FOUND", `"${branch}" has no commit to start from`, {
      hint: "Make a first commit, or create the branch with git",
    });
  }
  return { branch, ...await startOf(git, main) };
}

/** Fetches nothing, but starts new work from work that is already merged. */
async function startOf(
  git: Git,
  { name, tips }: DefaultBranch,
): Promise<Omit<SwitchTarget, "branch">> {
  // The branch's own commit, or its upstream's if it is not here.
  const [own, ...known] = tips as [Tip, ...Tip[]];
  const start = { head: own.commit, start: own.name };
  if (own.name !== name) return start;
  const other = known[0] ?? await trackingOf(git, name);
  if (!other || other.commit === own.commit) return start;
  const range = `${own.commit}...${other.commit}`;
  const counts = await git.run(["rev-list", "--count", "--left-right", range]);
  const [more, less] = decodeBytes(counts.stdout).split("\t").map(Number);
  if (counts.status !== 0 || !less) return start;
  const local = `Your "${name}"`;
  if (more === 0) {
    const note = `${local} is ${counted(less, "commit")} behind ` +
      `"${other.name}": the new branch starts from that`;
    return { head: other.commit, start: other.name, note };
  }
  const note =
    `${local} and "${other.name}" have diverged: the new branch starts ` +
    `without ${counted(less, "commit")} from "${other.name}"`;
  return { ...start, note };
}

type Tip = DefaultBranch["tips"][number];

/** Returns the commit that the branch had on `origin` at the last fetch. */
async function trackingOf(git: Git, name: string): Promise<Tip | undefined> {
  const ref = `refs/remotes/origin/${name}`;
  const commit = (await resolveNames(git, [ref])).get(ref);
  return commit === undefined ? undefined : { name: `origin/${name}`, commit };
}

async function checkName(git: Git, branch: string): Promise<void> {
  const checked = await git.run(["check-ref-format", "--branch", branch]);
  if (checked.status === 0 && !branch.startsWith("@{")) return;
  throw new MpmError("USAGE", `"${branch}" cannot name a git branch`, {
    hint:
      'Choose another name with --git-branch: see "git help check-ref-format"',
  });
}

export function elsewhere(
  system: System,
  branch: string,
  path: string,
): MpmError {
  const there = system.files.lstat(path) !== undefined;
  return new MpmError(
    "CONFLICT",
    `"${branch}" is checked out in another worktree: "${path}"`,
    {
      hint: there
        ? "Work there, or choose another branch"
        : "Its folder no longer exists. To forget it: git worktree unlock " +
          `${shellWord(path)}, if it is locked, then git worktree prune`,
    },
  );
}

/** Returns the only remote-tracking branch with that name. */
async function onRemote(
  git: Git,
  branch: string,
): Promise<{ name: string; head: string } | undefined> {
  const columns = ["%(objectname)", "%(refname)"];
  const refs = await readRefs(git, columns, `refs/remotes/*/${branch}`);
  const [[head, name] = []] = refs;
  return refs.length === 1
    ? { head: head!, name: name!.slice("refs/remotes/".length) }
    : undefined;
}
