import { resolveNames } from "../branches.ts";
import type { Git } from "../run/git.ts";
import {
  allEnded,
  decodeBytes,
  lined,
  linesOf,
  splitFields,
  words,
} from "../text.ts";
import { parseRaw, type RawChange } from "./changes.ts";
import type { Range } from "./log.ts";

/** Returns the git arguments that print patches for {@link patchForm}. */
export function patchArguments(...more: readonly string[]): string[] {
  return words(
    `--no-replace-objects diff-tree -r -p --full-index --no-renames
      --no-ext-diff --no-textconv`,
    ...more,
  );
}

/**
 * Returns a patch without the parts that depend on its position. These are line
 * numbers, the words after them, and the IDs of files whose lines are shown.
 * Two patches with the same form make the same change.
 */
export function patchForm(patch: string): string {
  // Only lines of files begin with a blank, a sign or a backslash.
  return patch.split(/^(?=diff --git )/m).map((file) =>
    /^@@ /m.test(file)
      ? file.replace(/^index .*\n/m, "").replace(/^@@ .*$/mg, "@@")
      : file
  ).join("");
}

/** The maximum number of commits whose patches are compared. */
const MOST_COMMITS = 2_000;

/**
 * Returns the commits of a range whose patch is equal to one on the other side,
 * each with its patch ID, empty without changes. `undefined`: too many, or
 * contents are missing. Merges have no patch.
 */
export async function readEqualPatches(
  git: Git,
  base: string,
  { left, right, omitted }: Range,
): Promise<Map<string, string> | undefined> {
  if (left.length === 0 || right.length === 0) return new Map();
  if (omitted > 0 || left.length + right.length > MOST_COMMITS) {
    return undefined;
  }
  const marked = words("rev-list --left-right --cherry-mark");
  const found = await git.run([...marked, `${base}...HEAD`, "--"]);
  if (found.status !== 0) return undefined;
  const equal = linesOf(found.stdout).filter((line) => line[0] === "=")
    .map((line) => line.slice(1));
  if (equal.length === 0) return new Map();
  // The patch IDs show which of the equal commits belong together.
  const patches = await git.run(
    words(
      "diff-tree --stdin --root -p --full-index --no-ext-diff --no-textconv",
    ),
    { stdin: lined(equal) },
  );
  if (patches.status !== 0) return undefined;
  const ids = await git.run(words("patch-id --stable"), {
    stdin: patches.stdout,
  });
  if (ids.status !== 0) return undefined;
  const byCommit = new Map(equal.map((commit) => [commit, ""]));
  for (const line of linesOf(ids.stdout)) {
    const [patch, commit] = line.split(" ");
    if (patch && commit) byCommit.set(commit, patch);
  }
  return byCommit;
}

/** The maximum number of commits to compare with a whole branch. */
const MOST_PATCHES = 20;

/** A commit that contains the work of several others. */
export interface Squash {
  readonly commit: string;
  /** `commit`: it brought all of the work; `tree`: its tree is the same. */
  readonly how: "commit" | "tree";
}

/** A commit of the tip, and its changes. */
interface Candidate {
  readonly commit: string;
  readonly tree: string;
  readonly changes: Map<string, string>;
}

interface Ends {
  readonly tip: string;
  readonly head: string;
  /** A pathspec; excluded paths do not count. */
  readonly paths?: readonly string[];
}

/**
 * Returns the commit of `tip` that brought the combined change of `head`: the
 * same results or the same patch, or else the same whole tree.
 */
