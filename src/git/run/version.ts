/** The first two numbers of a version. */
export interface GitVersion {
  readonly major: number;
  readonly minor: number;
}

/** The oldest git with everything: `return` needs `merge-tree --write-tree`. */
export const OLDEST_GIT: GitVersion = { major: 2, minor: 38 };

/** The oldest git with which everything else works: `worktree list -z`. */
export const USABLE_GIT: GitVersion = { major: 2, minor: 36 };

/** Parses the output of `git version`, in any of its forms. */
export function parseGitVersion(text: string): GitVersion | undefined {
  const [, major, minor] = /^git version (\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor) };
}

export function isOlder(a: GitVersion, b: GitVersion): boolean {
  return a.major === b.major ? a.minor < b.minor : a.major < b.major;
}

export function versionText({ major, minor }: GitVersion): string {
  return `${major}.${minor}`;
}
