import { basename } from "@std/path";
import type { Workspace } from "../../git/repository.ts";
import type { RunResult, System } from "../../system/system.ts";
import { Git } from "../../git/run/git.ts";
import { decodeBytes } from "../../git/text.ts";

/** What git says of the files of saves. */
export interface CommitState {
  /**
   * Whether the rules of the project ignore them, even if some are tracked by
   * now; `undefined` where git cannot say.
   */
  readonly ignored: boolean | undefined;
  /** Whether git tracks the pointer, as claude-mpm made it do. */
  readonly pointerTracked: boolean;
  /** Whether this process runs within a `git commit`, as a hook does. */
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
  const ruled = rules.some(({ path }) => path.includes(basename(save)));
  return {
    ignored: answer.status > 1 || answer.status < 0
      ? undefined
      : rules.some(ignoresSave),
    pointerTracked: ruled
      ? !rules.some(({ path }) => path.includes(basename(pointer)))
      : await isTracked(runner, system, pointer),
    // A hook is told the index of its commit, which our own would make fail.
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

/** The rules of mpm's own folder keep it quiet and do not count. */
function ignoresSave({ source, pattern }: Rule): boolean {
  return !source.endsWith(".claude-mpm/.gitignore") && !pattern.startsWith("!");
}

/** Asked only where no rule tells: before mpm's own rules are there. */
async function isTracked(
  runner: Git,
  system: System,
  path: string,
): Promise<boolean> {
  if (!system.files.lstat(path)) return false;
  const { status } = await runner.run([
    "ls-files",
    "--error-unmatch",
    "--",
    path,
  ]);
  return status === 0;
}

/**
 * Who commits now, as git writes it: name, email, seconds and time zone. Of a
 * save that is the author too. `undefined`: git knows no name and email.
 */
export async function readIdentity(
  system: System,
  { git, worktree }: Workspace,
): Promise<string | undefined> {
  if (git !== "repository") return undefined;
  const { status, stdout } = await new Git(system, worktree).run([
    "var",
    "GIT_COMMITTER_IDENT",
  ]);
  return status === 0 ? decodeBytes(stdout).trim() : undefined;
}
