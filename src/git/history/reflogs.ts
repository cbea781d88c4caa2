import { join } from "../../base/join.ts";
import type { System } from "../../system/system.ts";
import type { Git } from "../run/git.ts";
import { readIfThere } from "../run/settings.ts";
import { decodeBytes, grouped, splitFields, words } from "../text.ts";

/** Returns the new name of a branch that was renamed at or after `since`. */
export async function findRenamed(
  git: Git,
  branch: string,
  since: Date,
): Promise<string | undefined> {
  const log = await git.run(words(
    `log --walk-reflogs --branches --fixed-strings --date=unix -z
      --format=%gd%x00%gs`,
    "--grep-reflog=Branch: renamed refs/heads/",
    "--",
  ));
  const start = Math.floor(since.getTime() / 1000);
  const renames: { time: number; from: string; to: string }[] = [];
  // The newest entry comes first; the sort below keeps the reversed order.
  for (const [at, what] of grouped(splitFields(log.stdout), 2).reverse()) {
    const time = Number(/@\{(\d+)\}$/.exec(at!)?.[1]);
    const rename = /^Branch: renamed refs\/heads\/(.+) to refs\/heads\/(.+)$/
      .exec(what!);
    if (!rename || !(time >= start)) continue;
    renames.push({ time, from: rename[1]!, to: rename[2]! });
  }
  renames.sort((one, other) => one.time - other.time);
  let name = branch;
  for (const { from, to } of renames) if (from === name) name = to;
  return name === branch ? undefined : name;
}

/** The maximum number of entries of HEAD's reflog to search. */
const ENTRIES = 10_000;

/** Reads two columns of HEAD's reflog, newest first. */
async function readMoves(
  git: Git,
  columns: string,
): Promise<[string, string][]> {
  const log = await git.run(words(
    `log --walk-reflogs --max-count=${ENTRIES} --date=unix -z
      --format=${columns} HEAD --`,
  ));
  return grouped(splitFields(log.stdout), 2) as [string, string][];
}

/** A branch that this worktree left, with its commit at that time. */
interface LeftBranch {
  readonly branch: string;
  readonly commit: string;
}

/** Reads which branches this worktree left, newest first. */
export async function readLeft(git: Git): Promise<LeftBranch[]> {
  const entries = await readMoves(git, "%H%x00%gs");
  return entries.flatMap(([commit, what], at) => {
    const [, branch] = /^checkout: moving from (\S+) to /.exec(what) ?? [];
    if (branch === undefined) return [];
    // The previous entry has the commit, or else this one.
    return [{ branch, commit: entries[at + 1]?.[0] ?? commit }];
  });
}

/** Returns the commits that were made in this worktree, newest first. */
export async function readMadeHere(git: Git): Promise<string[]> {
  const entries = await readMoves(git, "%H%x00%gs");
  return entries.filter(([, what]) => /^commit\b/.test(what))
    .map(([commit]) => commit);
}

/**
 * Finds the commit of a branch when this worktree last left it; `undefined`:
 * HEAD's reflog does not show that it was here.
 */
export async function findLeft(
  git: Git,
  branch: string,
): Promise<string | undefined> {
  const left = await readLeft(git);
  return left.find((one) => one.branch === branch)?.commit;
}

/** Finds HEAD's commit at a time, as far as the reflog goes back. */
export async function findHeadAt(
  git: Git,
  time: Date,
): Promise<string | undefined> {
  const until = time.getTime() / 1000;
  const found = (await readMoves(git, "%gd%x00%H"))
    .find(([at]) => Number(/@\{(\d+)\}$/.exec(at)?.[1]) <= until);
  return found?.[1];
}

/** Returns whether a push or a fetch (or pull) last moved a ref. */
export async function lastMove(
  git: Git,
  ref: string,
): Promise<"push" | "fetch" | undefined> {
  const log = await git.run(
    words("log --walk-reflogs --max-count=1 -z --format=%gs", ref, "--"),
  );
  const [message = ""] = splitFields(log.stdout);
  if (message === "update by push") return "push";
  return /^(fetch|pull)\b/.test(message) ? "fetch" : undefined;
}

/** The maximum size in bytes, more than a shallow clone needs. */
const LIMIT = 50_000_000;

/** Returns the commits whose parents a shallow history lacks. */
export function readCuts(system: System, commonDir: string): Set<string> {
  const list = readIfThere(system, join(commonDir, "shallow"), LIMIT);
  return new Set(list && decodeBytes(list).split("\n").filter(Boolean));
}
