/** A version by its first two numbers. */
export interface GitVersion {
  readonly major: number;
  readonly minor: number;
}

/**
 * The oldest git that has all mpm uses: `merge-tree --write-tree`, by which
 * `return` combines parked work with what came since.
 */
export const OLDEST_GIT: GitVersion = { major: 2, minor: 38 };

/** The oldest with which anything but that works: `worktree list -z`. */
export const USABLE_GIT: GitVersion = { major: 2, minor: 36 };

/** Returns what `git version` prints, in any of its forms. */
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
