import type { Git } from "../run/git.ts";
import { resolveNames } from "../refs.ts";
import { decodeBytes } from "../text.ts";

/** A local branch, or what a remote says its default one is. */
export interface BranchRef {
  /** Full name. */
  readonly ref: string;
  readonly commit: string;
  /** What a remote's HEAD stands for. */
  readonly target: string | undefined;
  /** Full name of the upstream, which need not exist. */
  readonly upstream: string | undefined;
  /** The settings `branch.<name>.remote` and `.merge` that name it. */
  readonly remote: string;
  readonly merge: string;
}

/** The branch that work is merged into. */
export interface DefaultBranch {
  /** Short, e.g. `main`. */
  readonly name: string;
  /** It and its upstream, as far as they exist; at least one. */
  readonly tips: readonly { name: string; commit: string }[];
}

const FORMAT = [
  "%(refname)",
  "%(objectname)",
  "%(symref)",
  "%(upstream)",
  "%(upstream:remotename)",
  "%(upstream:remoteref)",
].join("%00");

/** All local branches and the remotes' default ones. Throws GIT_FAILED. */
export async function readBranches(git: Git): Promise<BranchRef[]> {
  const list = await git.read([
    "for-each-ref",
    `--format=${FORMAT}`,
    "refs/heads",
    "refs/remotes/*/HEAD",
  ]);
  return decodeBytes(list).split("\n").slice(0, -1).map((line) => {
    const [ref, commit, target, upstream, remote, merge] = line.split("\0");
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

/**
 * The default branch: what the remote calls so, else `main` or `master`, else
 * the branch of the main worktree (`mainRef`), which no clean-up removes.
 */
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
  return {
    name,
    tips: [...tips].map(([name, commit]) => ({ name, commit })),
  };
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
