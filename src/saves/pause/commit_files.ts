import { relative } from "@std/path";
import { join } from "../../base/join.ts";
import { MpmError } from "../../base/errors.ts";
import {
  decodeBytes,
  encodeText,
  Git,
  gitFailure,
  lined,
  quotePath,
  reasonOf,
  type Workspace,
  writeObjects,
  zeroed,
} from "../../git/mod.ts";
import type { System } from "../../system/system.ts";

export interface FileCommit {
  /** The checked-out branch. */
  readonly branch: string;
  /** The full ID of the branch's commit when the save was made. */
  readonly head: string;
  /** Absolute paths below the worktree. */
  readonly files: readonly string[];
  readonly message: string;
}

/** A file in git: its path below the worktree, and its object ID. */
interface Entry {
  readonly path: string;
  readonly id: string;
}

/**
 * Commits only `files` on top of the branch and returns the commit's ID. It
 * ignores staged changes and the worktree, and runs no hook. The files are
 * first added to the index. After an interruption they are staged, and do not
 * appear as deleted. The commit is signed if git's settings require it. Throws
 * GIT_FAILED, with nothing committed.
 */
export async function commitFiles(
  system: System,
  { worktree }: Workspace,
  commit: FileCommit,
): Promise<string> {
  const git = new Git(system, worktree);
  const entries = await storeFiles(git, commit.files);
  const lines = entries.map(({ path, id }) => `100644 ${id} 0\t${path}`);
  await stage(system, git, lines);
  try {
    return await moveBranch(git, commit, lines);
  } catch (error) {
    const none = "0".repeat(entries[0]!.id.length);
    await stage(system, git, entries.map(({ path }) => `0 ${none} 0\t${path}`));
    throw error;
  }
}

const HASH = ["hash-object", "-w", "--no-filters", "--stdin-paths"];

/** Stores the unchanged content of files as git objects. */
async function storeFiles(
  git: Git,
  files: readonly string[],
): Promise<Entry[]> {
  const paths = files.map((path) =>
    relative(git.folder, path).replaceAll("\\", "/")
  );
  const stdin = lined(paths.map(quotePath));
  const written = await writeObjects(git, HASH, { stdin });
  if (written.status !== 0) throw gitFailure(HASH, written);
  const ids = decodeBytes(written.stdout).trim().split("\n");
  return paths.map((path, at) => ({ path, id: ids[at]! }));
}

/**
 * The maximum number of attempts to use the index, which another git process
 * may lock for a moment.
 */
const TRIES = 40;
const PAUSE_MS = 25;

const STAGE = ["update-index", "--add", "-z", "--index-info"];

/** Changes only these entries of the index (git-update-index(1)). */
async function stage(
  system: System,
  git: Git,
  lines: readonly string[],
): Promise<void> {
  const stdin = zeroed(lines);
  for (let tries = 1;; tries++) {
    const done = await git.run(STAGE, { stdin });
    if (done.status === 0) return;
    const held = reasonOf(done).includes("index.lock");
    if (!held) throw gitFailure(STAGE, done);
    if (tries === TRIES) {
      throw new MpmError("GIT_FAILED", "Another git command is running");
    }
    await system.sleep(PAUSE_MS);
  }
}

/**
 * The maximum number of times to rebuild a commit if the branch moves in the
 * meantime.
 */
const ATTEMPTS = 5;

async function moveBranch(
  git: Git,
  commit: FileCommit,
  lines: readonly string[],
): Promise<string> {
  const signing = await signingOf(git);
  const ref = `refs/heads/${commit.branch}`;
  const reason = `commit: ${commit.message.split("\n", 1)[0]}`;
  let { head } = commit;
  for (let attempt = 1;; attempt++) {
    const tree = await treeWith(git, head, lines);
    const args = [...signing.settings, "commit-tree", ...signing.options];
    const stdin = encodeText(commit.message);
    const made = await git.read([...args, "-p", head, tree], { stdin });
    const id = decodeBytes(made).trim();
    // A name that is not UTF-8 cannot be passed as an argument.
    const move = ["update-ref", "-m", reason, "--stdin"];
    const done = await git.run(move, {
      stdin: encodeText(`update ${ref} ${id} ${head}\n`),
    });
    if (done.status === 0) return id;
    const now = await headOf(git, commit.branch);
    if (now === head || attempt === ATTEMPTS) throw gitFailure(move, done);
    head = now;
  }
}

/**
 * Returns the tree of a commit with some entries replaced. Uses a separate
 * index.
 */
async function treeWith(
  git: Git,
  head: string,
  lines: readonly string[],
): Promise<string> {
  const index = join(await git.temporaryFolder(), "index");
  const own = git.with({ GIT_INDEX_FILE: index });
  await own.read(["read-tree", head]);
  await own.read(STAGE, { stdin: zeroed(lines) });
  return decodeBytes(await own.read(["write-tree"])).trim();
}

/** Git settings for signing commits that are plain data, not programs. */
const SIGNING = "^(commit\\.gpgsign|user\\.signingkey|gpg\\.format)$";

async function signingOf(git: Git) {
  const given = new Map(await git.like({ plain: true }).settings(SIGNING));
  const on = /^(true|yes|on|[1-9]\d*)$/i.test(
    given.get("commit.gpgsign") ?? "",
  );
  given.delete("commit.gpgsign");
  const settings = [...given].flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  return on ? { settings, options: ["-S"] } : { settings: [], options: [] };
}

/**
 * Returns the commit of `branch`. Throws GIT_FAILED if HEAD has moved to
 * another branch.
 */
async function headOf(git: Git, branch: string): Promise<string> {
  const args = ["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"];
  const [head, name] = decodeBytes(await git.read(args)).split("\n");
  if (name === `refs/heads/${branch}` && head) return head;
  throw new MpmError("GIT_FAILED", "The branch was switched in the meantime");
}
