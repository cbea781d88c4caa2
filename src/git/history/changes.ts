import type { Git } from "../run/git.ts";
import { splitFields, words } from "../text.ts";
import type { TreeEntry } from "../tree/snapshot.ts";

/** A difference between two trees; mode 0: the path does not exist. */
export interface RawChange {
  readonly before: TreeEntry;
  readonly after: TreeEntry;
  /** Letter of `git diff --name-status`: A, C, D, M, R or T. */
  readonly status: string;
  readonly path: string;
  /** The old path of a rename or copy. */
  readonly from?: string;
}

/**
 * Parses `--raw -z`, described in git-diff-tree(1), "Raw output format":
 * `:100644 100644 <old> <new> M\0path\0`, or `… R087\0from\0to\0`.
 */
export function parseRaw(fields: readonly string[]): RawChange[] {
  const changes: RawChange[] = [];
  for (let at = 0; at + 1 < fields.length;) {
    const [mode = "", newMode = "", id = "", newId = "", letters = ""] = fields[
      at
    ]!.slice(1).split(" ");
    const status = letters[0]!;
    const isMoved = status === "R" || status === "C";
    changes.push({
      before: { mode, id },
      after: { mode: newMode, id: newId },
      status,
      path: fields[at + (isMoved ? 2 : 1)]!,
      ...(isMoved ? { from: fields[at + 1]! } : {}),
    });
    at += isMoved ? 3 : 2;
  }
  return changes;
}

/** Returns whether a mode or an ID has only zeros, which mean nothing. */
export function isZeroId(zeros: string): boolean {
  return /^0+$/.test(zeros);
}

export interface CommittedFile extends Omit<RawChange, "before" | "after"> {
  /** Object ID of the new content; for a submodule, its commit. */
  readonly object: string;
}

/** Returns the differences of two commits; `undefined`: one is missing. */
export async function tryFileChanges(
  git: Git,
  from: string,
  to: string,
): Promise<CommittedFile[] | undefined> {
  const result = await git.run(diffArgs("--find-renames", from, to));
  return result.status === 0 ? filesIn(result.stdout) : undefined;
}

/** Like {@link tryFileChanges}, for existing commits, perhaps no renames. */
export async function readFileChanges(
  git: Git,
  from: string,
  to: string,
): Promise<CommittedFile[]> {
  const found = await tryFileChanges(git, from, to);
  return found ??
    filesIn(await git.read(diffArgs("--no-renames", from, to)));
}

function diffArgs(...ends: readonly string[]): string[] {
  return words(
    `diff-tree -r -z --raw --no-abbrev --no-relative
      --ignore-submodules=none`,
    ...ends,
    "--",
    // This also works for a project in a subfolder.
    ":(top,exclude,glob)**/.claude-mpm/**",
  );
}

function filesIn(output: Uint8Array): CommittedFile[] {
  return parseRaw(splitFields(output)).map(({ before: _, after, ...rest }) => ({
    ...rest,
    object: after.id,
  }));
}

/** The maximum number of paths for git; otherwise all paths are listed. */
const PATH_LIMIT = 100;

/** Their maximum length: a command line on Windows has 32,767 characters. */
const LENGTH_LIMIT = 16_000;

/** The changes that commits made to paths. */
export interface Touched {
  /** Changed in any way. */
  readonly touched: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

/**
 * Returns what commits of HEAD since the base (or any commits) did to `gone`
 * and `differing` paths. The two ends do not show a file that was added and
 * removed again, nor whether HEAD made or left a commit.
 */
export async function findTouched(
  git: Git,
  { base, right }: { base: string | undefined; right: readonly unknown[] },
  { gone, differing }: {
    gone: readonly string[];
    differing: readonly string[];
  },
): Promise<Touched> {
  const touched = new Set<string>();
  const removed = new Set<string>();
  const asked = new Set([...gone, ...differing]);
  const isStill = base !== undefined && right.length === 0;
  if (asked.size === 0 || isStill) return { touched, removed };
  const log = await git.read(words(
    "log --format= -z --full-history --no-renames --name-status",
    ...(differing.length === 0 ? ["--diff-filter=D"] : []),
    base === undefined ? "HEAD" : `${base}..HEAD`,
    "--",
    ...asArguments([...asked]),
  ));
  const fields = splitFields(log);
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const path = fields[at + 1]!;
    if (!asked.has(path)) continue;
    touched.add(path);
    if (fields[at] === "D") removed.add(path);
  }
  return { touched, removed };
}

function asArguments(paths: readonly string[]): string[] {
  const names = paths.map((path) => `:(top,literal)${path}`);
  const length = names.reduce((sum, name) => sum + name.length + 1, 0);
  return names.length > PATH_LIMIT || length > LENGTH_LIMIT ? [] : names;
}
