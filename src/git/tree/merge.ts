import { MpmError } from "../../base/errors.ts";
import { type Git, gitFailure } from "../run/git.ts";
import {
  decodeBytes,
  encodeText,
  splitFields,
  words,
  zeroed,
} from "../text.ts";
import { treeChanges } from "./trees.ts";
import { isOlder, OLDEST_GIT, parseGitVersion } from "../run/version.ts";
import { readAttributes, settingNames } from "../run/filters.ts";

/** The result of a merge of three trees: a tree, or the paths in conflict. */
export type MergedTree =
  | { readonly tree: string; readonly conflicts?: undefined }
  | {
    readonly tree?: undefined;
    readonly conflicts: readonly string[];
    /** A tree with conflict markers; absent: git merged nothing. */
    readonly marked?: string;
  };

/** Author of commits that only hold trees for a moment. */
const NOBODY: Readonly<Record<string, string>> = Object.fromEntries(
  ["AUTHOR", "COMMITTER"].flatMap((role) => [
    [`GIT_${role}_NAME`, "mpm"],
    [`GIT_${role}_EMAIL`, "mpm@localhost"],
    [`GIT_${role}_DATE`, "@0 +0000"],
  ]),
);

/** Overrides of settings, so that a merge depends only on the trees. */
const PLAIN = words(
  `merge.renormalize=false merge.default=text merge.renames=true
      merge.directoryRenames=false merge.conflictStyle=merge`,
).flatMap((setting) => ["-c", setting]);

/**
 * Merges the changes from tree `base` to `theirs` into `ours`; only objects are
 * written. A file for a merge driver, which mpm does not run, counts as a
 * conflict. Throws CONFLICT with a git before 2.38, GIT_FAILED.
 */
export async function mergeTrees(
  git: Git,
  { base, ours, theirs, instead }: {
    base: string;
    ours: string;
    theirs: string;
    /** The hint to show if git is too old. */
    instead?: string;
  },
): Promise<MergedTree> {
  if (theirs === base) return { tree: ours };
  if (ours === base || ours === theirs) return { tree: theirs };
  const driven = await drivenPaths(git, { base, ours, theirs });
  if (driven.length > 0) return { conflicts: driven };
  const root = await commitOf(git, base, []);
  const sides = await Promise.all(
    [ours, theirs].map((tree) => commitOf(git, tree, [root])),
  );
  const args = [
    ...PLAIN,
    "merge-tree",
    "--write-tree",
    "-z",
    "--name-only",
    "--no-messages",
    ...sides,
  ];
  const done = await git.run(args);
  const [tree, ...paths] = splitFields(done.stdout);
  if (done.status === 0) return { tree: tree! };
  if (done.status === 1) {
    // Git adds the side to the name of a file that is in the way of a folder.
    const plain = paths.filter((path) => path !== "")
      .map((path) =>
        sides.reduce((name, id) => name.replace(`~${id}`, ""), path)
      );
    return { conflicts: [...new Set(plain)].sort(), marked: tree! };
  }
  const version = parseGitVersion(decodeBytes(await git.read(["version"])));
  if (version && isOlder(version, OLDEST_GIT)) {
    throw new MpmError(
      "CONFLICT",
      "The installed git is too old to merge files without a worktree",
      { hint: instead ?? "Install git 2.38 or later" },
    );
  }
  throw gitFailure(["merge-tree"], done);
}

async function commitOf(
  git: Git,
  tree: string,
  parents: readonly string[],
): Promise<string> {
  const args = ["commit-tree", ...parents.flatMap((id) => ["-p", id])];
  const output = await git.read([
    "-c",
    "commit.gpgSign=false",
    ...args,
    "-F",
    "-",
    tree,
  ], {
    env: NOBODY,
    stdin: encodeText("mpm"),
  });
  return decodeBytes(output).trim();
}

/** Returns a copy of a tree without the name `without` at its top. */
export async function treeWithout(
  git: Git,
  tree: string,
  without: string,
): Promise<string> {
  const entries = splitFields(await git.read(["ls-tree", "-z", tree]))
    .filter((entry) => entry.slice(entry.indexOf("\t") + 1) !== without);
  return await makeTree(git, entries);
}

