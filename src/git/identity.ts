import type { System } from "../system/system.ts";
import type { Workspace } from "./repository.ts";
import { Git } from "./run/git.ts";
import { decodeBytes } from "./text.ts";

/**
 * Returns the identity of the committer, as git writes it: name, email, seconds
 * and time zone. `undefined`: git knows no name and email.
 */
export async function readIdentity(
  system: System,
  { git, worktree }: Pick<Workspace, "git" | "worktree">,
): Promise<string | undefined> {
  if (git !== "repository") return undefined;
  const args = ["var", "GIT_COMMITTER_IDENT"];
  const { status, stdout } = await new Git(system, worktree).run(args);
  return status === 0 ? decodeBytes(stdout).trim() : undefined;
}

/** The name in what git says of the committer: `Ann <a@b> 1 +0000`. */
export function authorOf(identity: string | undefined): string | undefined {
  return identity?.replace(/ ?<[^]*$/, "").trim() || undefined;
}
