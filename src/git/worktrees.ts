import { basename, dirname, resolve } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { gitDirIn } from "./place.ts";
import type { Workspace } from "./repository.ts";
import { Git, LONG } from "./run/git.ts";
import { fullName, parseSettings, readIfThere } from "./run/settings.ts";
import type { StandIn } from "./run/stand_in.ts";
import { decodeBytes, encodeText, splitFields, words } from "./text.ts";

export interface ListedWorktree {
  /** Absolute, as registered. */
  readonly path: string;
  readonly head: string | undefined;
  /** Full ref name; `undefined` if detached or bare. */
  readonly ref: string | undefined;
  /** The reason for its lock; `""`: no reason; `undefined`: not locked. */
  readonly locked: string | undefined;
  /** True if its folder is gone, so git would forget the worktree. */
  readonly prunable: boolean;
}

/** Reads all worktrees, the main one first. Throws GIT_FAILED. */
export async function readWorktrees(git: Git): Promise<ListedWorktree[]> {
  const list = await git.like({ plain: true })
    .read(words("worktree list --porcelain -z"));
  const found: ListedWorktree[] = [];
  let fields = new Map<string, string>();
  for (const line of splitFields(list)) {
    const [name, value] = line.split(/ ([^]*)/);
    if (line !== "") fields.set(name!, value ?? "");
    else {
      found.push(listed(fields));
      fields = new Map();
    }
  }
  return found;
}

function listed(fields: Map<string, string>): ListedWorktree {
  const head = fields.get("HEAD");
  return {
    // Git prints slashes on every system.
    path: resolve(fields.get("worktree") ?? ""),
    // Git prints zeros before the first commit.
    head: head === undefined || /^0+$/.test(head) ? undefined : head,
    ref: fields.get("branch"),
    locked: fields.get("locked"),
    prunable: fields.has("prunable"),
  };
}

/** The largest `.git` file and settings file of a worktree, in bytes. */
const SMALL = 8192;
const LARGEST = 1024 * 1024;

/**
 * Creates a worktree at `path` and writes its files. `how`: options of `git
 * worktree add`, with the path. `fill`: writes files and index instead of git.
 * Throws GIT_FAILED, with no worktree created.
 */
export async function makeWorktree(
  system: System,
  git: Git,
  { path, how, fill }: {
    path: string;
    how: readonly string[];
    fill?: (gitDir: string) => Promise<void>;
  },
): Promise<void> {
  const standIn = await git.standIn();
  const { files } = system;
  const home = join(standIn.repository.commonDir, "worktrees");
  // Git would create the folder instead of the link that leads there.
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
    if (fill) return await fill(gitDir);
    // In its own process, as git does.
    const reset = ["reset", "--hard", "--quiet", "--no-recurse-submodules"];
    await new Git(system, path).read([...alone, ...reset], { timeout: LONG });
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    await git.run(words("worktree remove --force --force --", path));
    throw error;
  }
}

/** Corrects the paths that git wrote; returns the worktree's git folder. */
function bindWorktree(
  { files, random }: System,
  { repository, env }: StandIn,
  path: string,
): string {
  const dotGit = join(path, ".git");
  const text = decodeBytes(files.readOwn(dotGit, SMALL)).trimEnd();
  const name = basename(text);
  const gitDir = join(repository.commonDir, "worktrees", name);
  // Without a link to the real folder, git wrote next to the copy.
  if (!files.lstat(gitDir)) {
    copyFolder(files, join(env.GIT_COMMON_DIR!, "worktrees", name), gitDir);
  }
  const made = `${dotGit}-${random()}`;
  files.create(made, encodeText(`gitdir: ${gitDir}\n`));
  files.chmod(made, files.lstat(dotGit)?.mode ?? 0o644);
  files.rename(made, dotGit);
  return gitDir;
}

