import { relative } from "@std/path";
import type { Workspace } from "../session/repository.ts";
import type { System } from "../system/system.ts";
import { Git, gitFailure, reasonOf } from "./git.ts";

/** Whether git ignores `path` (absolute) and would refuse to add it. */
export async function isIgnored(
  system: System,
  { git, worktree }: Workspace,
  path: string,
): Promise<boolean> {
  if (git !== "repository") return false;
  const args = ["check-ignore", "--quiet", "--", path];
  return (await new Git(system, worktree).run(args)).status === 0;
}

/** Who commits, as git writes it: name, email, seconds and time zone. */
export interface Identity {
  readonly author: string;
  readonly committer: string;
}

/** Git's identities for a commit made now; `undefined`: it knows none. */
export async function readIdentity(
  system: System,
  { git, worktree }: Workspace,
): Promise<Identity | undefined> {
  if (git !== "repository") return undefined;
  const [author, committer] = await Promise.all(
    ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"].map(async (name) => {
      const result = await new Git(system, worktree).run(["var", name]);
      const text = new TextDecoder().decode(result.stdout).trim();
      return result.status === 0 ? text : undefined;
    }),
  );
  return author && committer ? { author, committer } : undefined;
}

export interface FileCommit {
  readonly identity: Identity;
  readonly branch: string;
  /** Full id the branch must still be at. */
  readonly head: string;
  /** Absolute paths below the worktree. */
  readonly files: readonly string[];
  readonly message: string;
}

/** A commit that was made; `warning`: the index could not follow it. */
export interface MadeCommit {
  readonly sha: string;
  readonly warning: string | undefined;
}

/** What a save holds is small, so it is not worth much work to store it. */
const FAST = ["-c", "pack.compression=1", "-c", "core.bigFileThreshold=4k"];

/**
 * Commits `files` and nothing else on top of the branch: neither what is staged
 * nor the worktree nor any hook takes part. `git fast-import` builds the commit
 * from a stream and moves the branch only forward; the files' own entries are
 * then added to the index, so that `git status` does not show them as deleted.
 * Throws GIT_FAILED, with nothing committed.
 */
export async function commitFiles(
  system: System,
  { worktree }: Workspace,
  commit: FileCommit,
): Promise<MadeCommit> {
  const git = new Git(system, worktree);
  const blobs = commit.files.map((path) => ({
    path: relative(worktree, path).replaceAll("\\", "/"),
    bytes: system.files.read(path),
  }));
  const stdin = importStream(commit, blobs);
  const args = [
    ...FAST,
    ...["fast-import", "--quiet", "--date-format=raw", "--done"],
  ];
  const done = await git.run(args, { stdin });
  const marks = new TextDecoder().decode(done.stdout).trim().split("\n");
  if (done.status !== 0 || marks.length !== blobs.length + 1) {
    throw gitFailure(args, done);
  }
  const entries = blobs.map(({ path }, at) => ({ path, id: marks[at]! }));
  return { sha: marks.at(-1)!, warning: await addToIndex(git, entries) };
}

/**
 * The stream of git-fast-import(1): the blobs, the commit, and requests for the
 * ids of all of them in that order.
 */
function importStream(
  { branch, head, message, identity }: FileCommit,
  blobs: readonly { path: string; bytes: Uint8Array }[],
): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const say = (text: string) => parts.push(encoder.encode(text));
  const data = (bytes: Uint8Array) => {
    say(`data ${bytes.length}\n`);
    parts.push(bytes);
    say("\n");
  };
  blobs.forEach(({ bytes }, at) => {
    say(`blob\nmark :${at + 1}\n`);
    data(bytes);
  });
  const own = blobs.length + 1;
  say(`commit refs/heads/${branch}\nmark :${own}\n`);
  say(`author ${identity.author}\ncommitter ${identity.committer}\n`);
  data(encoder.encode(message));
  say(`from ${head}\n`);
  blobs.forEach(({ path }, at) => say(`M 100644 :${at + 1} ${path}\n`));
  say("\n");
  for (let mark = 1; mark <= own; mark++) say(`get-mark :${mark}\n`);
  say("done\n");
  return concatenate(parts);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Tries for the index, which another git may hold for a moment. */
const TRIES = 40;
const PAUSE_MS = 25;

async function addToIndex(
  git: Git,
  entries: readonly { path: string; id: string }[],
): Promise<string | undefined> {
  const stdin = new TextEncoder().encode(
    entries.map(({ path, id }) => `100644 ${id} 0\t${path}\0`).join(""),
  );
  const args = ["update-index", "--add", "-z", "--index-info"];
  let reason = "";
  for (let tries = 0; tries < TRIES; tries++) {
    const done = await git.run(args, { stdin });
    if (done.status === 0) return undefined;
    reason = reasonOf(done);
    if (!reason.includes("index.lock")) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return `Committed, but the index could not follow: ${reason}; ` +
    'run "git add .claude-mpm/sessions"';
}