export async function findSquash(
  git: Git,
  { tip, head, paths = [] }: Ends,
): Promise<Squash | undefined> {
  const ends = { tip, head, paths };
  const [net, candidates, trees] = await allEnded([
    readNet(git, ends),
    readCandidates(git, ends),
    resolveNames(git, [`${head}^{tree}`]),
  ]);
  // Work that was undone is only in the history.
  if (net.size === 0) return undefined;
  const alike = candidates.filter(({ changes }) =>
    changes.size === net.size && [...changes.keys()].every((at) => net.has(at))
  );
  const same = alike.find(({ changes }) =>
    [...changes].every(([path, result]) => net.get(path) === result)
  );
  if (same) return { commit: same.commit, how: "commit" };
  const tree = trees.get(`${head}^{tree}`);
  const whole = candidates.find((one) => one.tree === tree);
  if (whole) return { commit: whole.commit, how: "tree" };
  if (alike.length === 0) return undefined;
  const patch = await readPatch(git, ["--merge-base", tip, head], paths);
  for (const { commit } of alike.slice(0, MOST_PATCHES)) {
    if (await readPatch(git, [commit], paths) === patch) {
      return { commit, how: "commit" };
    }
  }
  return undefined;
}

const RAW = words("--raw -z --no-abbrev --no-renames");

function resultOf({ path, after }: RawChange): [string, string] {
  return [path, `${after.mode} ${after.id}`];
}

/** Reads the results of all changes together, by path. */
async function readNet(
  git: Git,
  { tip, head, paths = [] }: Ends,
): Promise<ReadonlyMap<string, string>> {
  const args = words("--no-replace-objects diff-tree -r", ...RAW);
  const ends = ["--merge-base", tip, head, "--", ...paths];
  const raw = await git.read([...args, ...ends]);
  return new Map(parseRaw(splitFields(raw)).map(resultOf));
}

async function readCandidates(
  git: Git,
  { tip, head, paths = [] }: Ends,
): Promise<Candidate[]> {
  const args = words(
    "--no-replace-objects log --no-merges --full-history",
    "--format=%x01%H %T",
    ...RAW,
  );
  const fields = splitFields(
    await git.read([...args, tip, `^${head}`, "--", ...paths]),
  );
  const found: Candidate[] = [];
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at]!.replace(/^\n/, "");
    if (field.startsWith("\x01")) {
      const [commit, tree] = field.slice(1).split(" ");
      found.push({ commit: commit!, tree: tree!, changes: new Map() });
    } else if (field.startsWith(":")) {
      const [change] = parseRaw([field, fields[++at] ?? "?"]);
      found.at(-1)!.changes.set(...resultOf(change!));
    }
  }
  return found;
}

async function readPatch(
  git: Git,
  commits: readonly string[],
  paths: readonly string[],
): Promise<string> {
  const args = patchArguments("--no-commit-id");
  const patch = await git.read([...args, ...commits, "--", ...paths]);
  return patchForm(decodeBytes(patch));
}

/**
 * Returns patches by commit ID, without merges and changes of more than `most`
 * lines. Runs nothing that the repository names.
 */
export async function readPatches(
  git: Git,
  commits: readonly string[],
  most: number,
): Promise<Map<string, string>> {
  const diff = words("diff-tree --stdin --root -r --no-renames --no-color");
  const plain = ["--no-ext-diff", "--no-textconv"];
  const counts = await git.run([...diff, "--numstat", ...plain], {
    stdin: lined(commits),
  });
  const small = [...byCommit(decodeBytes(counts.stdout))]
    .filter(([, rows]) => linesIn(rows) <= most).map(([commit]) => commit);
  if (small.length === 0) return new Map();
  const { stdout } = await git.run([...diff, "-p", ...plain], {
    stdin: lined(small),
  });
  return byCommit(decodeBytes(stdout));
}

/** Returns the number of lines that `--numstat` counts; 0 for a binary file. */
function linesIn(rows: string): number {
  return rows.split("\n").map((row) => row.split("\t", 2).map(Number))
    .reduce((sum, [added, gone]) => sum + (added || 0) + (gone || 0), 0);
}

/** Returns the output for each commit, whose ID git writes before it. */
function byCommit(output: string): Map<string, string> {
  const parts = output.split(/^([0-9a-f]{40}|[0-9a-f]{64})\n/m);
  const found = new Map<string, string>();
  for (let at = 1; at + 1 < parts.length; at += 2) {
    found.set(parts[at]!, parts[at + 1]!);
  }
  return found;
}
