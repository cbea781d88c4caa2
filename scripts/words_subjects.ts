/** Without a main branch to compare with, this many commits are checked. */
const RECENT = 10;

/** The output of git in the project; empty if git fails or is missing. */
export function gitOutput(root: string, ...args: string[]): string {
  try {
    const { success, stdout } = new Deno.Command("git", {
      args: ["-C", root, "-c", "core.quotePath=false", ...args],
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : "";
  } catch {
    return "";
  }
}

/**
 * Returns the subjects of the new commits, merges left out. `since`: the commit
 * that a push or a pull request in CI begins after; zeros or empty: not known.
 * Without it the new commits are those that `origin/main` does not have. If it
 * has all of them or does not exist, returns the last 10 subjects.
 *
 * @throws {Error} where git knows no commit `since`, so that nothing passes
 *   unseen
 */
export function newSubjects(
  root: string,
  since = Deno.env.get("COMMITS_SINCE") ?? "",
): string[] {
  const log = (...range: string[]) =>
    gitOutput(root, "log", "--no-merges", "--format=%s", ...range)
      .split("\n").filter((subject) => subject !== "");
  if (!/^0*$/.test(since)) {
    const known = gitOutput(root, "rev-parse", "--verify", `${since}^{commit}`);
    if (known === "") throw new Error(`No commit ${since} to begin after`);
    return log(`${known}..HEAD`);
  }
  const base = gitOutput(
    root,
    "merge-base",
    "HEAD",
    "refs/remotes/origin/main",
  );
  const ahead = base === "" ? [] : log(`${base}..HEAD`);
  return ahead.length > 0 ? ahead : log("-n", String(RECENT));
}

/** Verbs in the imperative that end as other forms do. */
const VERBS = new Set(["bring", "embed", "ping", "shed"]);

/**
 * Returns the subjects that are not `area: change` under 65 characters, with a
 * change in the imperative: "report", not "reported" or "reporting".
 */
export function badSubjects(subjects: readonly string[]): string[] {
  const form = /^[a-z][a-z0-9_./-]*: ([^A-Z\s]\S*)(?: .*)?[^.\s]$/;
  return subjects.filter((subject) => {
    const [, verb = ""] = form.exec(subject) ?? [];
    return subject.length >= 65 || verb === "" ||
      /(?:[^e]ed|ing)$/.test(verb) && !VERBS.has(verb);
  });
}
