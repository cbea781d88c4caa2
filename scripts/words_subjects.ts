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
 * Returns the subjects of the commits that `origin/main` does not have, merges
 * left out. If it has all of them or does not exist, as in most checkouts of
 * CI, returns those of the last 10 commits. A shallow clone may have fewer.
 */
export function newSubjects(root: string): string[] {
  const log = (...range: string[]) =>
    gitOutput(root, "log", "--no-merges", "--format=%s", ...range)
      .split("\n").filter((subject) => subject !== "");
  const base = gitOutput(
    root,
    "merge-base",
    "HEAD",
    "refs/remotes/origin/main",
  );
  const ahead = base === "" ? [] : log(`${base}..HEAD`);
  return ahead.length > 0 ? ahead : log("-n", String(RECENT));
}

/** Returns the subjects that are not `area: change` under 65 characters. */
export function badSubjects(subjects: readonly string[]): string[] {
  const form = /^[a-z][\w./-]*(?: [a-z][\w-]*)?: [^A-Z\s].*[^.\s]$/;
  return subjects.filter((subject) =>
    subject.length >= 65 || !form.test(subject)
  );
}
