import { join } from "../base/join.ts";
import { Git } from "./run/git.ts";
import { decodeBytes, splitFields, words } from "./text.ts";
import type { System } from "../system/system.ts";

/** Returns the tracked files in `folder`, absolute; empty without git. */
export async function trackedFiles(
  system: System,
  root: string,
  folder: string,
): Promise<Set<string>> {
  const result = await new Git(system, root)
    .run(["ls-files", "-z", "--full-name", "--", folder]);
  const paths = result.status === 0 ? splitFields(result.stdout) : [];
  return new Set(paths.map((path) => join(root, path)));
}

const PROJECT_FILES = words(
  "--literal-pathspecs ls-files -z --cached --others --exclude-standard --",
);

/**
 * Returns the files of a worktree that git tracks, and those that it neither
 * tracks nor ignores. They are paths from the top folder, in order. The path of
 * a nested repository ends with `/` or names a folder. Throws GIT_FAILED.
 * @param paths Paths from the top folder; only files at or below them.
 */
export async function projectFiles(
  system: System,
  root: string,
  paths: readonly string[] = [],
): Promise<string[]> {
  const listed = await new Git(system, root).read([...PROJECT_FILES, ...paths]);
  // A file with a conflict is listed once for each side.
  return [...new Set(splitFields(listed))].sort();
}

const IGNORED = words(
  "ls-files -z --others --ignored --exclude-standard --directory",
);

/**
 * Returns the ignored paths of a worktree, from its top; an ignored folder ends
 * with `/`. Empty if git cannot list them.
 */
export async function ignoredPaths(
  system: System,
  root: string,
): Promise<string[]> {
  const { status, stdout } = await new Git(system, root).run(IGNORED);
  return status === 0 ? splitFields(stdout).sort() : [];
}

/** Returns which of some plain paths below `folder` git ignores. */
export async function ignoredOf(
  system: System,
  folder: string,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const git = new Git(system, folder);
  const { stdout } = await git.run(["check-ignore", "--", ...paths]);
  return new Set(decodeBytes(stdout).split("\n"));
}