/** Copies the files of a folder that git has just created. */
function copyFolder(files: System["files"], from: string, to: string): void {
  files.mkdir(to);
  for (const { name, kind } of files.list(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (kind === "folder") copyFolder(files, source, target);
    else files.create(target, files.readOwn(source, LARGEST));
  }
}

/** A new worktree gets the settings of the worktree from which it is made. */
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

/**
 * Creates a worktree at `path`, locked against cleanups. A new branch starts at
 * the target's start point. Throws GIT_FAILED.
 */
export async function addWorktree(
  system: System,
  git: Git,
  { path, target: { branch, head, start }, reason }: {
    path: string;
    target: { branch: string; head: string; start: string | undefined };
    reason: string;
  },
): Promise<void> {
  const lock = ["--lock", "--reason", reason];
  const what = start === undefined
    ? ["--", path, branch]
    : ["--no-track", "-b", branch, "--", path, head];
  await makeWorktree(system, git, { path, how: [...lock, ...what] });
}

/** Unlocks a worktree for cleanups; it may already be unlocked. */
export async function unlockWorktree(git: Git, path: string): Promise<void> {
  await git.like({ plain: true }).run(["worktree", "unlock", "--", path]);
}

/** Removes a worktree that git finds clean; returns whether it is gone. */
export async function dropCleanWorktree(
  git: Git,
  path: string,
): Promise<boolean> {
  await unlockWorktree(git, path);
  const gone = await git.run(["worktree", "remove", "--", path]);
  return gone.status === 0;
}

/** Removes a worktree with its contents, locked until the end, if it exists. */
export async function forgetWorktree(git: Git, path: string): Promise<void> {
  const force = ["--force", "--force"];
  await git.run(["worktree", "remove", ...force, "--", path]);
}

/**
 * Returns whether git was stopped while it created a worktree: git writes the
 * index last. The last file may be incomplete.
 */
export function isUnfinished(system: System, path: string): boolean {
  const { files } = system;
  const isBegun = attempt(() => {
    const kind = files.lstat(join(path, ".git"))?.kind;
    if (kind === undefined) return files.list(path).length === 0;
    const gitDir = kind === "file" ? gitDirIn(system, path) : undefined;
    return gitDir !== undefined && !files.lstat(join(gitDir, "index"));
  });
  return isBegun ?? false;
}

export async function pathsOf(git: Git, commit: string): Promise<string[]> {
  const args = words("ls-tree -r -z --name-only --full-tree", commit);
  return splitFields(await git.read(args, { timeout: LONG }));
}

/** The folder of the worktrees of detours, below the main worktree. */
export const WORKTREES = ".claude/worktrees";

/**
 * Returns the repository's ignore file with a rule for the worktrees, which
 * would look like changes; `undefined`: nothing must be written.
 */
export async function worktreeRule(
  system: System,
  { root, commonDir }: Workspace,
): Promise<{ path: string; bytes: Uint8Array; mode: number } | undefined> {
  const ignored = await new Git(system, root)
    .run(words("check-ignore -q --", `${WORKTREES}/any/file`));
  if (ignored.status !== 1) return undefined;
  const path = join(commonDir!, "info", "exclude");
  const bytes = readIfThere(system, path, LARGEST) ?? new Uint8Array();
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const gap = text === "" || text.endsWith("\n") ? "" : "\n";
  return {
    path,
    bytes: encodeText(`${text}${gap}/${WORKTREES}/\n`),
    mode: system.files.lstat(path)?.mode ?? 0o644,
  };
}

/** The maximum number of linked worktrees to look at without git. */
const MOST_LINKED = 50;

/**
 * Returns the existing worktrees of the repository with the main worktree
 * `root`, without git. Empty without a repository. Never throws.
 */
export function worktreesByFiles(system: System, root: string): string[] {
  const { files } = system;
  return attempt(() => {
    const common = gitDirIn(system, root) ?? root;
    const folder = join(common, "worktrees");
    if (files.peek(folder)?.kind !== "folder") return [root];
    const linked = files.list(folder).map(({ name }) => name).sort()
      .slice(0, MOST_LINKED).flatMap((name) => {
        const gitDir = join(folder, name);
        const path = attempt(() => {
          const text = decodeBytes(
            files.readOwn(join(gitDir, "gitdir"), SMALL),
          );
          return dirname(resolve(gitDir, text.trimEnd()));
        });
        const leads = path && attempt(() => gitDirIn(system, path));
        return leads && basename(leads) === name ? [path] : [];
      });
    return [root, ...linked];
  }) ?? [];
}
