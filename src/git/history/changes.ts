import type { Git } from "../run/git.ts";
import { splitFields, words } from "../text.ts";

/** What commits did to a file. */
export interface CommittedFile {
  /** Letter of `git diff --name-status`: A, C, D, M, R or T. */
  readonly status: string;
  readonly path: string;
  /** Where it was renamed or copied from. */
  readonly from?: string;
  /** Object id of the new content, of a submodule its commit. */
  readonly object: string;
}

/**
 * What differs between two commits, with renames, mpm's own folder left out;
 * `undefined` if git does not know one of them.
 */
export async function tryFileChanges(
  git: Git,
  from: string,
  to: string,
): Promise<CommittedFile[] | undefined> {
  const result = await git.run(diffArgs("--find-renames", from, to));
  return result.status === 0 ? parseRaw(result.stdout) : undefined;
}

/**
 * As {@link tryFileChanges}, between commits that are known to exist. A
 * partial clone may lack the contents that renames are found by; what changed
 * is then told without them.
 */
export async function readFileChanges(
  git: Git,
  from: string,
  to: string,
): Promise<CommittedFile[]> {
  const found = await tryFileChanges(git, from, to);
  return found ??
    parseRaw(await git.read(diffArgs("--no-renames", from, to)));
}

function diffArgs(renames: string, from: string, to: string): string[] {
  return [
    "diff-tree",
    "-r",
    "-z",
    "--raw",
    "--no-abbrev",
    "--no-relative",
    "--ignore-submodules=none",
    renames,
    from,
    to,
    "--",
    // Of a project in a subfolder, too.
    ":(top,exclude,glob)**/.claude-mpm/**",
  ];
}

/**
 * Reads `--raw -z`, described in git-diff-tree(1), "Raw output format":
 * `:100644 100644 <old> <new> M\0path\0`, or `… R087\0from\0to\0`.
 */
export function parseRaw(output: Uint8Array): CommittedFile[] {
  const changes: CommittedFile[] = [];
  const fields = splitFields(output);
  for (let at = 0; at < fields.length;) {
    const [, , , object = "", letters = ""] = fields[at]!.split(" ");
    const status = letters[0]!;
    const two = status === "R" || status === "C";
    const path = fields[at + (two ? 2 : 1)]!;
    const from = two ? { from: fields[at + 1]! } : {};
    changes.push({ status, path, ...from, object });
    at += two ? 3 : 2;
  }
  return changes;
}

/** Paths asked for by name; with more, or longer ones, all are listed. */
const PATH_LIMIT = 100;

/** Characters of these paths: a command line on Windows has 32,767. */
const LENGTH_LIMIT = 16_000;

/** What commits did to paths. */
export interface Touched {
  /** Changed in whatever way. */
  readonly touched: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

/**
 * What commits of HEAD since the base (without a base, any commit) did to
 * `gone` and `differing` paths. Of a file that came and went, the difference of
 * the two ends does not show it; of one that differs, the difference does not
 * tell whether a commit of HEAD or one that HEAD left is the reason.
 */
export async function findTouched(
  git: Git,
  way: { base: string | undefined; right: readonly unknown[] },
  { gone, differing }: {
    gone: readonly string[];
    differing: readonly string[];
  },
): Promise<Touched> {
  const still = way.base !== undefined && way.right.length === 0;
  const paths = [...new Set([...gone, ...differing])];
  if (paths.length === 0 || still) {
    return { touched: new Set(), removed: new Set() };
  }
  const log = await git.read(
    words(
      "log --format= -z --full-history --no-renames",
      ...(differing.length === 0 ? ["--diff-filter=D"] : []),
      "--name-status",
      way.base === undefined ? "HEAD" : `${way.base}..HEAD`,
      "--",
      ...asArguments(paths),
    ),
  );
  return parseTouched(splitFields(log), new Set(paths));
}

function asArguments(paths: readonly string[]): string[] {
  const names = paths.map((path) => `:(top,literal)${path}`);
  const length = names.reduce((sum, name) => sum + name.length + 1, 0);
  return names.length > PATH_LIMIT || length > LENGTH_LIMIT ? [] : names;
}

/** Reads pairs of a letter and a path, of which only `asked` ones count. */
function parseTouched(
  fields: readonly string[],
  asked: ReadonlySet<string>,
): Touched {
  const touched = new Set<string>();
  const removed = new Set<string>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const path = fields[at + 1]!;
    if (!asked.has(path)) continue;
    touched.add(path);
    if (fields[at] === "D") removed.add(path);
  }
  return { touched, removed };
}
