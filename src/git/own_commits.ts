import type { CommitInfo } from "../session/repository.ts";
import type { Git } from "./git.ts";
import { decodeBytes } from "./text.ts";

/** How the subject of a save's commit begins. */
const SUBJECT = "session: pause at ";

/** A line of its body. */
const BODY = /^Session ID: session-/m;

/**
 * The ids among `commits` that only record a save: subject and body are those
 * of a pause, and nothing outside `.claude-mpm/` is touched. Starts git only
 * if a subject fits.
 */
export async function findOwnCommits(
  git: Git,
  commits: readonly CommitInfo[],
): Promise<Set<string>> {
  const fitting = commits.filter(({ message }) => message.startsWith(SUBJECT));
  if (fitting.length === 0) return new Set();
  const output = await git.read([
    "diff-tree",
    "--stdin",
    "--root",
    "-r",
    "-m",
    "-z",
    "--name-only",
    "--no-renames",
    "--pretty=format:%x01%H%x02%b%x03",
  ], {
    stdin: new TextEncoder().encode(
      fitting.map(({ sha }) => `${sha}\n`).join(""),
    ),
  });
  return new Set(ownAmong(decodeBytes(output)));
}

/**
 * Reads `SOH id STX body ETX newline paths`, each path ended by NUL. A body
 * that holds such characters itself fits nothing, which is the safe side.
 */
function ownAmong(output: string): string[] {
  const own: string[] = [];
  const others = new Set<string>();
  for (const part of output.split("\x01").slice(1)) {
    const [id = "", text = ""] = part.split("\x02");
    const [body = "", listed = ""] = text.split("\x03");
    const paths = listed.replace(/^\n/, "").split("\0")
      .filter((path) => path !== "");
    const isOwn = BODY.test(body) && paths.length > 0 &&
      paths.every((path) => path.startsWith(".claude-mpm/"));
    // A merge is listed once for each parent.
    if (isOwn) own.push(id);
    else others.add(id);
  }
  return own.filter((id) => !others.has(id));
}