/** Replaces the content of a file in a tree. Returns the ID of the new tree. */
export async function treeWithFile(
  git: Git,
  tree: string,
  { path, content }: { path: string; content: Uint8Array },
): Promise<string> {
  const args = ["hash-object", "-w", "--stdin"];
  const blob = decodeBytes(await git.read(args, { stdin: content })).trim();
  const replaced = async (
    tree: string,
    [wanted, ...below]: readonly string[],
  ): Promise<string> => {
    const entries = splitFields(await git.read(["ls-tree", "-z", tree]));
    const changed = entries.map(async (entry) => {
      const [facts = "", name] = entry.split("\t");
      if (name !== wanted) return entry;
      const [mode, kind, id = ""] = facts.split(" ");
      const other = below.length === 0 ? blob : await replaced(id, below);
      return `${mode} ${kind} ${other}\t${name}`;
    });
    return await makeTree(git, await Promise.all(changed));
  };
  return await replaced(tree, path.split("/"));
}

/** Makes a tree from lines of `git ls-tree -z` and returns its ID. */
export async function makeTree(
  git: Git,
  entries: readonly string[],
): Promise<string> {
  const made = await git.read(["mktree", "-z"], { stdin: zeroed(entries) });
  return decodeBytes(made).trim();
}

/** Creates a commit with these trees and a record, like a checkpoint. */
export async function holdTrees(
  git: Git,
  { worktree, index, record, parent }: {
    worktree: string;
    index: string;
    /** The commit of the checkpoint that has the record. */
    record: string;
    /** A commit that the new commit also protects from garbage collection. */
    parent: string;
  },
): Promise<string> {
  const names = `${record}:record.json`;
  const blob = decodeBytes(await git.read(["rev-parse", "--verify", names]))
    .trim();
  const tree = await makeTree(git, [
    `040000 tree ${index}\tindex`,
    `100644 blob ${blob}\trecord.json`,
    `040000 tree ${worktree}\tworktree`,
  ]);
  return await commitOf(git, tree, [parent]);
}

/**
 * Returns the paths that both sides changed and that a merge would give to a
 * configured driver, a program that mpm does not run.
 */
export async function drivenPaths(
  git: Git,
  { base, ours, theirs }: { base: string; ours: string; theirs: string },
): Promise<string[]> {
  const isDriver = await readDrivers(git);
  if (!isDriver) return [];
  const [mine, others] = await Promise.all(
    [ours, theirs].map((tree) => treeChanges(git, base, tree)),
  );
  const results = new Map(mine!.map(({ path, to }) => [path, to]));
  const both = others!.filter(({ path, to }) =>
    results.has(path) && results.get(path)?.id !== to?.id
  );
  // A file that one side renamed has its new name.
  const renamed = both.some(({ path, to }) => !to || !results.get(path));
  const made = renamed
    ? [...mine!, ...others!].filter(({ from }) => !from)
    : [];
  const paths = [...new Set([...both, ...made].map(({ path }) => path))];
  if (paths.length === 0) return [];
  const attributes = await readAttributes(git, ["merge"], paths);
  return paths.filter((path) => isDriver(attributes.get(path)?.[0] ?? ""))
    .sort();
}

/** The attribute values with a built-in meaning in git (gitattributes(5)). */
const BUILT_IN = ["unspecified", "set", "unset", "text", "binary", "union"];

/** Returns whether settings define a driver; `undefined`: they have none. */
async function readDrivers(
  git: Git,
): Promise<((name: string) => boolean) | undefined> {
  const pattern = "^(merge\\..*\\.driver|includeif\\..*)$";
  const settings = await settingNames(git, pattern);
  const drivers = new Set(
    settings.flatMap(({ name }) =>
      /^merge\.([^]*)\.driver$/.exec(name)?.[1] ?? []
    ),
  );
  // Settings that depend on the place may define any driver.
  const anywhere = settings.some(({ name, own }) =>
    own && name.startsWith("includeif.")
  );
  if (drivers.size === 0 && !anywhere) return undefined;
  return (name) => drivers.has(name) || anywhere && !BUILT_IN.includes(name);
}
