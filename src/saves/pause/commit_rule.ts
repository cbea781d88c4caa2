import { escapeLines } from "../../base/escape.ts";
import type { RepositoryState, Workspace } from "../../git/repository.ts";

/** What decides whether a pause commits its save. */
export interface CommitFacts {
  readonly workspace: Workspace;
  readonly state: RepositoryState | undefined;
  /** `--no-commit` was not given. */
  readonly asked: boolean;
  /** Not switched off in the configuration. */
  readonly configured: boolean;
  /** The configuration has a fault, so nobody knows what was meant. */
  readonly faulty: boolean;
  /** Whether git ignores the save's folder; `undefined`: it cannot say. */
  readonly ignored: boolean | undefined;
  /** Whether a `git commit` is under way around this process. */
  readonly busy: boolean;
  /** Whether git knows a name and an email. */
  readonly identified: boolean;
}

/** Why a pause makes no commit, in words; `undefined`: it makes one. */
export function noCommitReason(facts: CommitFacts): string | undefined {
  const { workspace, state } = facts;
  if (!facts.asked) return "--no-commit";
  if (!facts.configured) return "commit = false in the configuration";
  if (facts.faulty) return "the configuration has a fault";
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
  if (facts.ignored) return "git ignores .claude-mpm";
  if (facts.ignored === undefined) {
    return "git cannot say whether .claude-mpm is ignored";
  }
  if (facts.busy) return "a git commit is under way";
  if (state.operation) return `a ${state.operation} is in progress`;
  if (state.detached) return "HEAD is detached";
  if (state.head === undefined) return "the branch has no commit yet";
  if (!facts.identified) {
    return "git knows no name and email (git config --global user.name …)";
  }
  return undefined;
}

/** The message of the commit that holds `id`'s save. */
export function commitMessage(
  { id, time, context }: { id: string; time: string; context: string },
): string {
  return `session: pause at ${time}

Session ID: ${id}
Context: ${escapeLines(context.trim())}
`;
}
