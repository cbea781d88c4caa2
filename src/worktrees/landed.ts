import {
  answered,
  decodeBytes,
  type DefaultBranch,
  type Failed,
  findSquash,
  type Git,
  inParallel,
  lined,
  patchArguments,
  patchForm,
} from "../git/mod.ts";
import type { Landed } from "./facts.ts";

/**
 * Returns whether the default branch has all work of each commit in `heads`.
 * Contained commits take one process together; others take a few each.
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

/** Returns the commits that no tip of the default branch contains. */
async function notContained(
  git: Git,
  heads: readonly string[],
  { tips }: DefaultBranch,
): Promise<Set<string>> {
  if (heads.length === 0) return new Set();
  const lines = [...heads, ...tips.map(({ commit }) => `^${commit}`)];
  const missing = await git.read(
    ["--no-replace-objects", "rev-list", "--stdin"],
    { stdin: lined(lines) },
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
  // If the default branch has nothing new, the work cannot have got there.
  if (!/^</m.test(marks)) return "no";
  return await findSquash(git, { tip, head }) ? "squashed" : "no";
}

/**
 * Returns whether each commit of `head` makes exactly the change of a commit of
 * `tip`. Commits that git calls equal may differ in white space.
 */
async function isCopied(
  git: Git,
  { tip, head, equal }: { tip: string; head: string; equal: string[] },
): Promise<boolean> {
  const stdin = lined(equal);
  const [ids, patches] = await Promise.all([
    git.read(["--no-replace-objects", "rev-list", head, `^${tip}`, "--"]),
    git.read(patchArguments("--stdin"), { stdin }),
  ]);
  const mine = new Set(decodeBytes(ids).split("\n"));
  // A line of a patch never begins with an ID; an empty commit has no patch.
  const [, ...parts] = decodeBytes(patches).split(/^([0-9a-f]{40,64})\n/m);
  const forms = new Map<string, string>();
  for (let at = 0; at < parts.length; at += 2) {
    forms.set(parts[at]!, patchForm(parts[at + 1]!));
  }
  const formOf = (id: string) => forms.get(id) ?? "";
  const theirs = new Set(equal.filter((id) => !mine.has(id)).map(formOf));
  return equal.every((id) => !mine.has(id) || theirs.has(formOf(id)));
}
