import { join } from "@std/path";
import type { System } from "../../system/system.ts";
import { Git } from "../../git/run/git.ts";
import { decodeBytes, encodeText } from "../../git/text.ts";

/** A remote-tracking branch with saves. */
export interface RemoteSaves {
  /** E.g. `origin/feature/auth`. */
  readonly branch: string;
  /** The ids of its saves, the newest first. */
  readonly ids: readonly string[];
}

/** Branches that are asked, those with the newest commits. */
const BRANCHES = 50;

/** Folders of saves that are read; branches often share one. */
const FOLDERS = 10;

const FOLDER = ".claude-mpm/sessions";

/**
 * Finds the saves in the newest commits of remote-tracking branches, as they
 * were fetched: three git processes, none where there is no such branch. Empty
 * where git cannot say.
 */
export async function findRemoteSaves(
  system: System,
  { root, commonDir }: { root: string; commonDir: string | undefined },
): Promise<RemoteSaves[]> {
  if (commonDir === undefined || !mayHaveRemotes(system, commonDir)) return [];
  const git = new Git(system, root);
  const branches = await remoteBranches(git);
  const trees = await foldersOf(git, branches);
  const wanted = [...new Set(trees)].filter((tree) => tree !== undefined)
    .slice(0, FOLDERS);
  const names = await readFolders(git, wanted);
  return branches.flatMap((branch, at) => {
    const ids = names.get(trees[at] ?? "") ?? [];
    return ids.length === 0 ? [] : [{ branch, ids }];
  });
}

function mayHaveRemotes({ files }: System, commonDir: string): boolean {
  return ["refs/remotes", "packed-refs", "reftable"]
    .some((name) => files.lstat(join(commonDir, name)) !== undefined);
}

/** Short names, without those that only stand for another branch. */
async function remoteBranches(git: Git): Promise<string[]> {
  const { status, stdout } = await git.run([
    "for-each-ref",
    "--sort=-committerdate",
    `--count=${BRANCHES}`,
    "--format=%(refname) %(symref)",
    "refs/remotes",
  ]);
  if (status !== 0) return [];
  return decodeBytes(stdout).split("\n").filter((line) => line.endsWith(" "))
    .map((line) => line.trimEnd().slice("refs/remotes/".length));
}

/** Returns which of the names are local branches, and whether a worktree has them. */
export async function findLocal(
  system: System,
  root: string,
  names: readonly string[],
): Promise<Map<string, "free" | "checked out">> {
  if (names.length === 0) return new Map();
  const refs = names.map((name) => `refs/heads/${name}`);
  const { stdout } = await new Git(system, root).run([
    "for-each-ref",
    "--format=%(refname) %(worktreepath)",
    ...refs,
  ]);
  const lines = decodeBytes(stdout).split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => {
    const at = line.indexOf(" ");
    const name = line.slice("refs/heads/".length, at);
    return [name, at === line.length - 1 ? "free" : "checked out"] as const;
  }));
}

/** The tree of each branch's folder of saves. */
async function foldersOf(
  git: Git,
  branches: readonly string[],
): Promise<(string | undefined)[]> {
  if (branches.length === 0) return [];
  const lines = branches.map((name) => `refs/remotes/${name}:${FOLDER}\n`);
  const { stdout } = await git.run(["cat-file", "--batch-check"], {
    stdin: encodeText(lines.join("")),
  });
  const answers = decodeBytes(stdout).split("\n");
  return branches.map((_, at) =>
    /^([0-9a-f]{40,64}) tree /.exec(answers[at] ?? "")?.[1]
  );
}

/** The ids of the saves in each tree, in one process. */
async function readFolders(
  git: Git,
  trees: readonly string[],
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (trees.length === 0) return found;
  const { stdout } = await git.run(["cat-file", "--batch"], {
    stdin: encodeText(trees.map((tree) => `${tree}\n`).join("")),
  });
  for (let at = 0; at < stdout.length;) {
    const line = stdout.indexOf(0x0a, at);
    const head = decodeBytes(stdout.subarray(at, line < 0 ? undefined : line));
    const [, tree, size] = /^([0-9a-f]{40,64}) tree (\d+)$/.exec(head) ?? [];
    if (tree === undefined) break;
    const end = line + 1 + Number(size);
    found.set(tree, savesIn(stdout.subarray(line + 1, end)));
    at = end + 1;
  }
  return found;
}

/** Names in the bytes of a tree end in NUL; an id has letters and digits alone. */
function savesIn(tree: Uint8Array): string[] {
  const names = new TextDecoder("latin1").decode(tree)
    .matchAll(/ (session-\d{8}-\d{6})\.json\0/g);
  return [...names].map(([, id]) => id!).sort().reverse();
}
