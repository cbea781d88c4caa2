import { join } from "@std/path";
import type { Workspace } from "../session/repository.ts";
import type { RunResult, System } from "../system/system.ts";
import { Git } from "./git.ts";
import { decodeBytes } from "./text.ts";

/** What git says of the files of saves. */
export interface CommitState {
  /**
   * Whether the rules of the project ignore them, even if some are tracked by
   * now; `undefined` where git cannot say.
   */
  readonly ignored: boolean | undefined;
  /** Whether git tracks the pointer, as claude-mpm made it do. */
  readonly pointerTracked: boolean;
  /** Whether a `git commit` or another command is at work in this worktree. */
  readonly busy: boolean;
}

/** Asks about `save`, a file that is not there, and `pointer`; both absolute. */
export async function readCommitState(
  system: System,
  { git, worktree, gitDir }: Workspace,
  { save, pointer }: { save: string; pointer: string },
): Promise<CommitState> {
  if (git !== "repository") {
    return { ignored: false, pointerTracked: false, busy: false };
  }
  const runner = new Git(system, worktree);
  const [ignored, tracked] = await Promise.all([
    runner.run(["check-ignore", "-v", "--no-index", "--", save]),
    runner.run(["ls-files", "--error-unmatch", "--", pointer]),
  ]);
  return {
    ignored: readIgnored(ignored),
    pointerTracked: tracked.status === 0,
    // A hook is told the index of its commit, which our own would make fail.
    busy: system.env("GIT_INDEX_FILE") !== undefined ||
      system.files.lstat(join(gitDir!, "index.lock")) !== undefined,
  };
}

/**
 * By the rule git names, with the file it stands in: that of mpm's own folder
 * keeps the folder quiet and does not count.
 */
function readIgnored({ status, stdout }: RunResult): boolean | undefined {
  if (status > 1 || status < 0) return undefined;
  // `source:line:pattern`, a tab, and the path.
  const [, source = "", pattern = ""] =
    /^(.*):\d+:(.*)\t/.exec(decodeBytes(stdout)) ?? [];
  if (status === 1 || source.endsWith(".claude-mpm/.gitignore")) return false;
  return !pattern.startsWith("!");
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
      const text = decodeBytes(result.stdout).trim();
      return result.status === 0 ? text : undefined;
    }),
  );
  return author && committer ? { author, committer } : undefined;
}
