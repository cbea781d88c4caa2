import type { CommitInfo } from "../repository.ts";
import type { Git } from "../run/git.ts";
import { decodeBytes } from "../text.ts";

/** How the subject of a save's commit begins. */
const SUBJECT = "session: pause at ";

/** A line of its body. */
const BODY = /^Session ID: (session-\S*)/m;

/** The pattern that finds such messages in a log. */
export const PAUSE_PATTERN = `^${SUBJECT}`;

/** Tells whether a commit's message is that of a pause, of mpm or claude-mpm. */
export function isPauseMessage(subject: string, body: string): boolean {
  return subject.startsWith(SUBJECT) && BODY.test(body);
}

/** The save whose pause may have made one of the commits. */
export interface PausedSave {
  readonly id: string;
  /** Tells whether the save lists that path as uncommitted. */
  lists(path: string): boolean;
}

/** Commits of pauses. */
export interface OwnCommits {
  /** Their ids. */
  readonly own: Set<string>;
  /**
   * Other files in the commit of this pause, by its id: claude-mpm up to
   * 6.2.40 commits whatever is staged.
   */
  readonly swept: Map<string, readonly string[]>;
}

/**
 * Finds the commits that only record a save: subject and body are those of a
 * pause, and nothing outside `.claude-mpm/` is touched, or, by the pause of
 * `save` itself, only files that the save lists as uncommitted. Starts git only
 * if a subject fits.
 */
export async function findOwnCommits(
  git: Git,
  commits: readonly CommitInfo[],
  save?: PausedSave,
): Promise<OwnCommits> {
  const fitting = commits.filter(({ message }) => message.startsWith(SUBJECT));
  if (fitting.length === 0) return { own: new Set(), swept: new Map() };
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
  return ownAmong(decodeBytes(output), save);
}

/**
 * Reads `SOH id STX body ETX newline paths`, each path ended by NUL. A body
 * that holds such characters itself fits nothing, which is the safe side.
 */
function ownAmong(output: string, save?: PausedSave): OwnCommits {
  const own = new Set<string>();
  const swept = new Map<string, readonly string[]>();
  const others = new Set<string>();
  for (const part of output.split("\x01").slice(1)) {
    const [id = "", text = ""] = part.split("\x02");
    const [body = "", listed = ""] = text.split("\x03");
    const paths = listed.replace(/^\n/, "").split("\0")
      .filter((path) => path !== "");
    const outside = paths.filter((path) => !IN_STORE.test(path));
    const session = sessionOf(body);
    const isOwn = session !== undefined && paths.length > 0 &&
      (outside.length === 0 ||
        session === save?.id && outside.every(save.lists));
    // A merge is listed once for each parent.
    if (!isOwn) others.add(id);
    own.add(id);
    if (outside.length > 0) swept.set(id, outside);
  }
  for (const id of others) {
    own.delete(id);
    swept.delete(id);
  }
  return { own, swept };
}

/** Below the project, which may be a folder of the repository. */
const IN_STORE = /(?:^|\/)\.claude-mpm\//;

function sessionOf(body: string): string | undefined {
  return BODY.exec(body)?.[1];
}
