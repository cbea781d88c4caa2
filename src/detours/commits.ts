import {
  dropRef,
  type Git,
  isOnBranch,
  keepCommit,
  type Position,
  resolveNames,
} from "../git/mod.ts";

/** The refs for detour commits that are on no branch. */
export const DETOURS = "refs/mpm/detours";

/** Returns the ref for the commits of a detached HEAD that a detour left. */
function refOfLeft(child: string): string {
  return `${DETOURS}/${child}-left`;
}

/** Returns whether a switch would leave commits that only HEAD refers to. */
async function isOnlyHeads(
  git: Git,
  { branch, head }: Position,
  to: Position,
): Promise<boolean> {
  return branch === null && head !== null && head !== to.head &&
    !await isOnBranch(git, head);
}

/** Keeps such commits before HEAD moves to begin the detour `child`. */
export async function keepLeft(
  git: Git,
  child: string,
  { from, to }: { from: Position; to: Position },
): Promise<void> {
  if (await isOnlyHeads(git, from, to)) {
    await keepCommit(git, refOfLeft(child), from.head!);
  }
}

/**
 * Keeps such commits before HEAD moves to end the detour `child`. Returns notes
 * about the detour's commits.
 */
export async function keepOwn(
  git: Git,
  child: string,
  { from, to }: { from: Position; to: Position },
): Promise<string[]> {
  if (!await isOnlyHeads(git, from, to)) return [];
  await keepCommit(git, `${DETOURS}/${child}`, from.head!);
  return [unnamed("Its commits", from.head!)];
}

/**
 * Removes the ref of {@link keepLeft} once its commits are part of a branch or
 * of HEAD, which is at `head`. Otherwise returns notes about the commits.
 */
export async function settleLeft(
  git: Git,
  child: string,
  head: string | null,
): Promise<string[]> {
  const ref = refOfLeft(child);
  const commit = (await resolveNames(git, [ref])).get(ref);
  if (commit === undefined) return [];
  if (commit !== head && !await isOnBranch(git, commit)) {
    return [unnamed("The commits that it left", commit)];
  }
  await dropRef(git, ref, commit);
  return [];
}

function unnamed(what: string, commit: string): string {
  return `${what} are on no branch: git branch <name> ${commit.slice(0, 12)}`;
}
