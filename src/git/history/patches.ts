import { resolveNames } from "../branches.ts";
import type { Range } from "./log.ts";
import type { Git } from "../run/git.ts";
import { allEnded, decodeBytes, splitFields, words } from "../text.ts";

/**
 * A patch as git prints it without what depends on where it is applied: line
 * numbers, the words behind them, and the ids of files whose lines are shown.
 * Of a binary file, which is only said to differ, the ids stay. Two patches
 * that are the same in this form make the same change.
 */
export function patchForm(patch: string): string {
  // Only lines of files begin with a blank, a sign or a backslash.
  return patch.split(/^(?=diff --git )/m).map((file) =>
    /^@@ /m.test(file)
      ? file.replace(/^index .*\n/m, "").replace(/^@@ .*$/mg, "@@")
      : file
  ).join("");
}

/** Commits of the two sides together whose patches are compared. */
const COMPARED = 2_000;

/**
 * The commits on either side of a range that have an equal patch on the other,
 * with the id of that patch, empty for a commit that changes no content;
 * `undefined` where there are too many to compare. Merges have no patch. A
 * partial clone without the contents ends here as well.
 */
export async function readEqualPatches(
  git: Git,
  base: string,
  range: Range,
): Promise<Map<string, string> | undefined> {
  const { left, right, omitted } = range;
  if (left.length === 0 || right.length === 0) return new Map();
  if (omitted > 0 || left.length + right.length > COMPARED) return undefined;
  const found = await git.run(
    words("rev-list --left-right --cherry-mark", `${base}...HEAD`, "--"),
  );
  if (found.status !== 0) return undefined;
  const equal = decodeBytes(found.stdout).split("\n")
    .filter((line) => line[0] === "=").map((line) => line.slice(1));
  return equal.length === 0 ? new Map() : await readPatchIds(git, equal);
}

/** The ids of patches, which tell which of the equal ones belong together. */
async function readPatchIds(
  git: Git,
  commits: readonly string[],
): Promise<Map<string, string> | undefined> {
  const patches = await git.run(
    words(`diff-tree --stdin --root -p --full-index --no-ext-diff
        --no-textconv`),
    { stdin: new TextEncoder().encode(`${commits.join("\n")}\n`) },
  );
  if (patches.status !== 0) return undefined;
  const ids = await git.run(["patch-id", "--stable"], {
    stdin: patches.stdout,
  });
  if (ids.status !== 0) return undefined;
  const found = new Map(commits.map((commit) => [commit, ""]));
  for (const line of decodeBytes(ids.stdout).split("\n")) {
    const [patch, commit] = line.split(" ");
    if (patch && commit) found.set(commit, patch);
  }
  return found;
}

/** Commits whose patch is compared with that of a whole branch. */
const PATCH_LIMIT = 20;

/** A commit that holds the work of several others. */
export interface Squash {
  readonly commit: string;
  /** `commit`: that one brought all of it; `tree`: its tree is the same. */
  readonly how: "commit" | "tree";
}

/** A commit of the tip, and what it changes. */
interface Candidate {
  readonly commit: string;
  readonly tree: string;
  readonly changes: Changes;
}

/** Modes and object id after a change, by path. */
type Changes = ReadonlyMap<string, string>;

/**
 * Returns the commit of `tip` that brought what all commits of `head` together
 * change: the same files with the same result, or by the same patch; else one
 * with the same whole tree. What `paths`, a pathspec, leaves out does not count.
 */
export async function findSquash(
  git: Git,
  { tip, head, paths = [] }: {
    tip: string;
    head: string;
    paths?: readonly string[];
  },
): Promise<Squash | undefined> {
  const [net, candidates, trees] = await allEnded([
    readNet(git, { tip, head, paths }),
    readCandidates(git, { tip, head, paths }),
    resolveNames(git, [`${head}^{tree}`]),
  ]);
  // Work that was taken back is in the history alone, and only there.
  if (net.size === 0) return undefined;
  const alike = candidates.filter(({ changes }) => samePaths(changes, net));
  const same = alike.find(({ changes }) => sameResult(changes, net));
  if (same) return { commit: same.commit, how: "commit" };
  const tree = trees.get(`${head}^{tree}`);
  const whole = candidates.find((one) => one.tree === tree);
  if (whole) return { commit: whole.commit, how: "tree" };
  if (alike.length === 0) return undefined;
  const patch = await readPatch(git, ["--merge-base", tip, head], paths);
  for (const { commit } of alike.slice(0, PATCH_LIMIT)) {
    if (await readPatch(git, [commit], paths) === patch) {
      return { commit, how: "commit" };
    }
  }
  return undefined;
}

function samePaths(one: Changes, other: Changes): boolean {
  return one.size === other.size && [...one.keys()].every((k) => other.has(k));
}

function sameResult(one: Changes, other: Changes): boolean {
  return [...one].every(([path, result]) => other.get(path) === result);
}

const RAW = ["--raw", "-z", "--no-abbrev", "--no-renames"];

interface Ends {
  readonly tip: string;
  readonly head: string;
  readonly paths: readonly string[];
}

async function readNet(git: Git, { tip, head, paths }: Ends): Promise<Changes> {
  const ends = ["--merge-base", tip, head, "--", ...paths];
  const args = ["diff-tree", "-r", ...RAW, ...ends];
  const raw = await git.read(["--no-replace-objects", ...args]);
  const changes = new Map<string, string>();
  for (const [path, result] of rawLines(splitFields(raw))) {
    changes.set(path, result);
  }
  return changes;
}

async function readCandidates(
  git: Git,
  { tip, head, paths }: Ends,
): Promise<Candidate[]> {
  const log = await git.read(
    words(
      "--no-replace-objects log --no-merges --full-history",
      "--format=%x01%H %T",
      ...RAW,
      tip,
      `^${head}`,
      "--",
      ...paths,
    ),
  );
  const found: (Candidate & { changes: Map<string, string> })[] = [];
  for (const [path, result] of rawLines(splitFields(log))) {
    if (path !== "") found.at(-1)!.changes.set(path, result);
    else {
      const [commit, tree] = result.split(" ");
      found.push({ commit: commit!, tree: tree!, changes: new Map() });
    }
  }
  return found;
}

/**
 * Path and result of each line of `--raw -z`; without a path, the commit that
 * the next lines belong to.
 */
function* rawLines(fields: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at]!.replace(/^\n/, "");
    if (field.startsWith("\x01")) yield ["", field.slice(1)];
    if (!field.startsWith(":")) continue;
    const [, mode, , object] = field.split(" ");
    yield [fields[++at] ?? "?", `${mode} ${object}`];
  }
}

async function readPatch(
  git: Git,
  commits: readonly string[],
  paths: readonly string[],
): Promise<string> {
  const args = [
    ...patchArguments("--no-commit-id"),
    ...commits,
    "--",
    ...paths,
  ];
  return patchForm(decodeBytes(await git.read(args)));
}

/** Arguments for the patches of commits, as {@link patchForm} reads them. */
export function patchArguments(...more: readonly string[]): string[] {
  return words(
    `--no-replace-objects diff-tree -r -p --full-index --no-renames
        --no-ext-diff --no-textconv`,
    ...more,
  );
}
