import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { readGiven } from "../../config/mod.ts";
import {
  Git,
  type RepositoryState,
  splitFields,
  type Workspace,
  zeroed,
} from "../../git/mod.ts";
import { ensureFolder, HOME, layout, withLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { PauseResult } from "../commands/results.ts";
import type { Save } from "../save.ts";
import { noGitReason } from "../store/second_copy.ts";
import { commitMessage } from "../store/save_log.ts";
import { commitFiles } from "./commit_files.ts";

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

/** The facts about the repository and its user. */
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

/**
 * Returns the reason why a pause makes no commit; `undefined` if it makes one.
 */
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

/**
 * Returns whether the project's rules ignore the folder or its contents; mpm's
 * rules within the folders do not count. `undefined`: git cannot tell.
 */
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

/**
 * Commits the files of a save to the branch. A failure is only reported, since
 * the save is safe without the commit.
 */
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
    return { ...none, reason: error.withHint };
  }
}

/**
 * Warns, once for each project, that the meaning of `commit = true` has
 * changed.
 */
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
