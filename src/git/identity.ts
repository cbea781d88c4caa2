import type { System } from "../system/system.ts";
import type { Workspace } from "./repository.ts";
import { Git } from "./run/git.ts";
import { decodeBytes } from "./text.ts";

/** Returns the committer as git writes it: name, email, seconds, zone. */
export async function readIdentity(
  system: System,
  { git, worktree }: Pick<Workspace, "git" | "worktree">,
): Promise<string | undefined> {
  if (git !== "repository") return undefined;
  const args = ["var", "GIT_COMMITTER_IDENT"];
  const { status, stdout } = await new Git(system, worktree).run(args);
  return status === 0 ? decodeBytes(stdout).trim() : undefined;
}

/** Returns the name in git's committer identity: `Ann <a@b> 1 +0000`. */
export function authorOf(identity: string | undefined): string | undefined {
  return identity?.replace(/ ?<[^]*$/, "").trim() || undefined;
}

/**
 * Returns the user's and the machine's signing key and format as one text;
 * empty without a key. The repository's settings do not count.
 */
export async function readSigningKey(git: Git): Promise<string> {
  const pattern = "^(user\\.signingkey|gpg\\.format)$";
  const values = new Map(await git.settings(pattern));
  const key = values.get("user.signingkey");
  return key ? `${values.get("gpg.format") ?? "openpgp"} ${key}` : "";
}

/** Git never prompts for the passphrase of an SSH key. */
const SIGNING = {
  GIT_AUTHOR_NAME: "mpm",
  GIT_AUTHOR_EMAIL: "mpm",
  GIT_AUTHOR_DATE: "@0 +0000",
  GIT_COMMITTER_NAME: "mpm",
  GIT_COMMITTER_EMAIL: "mpm",
  GIT_COMMITTER_DATE: "@0 +0000",
  SSH_ASKPASS: "false",
  SSH_ASKPASS_REQUIRE: "force",
};

/**
 * Signs a message as git signs commits, with the user's settings. Returns the
 * text of a commit without parent, files and ref. Throws GIT_FAILED, also if
 * git needs a passphrase.
 */
export async function signMessage(git: Git, message: string): Promise<string> {
  const signing = git.with(SIGNING)
    .like({ args: ["-c", "i18n.commitEncoding=UTF-8"] });
  const nothing = { stdin: new Uint8Array() };
  const tree = decodeBytes(await git.read(["mktree"], nothing)).trim();
  const args = ["commit-tree", "-S", tree, "-m", message];
  const commit = decodeBytes(await signing.read(args)).trim();
  return decodeBytes(await git.read(["cat-file", "commit", commit]));
}
