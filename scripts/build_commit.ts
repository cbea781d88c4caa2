/** Facts in a binary about its source. */
export interface Commit {
  /** Twelve digits, followed by "-dirty" if files are changed; or "unknown". */
  readonly commit: string;
  /** `YYYY-MM-DD` in UTC; or "unknown". */
  readonly date: string;
}

/** Runs `git` in `root`; returns undefined if it is missing or fails. */
async function git(root: string, ...args: string[]) {
  const command = new Deno.Command("git", {
    args: ["--no-optional-locks", "-C", root, ...args],
    stdin: "null",
  });
  const output = await command.output().catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (!output?.success) return undefined;
  return new TextDecoder().decode(output.stdout).trim();
}

/** Seconds since 1970 as a day in UTC; `undefined` for an invalid number. */
export function dayOf(seconds: string | undefined): string | undefined {
  if (!seconds || !/^\d{1,11}$/.test(seconds)) return undefined;
  return new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
}

/**
 * The current commit of `root` and its day, so that two builds of one commit
 * are the same. `SOURCE_DATE_EPOCH` (seconds since 1970, as
 * reproducible-builds.org defines it) wins over the commit's own date.
 */
export async function commitOf(root: string): Promise<Commit> {
  const epoch = dayOf(Deno.env.get("SOURCE_DATE_EPOCH"));
  const [prefix, head, time, changes] = await Promise.all([
    git(root, "rev-parse", "--show-prefix"),
    git(root, "rev-parse", "--short=12", "HEAD"),
    git(root, "show", "--no-patch", "--format=%ct", "HEAD"),
    git(root, "status", "--porcelain"),
  ]);
  // A copy inside another repository is not at that repository's commit.
  if (prefix !== "" || !head) {
    return { commit: "unknown", date: epoch ?? "unknown" };
  }
  return {
    commit: changes ? `${head}-dirty` : head,
    date: epoch ?? dayOf(time) ?? "unknown",
  };
}
