import { MpmError } from "../../base/errors.ts";
import type { Workspace } from "../repository.ts";
import { shellWord } from "../../base/shell.ts";
import { counted } from "../../base/words.ts";
import type { System } from "../../system/system.ts";
import {
  type DefaultBranch,
  findDefault,
  readBranches,
} from "../history/default_branch.ts";
import type { Git } from "../run/git.ts";
import { resolveNames } from "../refs.ts";
import { decodeBytes } from "../text.ts";
import { readWorktrees } from "../worktree_list.ts";

/** The git branch that a detour works on. */
export interface SwitchTarget {
  readonly branch: string;
  /** Full id of its commit, or of the one it starts from. */
  readonly head: string;
  /** What it starts from; `undefined`: it exists. */
  readonly start: string | undefined;
  /** How the default branch and its remote-tracking branch differ. */
  readonly note?: string;
}

/**
 * The branch of that name, or how a new one is made: from the remote's branch
 * of the same name, else from the default branch, or from its remote-tracking
 * branch where that is ahead. Throws USAGE for what git
 * does not take as a name, CONFLICT where it is checked out elsewhere or
 * another branch's name is in its way, NOT_FOUND without any commit.
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
      `A branch "${branch}" cannot be made beside "${name}"`,
      { hint: "Git keeps branches like files: take another name" },
    );
  }
  const remote = await onRemote(git, branch);
  if (remote) return { branch, head: remote.head, start: remote.name };
  const main = await findDefault(git, branches, listed[0]?.ref);
  if (!main) {
    throw new MpmError("NOT_FOUND", `"${branch}" has nothing to start from`, {
      hint: "Make a first commit, or make the branch with git",
    });
  }
  return { branch, ...await startOf(git, main) };
}

/**
 * Nothing is fetched, but what was fetched counts: whoever begins something new
 * wants it on top of the work that is merged already.
 */
async function startOf(
  git: Git,
  { name, tips }: DefaultBranch,
): Promise<Omit<SwitchTarget, "branch">> {
  // Its own commit, as far as there is one here; else its upstream's.
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
  const note = `${local} and "${other.name}" have diverged: the new branch ` +
    `starts without ${counted(less, "commit")} of "${other.name}"`;
  return { ...start, note };
}

type Tip = DefaultBranch["tips"][number];

/** What `origin` had as that branch when it was last fetched. */
async function trackingOf(git: Git, name: string): Promise<Tip | undefined> {
  const ref = `refs/remotes/origin/${name}`;
  const commit = (await resolveNames(git, [ref])).get(ref);
  return commit === undefined ? undefined : { name: `origin/${name}`, commit };
}

async function checkName(git: Git, branch: string): Promise<void> {
  const checked = await git.run(["check-ref-format", "--branch", branch]);
  if (checked.status === 0 && !branch.startsWith("@{")) return;
  throw new MpmError("USAGE", `"${branch}" cannot name a git branch`, {
    hint: "See git help check-ref-format; give another with --git-branch",
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
        ? "Work there, or take another branch"
        : `Its folder is gone: git worktree unlock ${
          shellWord(path)
        }, if it is locked, and git worktree prune forget it`,
    },
  );
}

/** The one remote-tracking branch of that name. */
async function onRemote(
  git: Git,
  branch: string,
): Promise<{ name: string; head: string } | undefined> {
  const output = await git.read([
    "for-each-ref",
    "--format=%(objectname) %(refname)",
    `refs/remotes/*/${branch}`,
  ]);
  const lines = new TextDecoder().decode(output).split("\n").slice(0, -1);
  if (lines.length !== 1) return undefined;
  const [head, name] = lines[0]!.split(" ") as [string, string];
  return { head, name: name.slice("refs/remotes/".length) };
}
