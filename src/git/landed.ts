import { patchForm } from "../session/patch.ts";
import type { Failed, Landed } from "../session/worktree_facts.ts";
import type { DefaultBranch } from "./default_branch.ts";
import type { Git } from "./git.ts";
import { inParallel } from "./parallel.ts";
import { resolveNames } from "./refs.ts";
import { decodeBytes, encodeText, splitFields } from "./text.ts";
import { answered } from "./worktree_status.ts";

/** Commits whose patch is compared with that of a whole branch. */
const PATCH_LIMIT = 20;

/**
 * For each commit of `heads`, whether the default branch has all of its work:
 * one process for those it contains, a few for each other one.
 */
export async function findLanded(
  git: Git,
  heads: readonly string[],
  main: DefaultBranch,
): Promise<Map<string, Landed | Failed>> {
  const ahead = await answered(() => notContained(git, heads, main));
  if ("failed" in ahead) return new Map(heads.map((head) => [head, ahead]));
  const found = await inParallel([...new Set(heads)], async (head) => {
    const landed = ahead.has(head)
      ? await answered(() => landedElsewise(git, head, main))
      : { how: "contained", branch: main.tips[0]!.name } as const;
    return [head, landed] as const;
  });
  return new Map(found);
}

/** Those of `heads` that no tip of the default branch contains. */
async function notContained(
  git: Git,
  heads: readonly string[],
  { tips }: DefaultBranch,
): Promise<Set<string>> {
  if (heads.length === 0) return new Set();
  const lines = [...heads, ...tips.map(({ commit }) => `^${commit}`)];
  const missing = await git.read(
    ["--no-replace-objects", "rev-list", "--stdin"],
    { stdin: encodeText(lines.map((line) => `${line}\n`).join("")) },
  );
  const ahead = new Set(decodeBytes(missing).split("\n"));
  return new Set(heads.filter((head) => ahead.has(head)));
}

async function landedElsewise(
  git: Git,
  head: string,
  { name, tips }: DefaultBranch,
): Promise<Landed> {
  for (const tip of tips) {
    const how = await landedIn(git, tip.commit, head);
    if (how !== "no") return { how, branch: tip.name };
  }
  return { how: "no", branch: name };
}

async function landedIn(
  git: Git,
  tip: string,
  head: string,
): Promise<Landed["how"]> {
  const marks = decodeBytes(
    await git.read([
      "--no-replace-objects",
      "rev-list",
      "--left-right",
      "--cherry-mark",
      `${tip}...${head}`,
      "--",
    ]),
  );
  if (!/^>/m.test(marks)) {
    const equal = marks.split("\n").filter((line) => line.startsWith("="))
      .map((line) => line.slice(1));
    return await isCopied(git, { tip, head, equal }) ? "rebased" : "no";
  }
  // With nothing new in the default branch nothing can have got there.
  if (!/^</m.test(marks)) return "no";
  return await isSquashed(git, tip, head) ? "squashed" : "no";
}

/**
 * Whether each commit of `head` alone makes the very change of one of `tip`:
 * those that git calls equal may differ in white space.
 */
async function isCopied(
  git: Git,
  { tip, head, equal }: { tip: string; head: string; equal: string[] },
): Promise<boolean> {
  const stdin = encodeText(equal.map((id) => `${id}\n`).join(""));
  const [ids, patches] = await Promise.all([
    git.read(["--no-replace-objects", "rev-list", head, `^${tip}`, "--"]),
    git.read(patchArguments("--stdin"), { stdin }),
  ]);
  const mine = new Set(decodeBytes(ids).split("\n"));
  // Lines of a patch never begin with an id; an empty commit has no patch.
  const [, ...parts] = decodeBytes(patches).split(/^([0-9a-f]{40,64})\n/m);
  const forms = new Map<string, string>();
  for (let at = 0; at < parts.length; at += 2) {
    forms.set(parts[at]!, patchForm(parts[at + 1]!));
  }
  const formOf = (id: string) => forms.get(id) ?? "";
  const theirs = new Set(equal.filter((id) => !mine.has(id)).map(formOf));
  return equal.every((id) => !mine.has(id) || theirs.has(formOf(id)));
}

/** A commit of the default branch, and what it changes. */
interface Candidate {
  readonly commit: string;
  readonly tree: string;
  readonly changes: Changes;
}

/** Modes and object id after a change, by path. */
type Changes = ReadonlyMap<string, string>;

/**
 * Whether one commit of `tip` brought what all commits of `head` together
 * change: the same files with the same result, or by the same patch, or the
 * same whole tree.
 */
async function isSquashed(
  git: Git,
  tip: string,
  head: string,
): Promise<boolean> {
  const [net, candidates, trees] = await Promise.all([
    readNet(git, tip, head),
    readCandidates(git, tip, head),
    resolveNames(git, [`${head}^{tree}`]),
  ]);
  // Work that was taken back is in the history alone, and only there.
  if (net.size === 0) return false;
  const tree = trees.get(`${head}^{tree}`);
  if (candidates.some((one) => one.tree === tree)) return true;
  const alike = candidates.filter(({ changes }) => samePaths(changes, net));
  if (alike.some(({ changes }) => sameResult(changes, net))) return true;
  if (alike.length === 0) return false;
  const patch = await readPatch(git, ["--merge-base", tip, head]);
  for (const { commit } of alike.slice(0, PATCH_LIMIT)) {
    if (await readPatch(git, [commit]) === patch) return true;
  }
  return false;
}

function samePaths(one: Changes, other: Changes): boolean {
  return one.size === other.size && [...one.keys()].every((k) => other.has(k));
}

function sameResult(one: Changes, other: Changes): boolean {
  return [...one].every(([path, result]) => other.get(path) === result);
}

const RAW = ["--raw", "-z", "--no-abbrev", "--no-renames"];

async function readNet(git: Git, tip: string, head: string): Promise<Changes> {
  const args = ["diff-tree", "-r", ...RAW, "--merge-base", tip, head];
  const raw = await git.read(["--no-replace-objects", ...args]);
  const changes = new Map<string, string>();
  for (const [path, result] of rawLines(splitFields(raw))) {
    changes.set(path, result);
  }
  return changes;
}

async function readCandidates(
  git: Git,
  tip: string,
  head: string,
): Promise<Candidate[]> {
  const log = await git.read([
    "--no-replace-objects",
    "log",
    "--no-merges",
    "--format=%x01%H %T",
    ...RAW,
    tip,
    `^${head}`,
    "--",
  ]);
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

async function readPatch(git: Git, commits: readonly string[]) {
  const args = [...patchArguments("--no-commit-id"), ...commits];
  return patchForm(decodeBytes(await git.read(args)));
}

function patchArguments(...more: readonly string[]): string[] {
  return [
    "--no-replace-objects",
    "diff-tree",
    "-r",
    "-p",
    "--full-index",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    ...more,
  ];
}
