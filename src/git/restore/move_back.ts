import type { System } from "../../system/system.ts";
import type { Workspace } from "../repository.ts";
import { Git, gitFailure } from "../run/git.ts";
import { readOperation } from "../status/operation.ts";
import { decodeBytes, encodeText } from "../text.ts";

/** A commit of mpm's own and the one it was made on, as full ids. */
export interface OwnCommit {
  readonly branch: string;
  /** The commit that the branch is at. */
  readonly from: string;
  /** The one it is to be at; `undefined`: the parent of `from`. */
  readonly to: string | undefined;
}

/** Where the branch is then, or why it stays where it is. */
export type Moved =
  | { readonly commit: string }
  | { readonly reason: string };

/**
 * Moves the branch that is checked out from one commit of mpm's to another and
 * its entries of the index with it; the files are the caller's. It stays where
 * somebody built on the commit, or has it by now. Throws GIT_FAILED.
 */
export async function moveOwnCommit(
  system: System,
  { worktree, gitDir }: Workspace,
  { branch, from, to: wanted }: OwnCommit,
): Promise<Moved> {
  const git = new Git(system, worktree);
  const to = wanted ?? await revision(git, `${from}^`);
  if (to === undefined) return { reason: "its parent is gone" };
  const [head, name] = await headOf(git);
  if (head === to && name === `refs/heads/${branch}`) return { commit: to };
  if (name !== `refs/heads/${branch}`) {
    return { reason: `"${branch}" is not checked out here` };
  }
  if (head !== from) return { reason: "the branch has moved on since" };
  const operation = gitDir === undefined
    ? undefined
    : readOperation(system, gitDir);
  if (operation) return { reason: `a ${operation} is under way` };
  if (wanted === undefined && await isShared(git, from)) {
    return { reason: "a remote branch or a tag has it already" };
  }
  await moveIndex(git, from, to);
  const args = ["update-ref", "-m", "mpm undo", name, to, from];
  const done = await git.run(args);
  if (done.status !== 0) throw gitFailure(args, done);
  return { commit: to };
}

async function revision(git: Git, name: string): Promise<string | undefined> {
  const { status, stdout } = await git.run([
    ...["rev-parse", "--verify", "--quiet", `${name}^{commit}`],
  ]);
  return status === 0 ? decodeBytes(stdout).trim() : undefined;
}

async function headOf(git: Git): Promise<(string | undefined)[]> {
  const args = ["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"];
  const { status, stdout } = await git.run(args);
  return status === 0 ? decodeBytes(stdout).trim().split("\n") : [];
}

/** Whether anybody else may have the commit. */
async function isShared(git: Git, commit: string): Promise<boolean> {
  const args = ["for-each-ref", "--count=1", "--contains", commit];
  const found = await git.read([...args, "refs/remotes", "refs/tags"]);
  return found.length > 0;
}

/** Entries that are still those of `from` become those of `to`. */
async function moveIndex(git: Git, from: string, to: string): Promise<void> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", from, to];
  const changes = rawChanges(decodeBytes(await git.read(args)));
  if (changes.length === 0) return;
  const paths = changes.map(({ path }) => path);
  const staged = await git.read(["ls-files", "-s", "-z", "--", ...paths]);
  const now = new Map(
    decodeBytes(staged).split("\0").filter((line) => line !== "").map(
      (line) => {
        const [, id = "", path = ""] =
          /^\d+ ([0-9a-f]+) \d\t([^]*)$/.exec(line) ?? [];
        return [path, id];
      },
    ),
  );
  const none = (id: string) => /^0+$/.test(id);
  const lines = changes
    .filter(({ path, before }) =>
      none(before) ? !now.has(path) : now.get(path) === before
    )
    .map(({ path, mode, after }) =>
      none(after) ? `0 ${after}\t${path}\0` : `${mode} ${after} 0\t${path}\0`
    );
  await git.read(["update-index", "--add", "-z", "--index-info"], {
    stdin: encodeText(lines.join("")),
  });
}

/** The records of `git diff-tree -z --raw` (git-diff-tree(1)). */
function rawChanges(text: string) {
  const parts = text.split("\0");
  const changes = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, mode = "", before = "", after = ""] = parts[at]!.split(" ");
    changes.push({ mode, before, after, path: parts[at + 1]! });
  }
  return changes;
}
