import type { System } from "../../system/system.ts";
import { Git } from "../run/git.ts";
import { decodeBytes, encodeText } from "../text.ts";

/** Which branches have a file in their newest commit. */
export interface Committed {
  /** Whether the commit that is checked out has it. */
  readonly here: boolean;
  /** The others, remote ones too, the newest first, as `main`, `origin/main`. */
  readonly elsewhere: readonly string[];
}

/** Questions that git is asked at most, of all branches and paths together. */
const MOST = 100_000;

/**
 * For each of the paths (`/` between folders, from the top folder `root`) that
 * any branch has, which do. Two git processes, and no walk through the history.
 * Empty where git cannot say.
 */
export async function branchesWith(
  system: System,
  root: string,
  paths: readonly string[],
): Promise<Map<string, Committed>> {
  const found = new Map<string, Committed>();
  if (paths.length === 0) return found;
  const git = new Git(system, root);
  const refs = ["HEAD", ...await branches(git, MOST / paths.length)];
  const asked = paths.flatMap((path) => refs.map((ref) => ({ ref, path })));
  const lines = asked.map(({ ref, path }) => `${ref}:${path}\n`).join("");
  const { status, stdout } = await git.run(["cat-file", "--batch-check"], {
    stdin: encodeText(lines),
  });
  if (status !== 0) return found;
  const answers = decodeBytes(stdout).split("\n");
  asked.forEach(({ ref, path }, at) => {
    if (!/^[0-9a-f]+ blob /.test(answers[at] ?? "")) return;
    const { here = false, elsewhere = [] } = found.get(path) ?? {};
    found.set(
      path,
      ref === "HEAD"
        ? { here: true, elsewhere }
        : { here, elsewhere: [...elsewhere, shortName(ref)] },
    );
  });
  return found;
}

/** Full names, without those that only stand for another one. */
async function branches(git: Git, most: number): Promise<string[]> {
  const { status, stdout } = await git.run([
    "for-each-ref",
    "--sort=-committerdate",
    `--count=${Math.max(1, Math.floor(most))}`,
    "--format=%(refname) %(symref)",
    "refs/heads",
    "refs/remotes",
  ]);
  if (status !== 0) return [];
  return decodeBytes(stdout).split("\n")
    .filter((line) => line.endsWith(" "))
    .map((line) => line.trimEnd());
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(heads|remotes)\//, "");
}
