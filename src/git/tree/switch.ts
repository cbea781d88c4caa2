import { resolveNames } from "../branches.ts";
import type { Position, Workspace } from "../repository.ts";
import { Git, gitFailure, LONG } from "../run/git.ts";
import { readOperation } from "../state.ts";
import { decodeBytes, splitFields, words, zeroed } from "../text.ts";
import { lossesAt, type PathChange } from "./plan.ts";
import { isWithin } from "./snapshot.ts";
import type { System } from "../../system/system.ts";

import { isZeroId, parseRaw } from "../history/changes.ts";
import { stagedIn } from "../index_file.ts";

/** Git does not update submodules, whatever the settings say. */
const ALONE = words("-c submodule.recurse=false -c advice.detachedHead=false");

/** Returns the position of HEAD. Runs two processes at once. */
export async function readPosition(git: Git): Promise<Position> {
  const [symbolic, names] = await Promise.all([
    git.run(["symbolic-ref", "-q", "HEAD"]),
    resolveNames(git, ["HEAD"]),
  ]);
  const ref = decodeBytes(symbolic.stdout).trimEnd();
  return {
    branch: /^refs\/heads\//.test(ref) ? ref.slice("refs/heads/".length) : null,
    head: names.get("HEAD") ?? null,
  };
}

/**
 * Checks out a branch or, detached, a commit, like `git switch`: git refuses if
 * local changes are in the way. Returns a note if git could not write or remove
 * a file, which it does not treat as a failure. Throws GIT_FAILED.
 */
export async function switchTo(git: Git, to: Position): Promise<string[]> {
  const where = to.branch === null
    ? ["--detach", to.head!]
    // A branch may have the name of a tag or a file.
    : [to.branch];
  const args = [...ALONE, "checkout", "--quiet", "--no-guess", ...where, "--"];
  const done = await git.run(args, { timeout: LONG });
  if (done.status !== 0) throw gitFailure(args, done);
  const said = decodeBytes(done.stderr).matchAll(
    /^(?:error|warning): (unable to .+)$/gm,
  );
  const [first, ...more] = [...said].map(([, problem]) => problem!);
  if (first === undefined) return [];
  return [
    `git could not change every file: ${first}` +
    (more.length === 0 ? "" : ` (and ${more.length} more)`) +
    `. "git status" lists them`,
  ];
}

/** Resets index and files to HEAD, without a reflog. Throws GIT_FAILED. */
export async function resetTracked(git: Git): Promise<void> {
  await git.read([...ALONE, "read-tree", "--reset", "-u", "HEAD"], {
    timeout: LONG,
  });
}

/** Makes git look again at files that the index marks as unwatched. */
export async function watchFiles(
  git: Git,
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  for (const mark of ["assume-unchanged", "skip-worktree"]) {
    const args = ["update-index", `--no-${mark}`, "-z", "--stdin"];
    await git.read(args, { stdin: zeroed(paths) });
  }
}

/** Creates a branch that does not exist. Throws GIT_FAILED. */
export async function createBranch(
  git: Git,
  { branch, head }: { branch: string; head: string },
): Promise<void> {
  await git.read(["branch", "--no-track", "--", branch, head]);
}

/** Deletes a branch that is still at `head`; otherwise it stays. */
export async function dropBranch(
  git: Git,
  { branch, head }: { branch: string; head: string },
): Promise<void> {
  await dropRef(git, `refs/heads/${branch}`, head);
}

/** Removes a ref that is still at `commit`; otherwise it stays. */
export async function dropRef(
  git: Git,
  ref: string,
  commit: string,
): Promise<void> {
  await git.run(["update-ref", "-d", ref, commit]);
}

/** Protects commits that are on no branch from garbage collection. */
export async function keepCommit(
  git: Git,
  ref: string,
  commit: string,
): Promise<void> {
  await git.read(
    words("-c core.logAllRefUpdates=false update-ref", ref, commit),
  );
}

/** Returns whether a branch or tag has the commit; `local`: counts ours. */
export async function isOnBranch(
  git: Git,
  commit: string,
  local = true,
): Promise<boolean> {
  const found = await git.read(words(
    "for-each-ref --count=1 --format=x",
    `--contains=${commit}`,
    "refs/remotes",
    "refs/tags",
    ...local ? ["refs/heads"] : [],
  ));
  return found.length > 0;
}

/**
 * Returns the files that a switch would overwrite, that git would not protect,
 * and that no checkpoint has. `known`: the captured files.
 */
