import { join } from "@std/path";
import type { WorktreeRow, WorktreesPruneResult } from "../../schemas/types.ts";
import { TestEnv } from "./env.ts";
import { mpmJson, type MpmOptions } from "./mpm.ts";

/** The folder of agents' worktrees, below the project. */
export const WORKTREES = ".claude/worktrees";

/** A process id that no Linux gives out. */
export const DEAD_PID = 4_194_305;

/** A project whose worktrees, and what an agent leaves in them, git ignores. */
export function agentProject(): TestEnv {
  const env = new TestEnv();
  env.git("init", "-q");
  env.write(".gitignore", ".claude/\n.claude-mpm/\n.env\nnode_modules/\n");
  env.write("README.md", "# Project\n");
  env.commit("Start the project");
  return env;
}

/** Makes a worktree as Claude Code does; returns its absolute path. */
export function addWorktree(
  env: TestEnv,
  name: string,
  ...how: string[]
): string {
  const path = join(env.project, WORKTREES, name);
  const options = how.length > 0 ? how : ["-b", `worktree-${name}`];
  env.git("worktree", "add", "-q", ...options, path);
  return path;
}

/** Writes a file in a worktree and commits it there; returns the commit. */
export function commitIn(
  env: TestEnv,
  path: string,
  file = "work.txt",
  text = "work\n",
): string {
  Deno.writeTextFileSync(join(path, file), text);
  env.gitIn(path, "add", "-A");
  env.gitIn(path, "commit", "-q", "-m", `Write ${file}`);
  return env.gitIn(path, "rev-parse", "HEAD");
}

/** A clock two hours ahead, so that every worktree has been unused for long. */
export const LATER = () => new Date(Date.now() + 2 * 3600 * 1000);

/** Prunes two hours later. */
export async function pruneLater(
  env: TestEnv,
  options: MpmOptions = {},
): Promise<WorktreesPruneResult> {
  return await mpmJson<WorktreesPruneResult>(env, ["worktrees", "prune"], {
    now: LATER,
    ...options,
  });
}

/** Each remaining folder, and the reason. */
export function reasons(
  { preserved }: { preserved: WorktreeRow[] },
): Record<string, string> {
  return Object.fromEntries(
    preserved.map(({ name, reason }) => [name, reason]),
  );
}

/** The names of the removed worktrees. */
export function gone({ removed }: WorktreesPruneResult): string[] {
  return removed.map(({ name }) => name);
}
