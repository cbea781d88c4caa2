import { basename } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { escapeLines } from "../../base/escape.ts";
import { utcSeconds } from "../../base/ids.ts";
import {
  decodeBytes,
  Git,
  type RepositoryState,
  type Workspace,
} from "../../git/mod.ts";
import { layout, withLock } from "../../ops/mod.ts";
import type { RunResult, System } from "../../system/system.ts";
import type { PauseResult } from "../commands/results.ts";
import type { Save } from "../save.ts";
import { BlobWriter, commitFiles } from "./commit_files.ts";

/** The state of saves' files in git. */
export interface CommitState {
  /**
   * True if the rules of the project ignore them, even if some are tracked by
   * now; `undefined` where git cannot say.
   */
  readonly ignored: boolean | undefined;
  /** True if git tracks the pointer, as claude-mpm made it do. */
  readonly pointerTracked: boolean;
  /** True if this process runs within a `git commit`, as a hook does. */
  readonly busy: boolean;
}

/** Asks about `save`, a file that is not there, and `pointer`; both absolute. */
export async function readCommitState(
  system: System,
  { git, worktree }: Workspace,
  { save, pointer }: { save: string; pointer: string },
): Promise<CommitState> {
  if (git !== "repository") {
    return { ignored: false, pointerTracked: false, busy: false };
  }
  const runner = new Git(system, worktree);
  // A tracked file is not named, whatever the rules say of it.
  const answer = await runner.run(["check-ignore", "-v", "--", save, pointer]);
  const rules = rulesIn(answer);
  const names = (file: string) =>
    rules.some(({ path }) => path.includes(basename(file)));
  return {
    ignored: answer.status > 1 || answer.status < 0
      ? undefined
      : rules.some(ignoresSave),
    pointerTracked: names(save)
      ? !names(pointer)
      : await isTracked(runner, system, pointer),
    // A hook inherits the index of its commit, which mpm's commit would make
    // fail.
    busy: system.env("GIT_INDEX_FILE") !== undefined,
  };
}

interface Rule {
  /** The file the rule stands in. */
  readonly source: string;
  readonly pattern: string;
  readonly path: string;
}

/** Lines of `source:line:pattern`, a tab, and the path (git-check-ignore(1)). */
function rulesIn({ stdout }: RunResult): Rule[] {
  return [...decodeBytes(stdout).matchAll(/^(.*):\d+:(.*)\t(.*)$/gm)]
    .map(([, source = "", pattern = "", path = ""]) => ({
      source,
      pattern,
      path,
    }));
}

/** The rules of the mpm folder hide it and do not count. */
function ignoresSave({ source, pattern }: Rule): boolean {
  return !source.endsWith(".claude-mpm/.gitignore") && !pattern.startsWith("!");
}

/** Asked only where no rule tells: before mpm's rules are there. */
async function isTracked(
  runner: Git,
  system: System,
  path: string,
): Promise<boolean> {
  if (!system.files.lstat(path)) return false;
  const args = ["ls-files", "--error-unmatch", "--", path];
  return (await runner.run(args)).status === 0;
}

/**
 * Returns the identity of the committer, as git writes it: name, email, seconds
 * and time zone. Of a save that is the author too. `undefined`: git knows no
 * name and email.
 */
export async function readIdentity(
  system: System,
  { git, worktree }: Workspace,
): Promise<string | undefined> {
  if (git !== "repository") return undefined;
  const { status, stdout } = await new Git(system, worktree)
    .run(["var", "GIT_COMMITTER_IDENT"]);
  return status === 0 ? decodeBytes(stdout).trim() : undefined;
}

/** Why a pause makes no commit, in words; `undefined`: it makes one. */
export function noCommitReason(
  { workspace, state, identity, commit, ...said }: {
    readonly workspace: Workspace;
    readonly state: RepositoryState | undefined;
    readonly identity: string | undefined;
    readonly commit: CommitState;
    /** `--no-commit` was not given. */
    readonly asked: boolean;
    /** Not switched off in the configuration. */
    readonly configured: boolean;
    /** The configuration has a fault, so no one knows what was meant. */
    readonly faulty: boolean;
  },
): string | undefined {
  if (!said.asked) return "--no-commit";
  if (!said.configured) return "commit = false in the configuration";
  if (said.faulty) return "the configuration has a fault";
  if (workspace.git === "no-git") return "git is not installed";
  if (workspace.git === "none") {
    return workspace.reason ?? "not a git repository";
  }
  if (workspace.git === "failed" || !state) {
    return `git failed: ${workspace.reason ?? "no answer"}`;
  }
  if (workspace.linked) {
    return "this is a linked worktree; the save lies in the main one";
  }
  if (commit.ignored) return "git ignores .claude-mpm";
  if (commit.ignored === undefined) {
    return "git cannot say whether .claude-mpm is ignored";
  }
  if (commit.busy) return "a git commit is under way";
  if (state.operation) return `a ${state.operation} is in progress`;
  if (state.detached) return "HEAD is detached";
  if (state.head === undefined) return "the branch has no commit yet";
  if (identity === undefined) {
    return "git knows no name and email (git config --global user.name …)";
  }
  return undefined;
}

/** The plan for the commit of a pause's save. */
export interface CommitPlan {
  readonly workspace: Workspace;
  readonly state: RepositoryState | undefined;
  /** The identity of the committer. */
  readonly identity: string | undefined;
  readonly pointerTracked: boolean;
  /** Why there will be not a commit. */
  readonly reason: string | undefined;
}

/** Makes the commit of a save ready, where there will be one. */
export function readyCommit(
  system: System,
  plan: CommitPlan,
): BlobWriter | undefined {
  return placeOf(plan) && new BlobWriter(system, plan.workspace);
}

/** On top of what the commit is made, and by whom. */
function placeOf({ state, identity, reason }: CommitPlan) {
  const { branch, head } = state ?? {};
  return reason === undefined && branch && head && identity
    ? { branch, head, identity }
    : undefined;
}

/**
 * The commit of a save. One that cannot be made is a warning: the save is safe
 * without. `blobs`: see {@link readyCommit}.
 */
export async function commitSave(
  system: System,
  plan: CommitPlan,
  { save, files, blobs }: {
    save: Save;
    files: readonly string[];
    blobs: BlobWriter | undefined;
  },
): Promise<Partial<PauseResult["commit"]>> {
  const { root } = plan.workspace;
  const place = placeOf(plan);
  if (!place || !blobs) return {};
  // The pointer is of this machine: two branches with a pause each could not be
  // merged without a conflict in it. Where it is tracked it must follow.
  const { pointer } = layout(root);
  const commit = {
    ...place,
    message: commitMessage(save),
    files: files.filter((path) => plan.pointerTracked || path !== pointer),
  };
  try {
    // Under the lock, so that pauses at the same time do not race for HEAD.
    const sha = await withLock(
      system,
      root,
      () => commitFiles(system, blobs, commit),
    );
    return { made: true, sha };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const reason = `${error.message}${error.hint ? ` (${error.hint})` : ""}`;
    return { reason };
  }
}

function commitMessage({ session_id, paused_at, conversation }: Save): string {
  return `session: pause at ${utcSeconds(new Date(paused_at))}

Session ID: ${session_id}
Context: ${escapeLines(conversation.summary.trim())}
`;
}
