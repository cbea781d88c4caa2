import { basename, join } from "@std/path";
import { MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { fullName } from "./run/data_settings.ts";
import { Git } from "./run/git.ts";
import { parseSettings } from "./run/parse_settings.ts";
import type { StandIn } from "./run/stand_in.ts";
import { decodeBytes, encodeText } from "./text.ts";

/** Milliseconds for writing a whole tree. */
const LONG = 10 * 60_000;

/** Bytes of a `.git` file, and of the settings of a worktree. */
const SMALL = 8192;
const LARGEST = 1024 * 1024;

/**
 * Makes a worktree at `path` and writes its files. `how`: options of `git
 * worktree add`, the path among them. Throws GIT_FAILED, with no worktree made.
 */
export async function makeWorktree(
  system: System,
  git: Git,
  { path, how }: { path: string; how: readonly string[] },
): Promise<void> {
  const standIn = await git.standIn();
  const { files } = system;
  const home = join(standIn.repository.commonDir, "worktrees");
  // Git would make the folder in the place of the link that leads there.
  if (!files.stat(home)) {
    files.mkdir(home);
    files.chmod(home, files.stat(standIn.repository.commonDir)?.mode ?? 0o755);
  }
  const alone = ["-c", "submodule.recurse=false"];
  const add = ["worktree", "add", "--quiet", "--no-checkout", ...how];
  await git.read([...alone, ...add]);
  try {
    const gitDir = bindWorktree(system, standIn, path);
    copySettings(system, standIn, gitDir);
    // As git does it, in a process of its own.
    const reset = ["reset", "--hard", "--quiet", "--no-recurse-submodules"];
    await new Git(system, path).read([...alone, ...reset], { timeout: LONG });
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const twice = ["--force", "--force"];
    await git.run(["worktree", "remove", ...twice, "--", path]);
    throw error;
  }
}

/** Git has written where it was told that the repository is; returns it. */
function bindWorktree(
  { files, random }: System,
  { repository }: StandIn,
  path: string,
): string {
  const dotGit = join(path, ".git");
  const text = decodeBytes(files.readOwn(dotGit, SMALL)).trimEnd();
  const gitDir = join(repository.commonDir, "worktrees", basename(text));
  const made = `${dotGit}-${random()}`;
  files.create(made, encodeText(`gitdir: ${gitDir}\n`));
  files.chmod(made, files.lstat(dotGit)?.mode ?? 0o644);
  files.rename(made, dotGit);
  return gitDir;
}

/** A new worktree gets the settings of the one that it is made from. */
function copySettings(
  { files }: System,
  { repository }: StandIn,
  gitDir: string,
): void {
  const from = join(repository.gitDir, "config.worktree");
  const to = join(gitDir, "config.worktree");
  if (files.lstat(from)?.kind !== "file" || files.lstat(to)) return;
  const bytes = files.readOwn(from, LARGEST);
  const { settings, whole } = parseSettings(decodeBytes(bytes));
  const binds = settings.some((setting) =>
    ["core.bare", "core.worktree"].includes(fullName(setting))
  );
  if (whole && !binds) files.create(to, bytes);
}
