import type { Git } from "../run/git.ts";
import { decodeBytes } from "../text.ts";

/** Branches that are offered. */
const MOST = 500;

/** The local branches, the latest used first, each with its last subject. */
export async function branchNames(
  git: Git,
): Promise<{ value: string; summary: string }[]> {
  const list = await git.read([
    "for-each-ref",
    `--count=${MOST}`,
    "--sort=-committerdate",
    "--format=%(refname:lstrip=2)%00%(committerdate:relative), %(subject)",
    "refs/heads",
  ]);
  return decodeBytes(list).split("\n").slice(0, -1).map((line) => {
    const [value, summary] = line.split("\0");
    return { value: value!, summary: summary ?? "" };
  });
}
