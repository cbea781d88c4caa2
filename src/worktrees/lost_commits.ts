import { dirname, join } from "@std/path";
import { isMissing } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import type { Git } from "../git/run/git.ts";
import { decodeBytes, encodeText } from "../git/text.ts";
import type { Survey, Surveyed } from "./survey.ts";

/** Bytes of a reflog that is read; of a longer one nothing could be told. */
const REFLOG_LIMIT = 64 * 1024 * 1024;

/** Files of a worktree's git folder whose lines begin with a commit. */
const POINTERS = ["ORIG_HEAD", "FETCH_HEAD", "REBASE_HEAD"];

/**
 * For each worktree the commits that its reflog alone leads to, such as one
 * made on a detached HEAD before another was checked out, or what was fetched
 * into it: the reflog goes with the worktree.
 */
export async function findLost(
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
  // A reflog may name commits that are gone by now.
  const args = ["rev-list", "--ignore-missing", "--stdin"];
  const stdin = encodeText(lines.map((line) => `${line}\n`).join(""));
  const lost = logs.flat().length === 0
    ? new Set<string>()
    : new Set(decodeBytes(await git.read(args, { stdin })).split("\n"));
  return logs.map((log) => log.filter((commit) => lost.has(commit)));
}

/** Commits that what goes with a worktree and its branch names. */
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

/**
 * The ids in the columns of a file, the last line first; none if there is no
 * such file. Throws FILE_FAILED.
 */
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
