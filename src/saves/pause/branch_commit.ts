import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { readGiven } from "../../config/mod.ts";
import {
  decodeBytes,
  encodeText,
  Git,
  gitFailure,
  lined,
  quotePath,
  reasonOf,
  type RepositoryState,
  splitFields,
  type Workspace,
  writeObjects,
  zeroed,
} from "../../git/mod.ts";
import {
  ensureFolder,
  HOME,
  layout,
  recordFacts,
  withLock,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { PauseResult } from "../commands/results.ts";
import type { Save } from "../save.ts";
import { noGitReason } from "../store/second_copy.ts";
import { commitMessage } from "../store/save_log.ts";
import { relative } from "@std/path";

/*
 * On request, a pause also commits the files of its save, and nothing else, to
 * the current branch.
 */

/** The plan for committing the files of a save to the branch. */
export interface BranchCommit {
  readonly workspace: Workspace;
  readonly state: RepositoryState | undefined;
  /** The reason why the pause does not commit. */
  readonly reason: string | undefined;
}

interface Asked {
  readonly state: RepositoryState | undefined;
  /** See `readIdentity` of `git/`. */
  readonly identity: string | undefined;
  /** The configuration has an error, so the intent is unknown. */
  readonly faulty: boolean;
}

/** Finds out whether a commit can be made. Writes nothing. */
export async function planBranchCommit(
  system: System,
  workspace: Workspace,
  asked: Asked,
): Promise<BranchCommit> {
  const { state } = asked;
  const reason = await noCommitReason(system, workspace, asked);
  return { workspace, state, reason };
}

/** Returns why a pause makes no commit; `undefined` if it makes one. */
async function noCommitReason(
  system: System,
  workspace: Workspace,
  { state, identity, faulty }: Asked,
): Promise<string | undefined> {
  if (faulty) return "the configuration has an error";
  const reason = noGitReason(workspace);
  if (reason !== undefined) return reason;
  if (!state) return "git failed: no answer";
  if (workspace.linked) {
    return "this is a linked worktree; the save is in the main one";
  }
  // A hook inherits the index of the commit in progress, and a commit by mpm
  // would make that one fail.
  if (system.env("GIT_INDEX_FILE") !== undefined) {
    return "another git commit is in progress";
  }
  if (state.operation) return `a ${state.operation} is in progress`;
  if (state.detached) return "HEAD is detached";
  if (state.head === undefined) return "the branch has no commit yet";
  const ignored = await isIgnored(system, workspace);
  if (ignored) return `git ignores ${HOME}`;
  if (ignored === undefined) {
    return `git cannot tell whether ${HOME} is ignored`;
  }
  return identity === undefined
    ? "git does not know your name and email (git config --global user.name …)"
    : undefined;
}

/** Returns whether the project's own rules ignore it; `undefined`: unknown. */
export async function isIgnored(
  system: System,
  { git, worktree, root }: Workspace,
): Promise<boolean | undefined> {
  if (git !== "repository") return false;
  const { home, sessions } = layout(root);
  const asked = [sessions, join(home, "session-20000101-000000.json")];
  const { status, stdout } = await new Git(system, worktree)
    .run(["check-ignore", "-v", "-z", "--no-index", "--stdin"], {
      stdin: zeroed(asked),
    });
  if (status > 1 || status < 0) return undefined;
  // Four fields each: source, line, pattern, path (git-check-ignore(1)).
  const fields = splitFields(stdout);
  return fields.some((source, at) =>
    at % 4 === 0 && !source.endsWith(`${HOME}/.gitignore`) &&
    !fields[at + 2]!.startsWith("!")
  );
}

/** Commits the files of a save. Only reports a failure: the save is safe. */
export async function commitToBranch(
  system: System,
  { workspace, state, reason }: BranchCommit,
  { save, files }: { save: Save; files: readonly string[] },
): Promise<NonNullable<PauseResult["branch_commit"]>> {
  const { branch = null, head } = state ?? {};
  const none = { made: false, sha: null, branch };
  if (reason !== undefined || branch === null || head === undefined) {
    return { ...none, reason: reason ?? null };
  }
  const { root } = workspace;
  const { pointer } = layout(root);
  const commit = {
    ...{ branch, head },
    message: commitMessage(save.session_id, save),
    files: files.filter((path) => path !== pointer),
    begun: (commit: string) =>
      recordFacts(system, { after: { git: { branch, commit } } }),
  };
  try {
    // Under the lock, so that simultaneous pauses do not race for HEAD.
    const sha = await withLock(
      system,
      root,
      () => commitFiles(system, workspace, commit),
    );
    return { made: true, sha, branch, reason: null };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    recordFacts(system, { after: { git: null } });
    return { ...none, reason: error.withHint };
  }
}

/** Warns, once for each project, that `commit = true` has a new meaning. */
export function noteOldSetting(
  { system, note }: Context,
  { root, git }: Workspace,
): void {
  if (git !== "repository") return;
  const given = readGiven(system, root, () => {}).get("commit")?.at(-1);
  const told = join(layout(root).state, "told-commit");
  if (given?.written !== true || system.files.lstat(told)) return;
  attempt(() => {
    ensureFolder(system, layout(root).state, root);
    system.files.create(told, new Uint8Array(), { synced: false });
    note(
      'Note: "commit = true" keeps saves in git, but no longer on a branch. ' +
        "To commit them to the branch as well: " +
        "mpm config set pause.branch_commit true",
    );
  });
}

interface FileCommit {
  /** The checked-out branch. */
  readonly branch: string;
  /** The full ID of the branch's commit when the save was made. */
  readonly head: string;
  /** Absolute paths below the worktree. */
  readonly files: readonly string[];
  readonly message: string;
  /** Gets the ID of the commit before the branch has it. */
  begun?(commit: string): void;
}

/**
 * Commits only `files` on top of the branch and returns the commit's ID. It
 * ignores staged changes and the worktree, and runs no hook. The files are
 * first added to the index. After an interruption they are staged, and do not
 * appear as deleted. The commit is signed if git's settings require it. Throws
 * GIT_FAILED, with nothing committed.
 */
async function commitFiles(
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

async function storeFiles(git: Git, files: readonly string[]) {
  const paths = files.map((path) =>
    relative(git.folder, path).replaceAll("\\", "/")
  );
  const stdin = lined(paths.map(quotePath));
  const written = await writeObjects(git, HASH, { stdin });
  if (written.status !== 0) throw gitFailure(HASH, written);
  const ids = decodeBytes(written.stdout).trim().split("\n");
  return paths.map((path, at) => ({ path, id: ids[at]! }));
}

/** The most attempts to use the index, which another git may lock. */
const TRIES = 40;
const PAUSE_MS = 25;

const STAGE = ["update-index", "--add", "-z", "--index-info"];

/** Changes only these entries of the index (git-update-index(1)). */
async function stage(system: System, git: Git, lines: readonly string[]) {
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

/** The most times to rebuild a commit if the branch moves. */
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
    commit.begun?.(id);
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

/** Returns the tree of a commit with some entries replaced. */
async function treeWith(git: Git, head: string, lines: readonly string[]) {
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

/** Returns the commit of `branch`. Throws GIT_FAILED if HEAD left it. */
async function headOf(git: Git, branch: string): Promise<string> {
  const args = ["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"];
  const [head, name] = decodeBytes(await git.read(args)).split("\n");
  if (name === `refs/heads/${branch}` && head) return head;
  throw new MpmError("GIT_FAILED", "The branch was switched in the meantime");
}