export function overwritten(
  system: System,
  git: Git,
  { changes, known }: {
    changes: readonly PathChange[];
    known: (path: string) => boolean;
  },
): string[] {
  const made = changes.filter(({ from, to }) => !from && to)
    .map(({ path }) => path);
  const foreign = made.filter((path) => !path.isWellFormed());
  // Git only removes files that are in its commit.
  const goes = new Set(
    changes.filter(({ to }) => !to).map(({ path }) => path),
  );
  const lost = lossesAt(system, git.folder, {
    paths: made.filter((path) => path.isWellFormed()),
    spared: (path) => known(path) || goes.has(path),
  });
  return [...foreign, ...lost];
}

/** Returns which of `paths` exist, for names that are not UTF-8. */
export async function foreignPaths(
  git: Git,
  paths: readonly string[],
): Promise<string[]> {
  if (paths.length === 0) return [];
  const others = splitFields(await git.read(["ls-files", "--others", "-z"]));
  return paths.filter((path) =>
    others.some((other) => isWithin(other, path) || isWithin(path, other))
  );
}

/** Returns which of `paths` a switch would have to overwrite. */
export function inTheWay(
  changes: readonly PathChange[],
  paths: readonly string[],
): string[] {
  return paths.filter((path) =>
    changes.some((one) => isWithin(path, one.path) || isWithin(one.path, path))
  );
}

/** An mpm commit and its parent, as full IDs. */
export interface OwnCommit {
  readonly branch: string;
  /** The branch's current commit. */
  readonly from: string;
  /** The new commit; `undefined`: the parent of `from`. */
  readonly to: string | undefined;
}

/** The new position of the branch, or the reason why it stays where it is. */
export type Moved =
  | { readonly commit: string }
  | { readonly reason: string };

/**
 * Moves the checked-out branch from one mpm commit to another, together with
 * its entries in the index. The caller moves the files. The branch stays if
 * someone built on the commit, or if it is already there. Throws GIT_FAILED.
 */
export async function moveOwnCommit(
  system: System,
  { worktree, gitDir }: Workspace,
  { branch, from, to: wanted }: OwnCommit,
): Promise<Moved> {
  const git = new Git(system, worktree);
  const parent = `${from}^`;
  const to = wanted ?? (await resolveNames(git, [parent])).get(parent);
  if (to === undefined) return { reason: "its parent no longer exists" };
  const [head, name] = await headOf(git);
  if (head === to && name === `refs/heads/${branch}`) return { commit: to };
  if (name !== `refs/heads/${branch}`) {
    return { reason: `"${branch}" is not checked out here` };
  }
  if (head !== from) return { reason: "the branch has new commits" };
  const operation = gitDir === undefined
    ? undefined
    : readOperation(system, gitDir);
  if (operation) return { reason: `a ${operation} is in progress` };
  if (wanted === undefined && await isOnBranch(git, from, false)) {
    return { reason: "a remote branch or a tag already contains it" };
  }
  await moveIndex(git, from, to);
  const args = ["update-ref", "-m", "mpm undo", name, to, from];
  const done = await git.run(args);
  if (done.status !== 0) throw gitFailure(args, done);
  return { commit: to };
}

async function headOf(git: Git): Promise<(string | undefined)[]> {
  const args = ["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"];
  const { status, stdout } = await git.run(args);
  return status === 0 ? decodeBytes(stdout).trim().split("\n") : [];
}

/** Changes index entries that are still those of `from` to those of `to`. */
async function moveIndex(git: Git, from: string, to: string): Promise<void> {
  const args = words("diff-tree -r -z --raw --no-abbrev", from, to);
  const changes = parseRaw(splitFields(await git.read(args)));
  if (changes.length === 0) return;
  const paths = changes.map(({ path }) => path);
  const staged = await git.read(["ls-files", "-s", "-z", "--", ...paths]);
  const now = new Map(
    splitFields(staged).map((line) => {
      const { path, id } = stagedIn(line);
      return [path, id];
    }),
  );
  const lines = changes
    .filter(({ path, before: { id } }) =>
      isZeroId(id) ? !now.has(path) : now.get(path) === id
    )
    .map(({ path, after: { mode, id } }) =>
      isZeroId(id) ? `0 ${id}\t${path}` : `${mode} ${id} 0\t${path}`
    );
  await git.read(words("update-index --add -z --index-info"), {
    stdin: zeroed(lines),
  });
}
