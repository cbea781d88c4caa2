import { join, resolve } from "@std/path";
import { MpmError } from "../errors.ts";
import type { RunResult, System } from "../system/system.ts";
import type { Git } from "./git.ts";
import { safeSettings } from "./safe_git.ts";
import {
  ownSettingsHave,
  readPlain,
  userSettingsHave,
} from "./settings_text.ts";
import { decodeBytes, isOpenable, splitFields } from "./text.ts";

/** Bytes of a `.git` file and of an index that are read. */
const SMALL = 8192;
const LARGEST_INDEX = 512 * 1024 * 1024;

/** Settings that name a filter, or other settings, which may do so. */
const NAMING = /\[\s*(?:filter|include)/;

/**
 * Runs `git status` so that no program is run which the repository's own
 * settings or those of a submodule name: a clone has none, an unpacked archive
 * may. The user's own filters do run, as they do with any `git status`.
 * Submodules that name one are only compared by their commits.
 */
export async function runStatus(
  system: System,
  git: Git,
  { gitDir, args }: { gitDir: string; args: readonly string[] },
): Promise<RunResult> {
  const quiet = await unfiltered(system, git, gitDir);
  const shallow = await submodulesFilter(system, quiet, gitDir);
  return await quiet.run(
    shallow ? args.toSpliced(1, 0, "--ignore-submodules=dirty") : args,
  );
}

/**
 * A git that runs no filter where the repository's own settings may name one.
 * Git looks into files by itself whenever it writes an index in the second in
 * which they were changed.
 */
export async function unfiltered(
  system: System,
  git: Git,
  gitDir: string,
): Promise<Git> {
  return namesFilter(system, gitDir)
    ? git.with((await safeSettings(system, git.folder)).off)
    : git;
}

/** Whether a repository's own settings may name a filter; true in doubt. */
export function namesFilter(system: System, gitDir: string): boolean {
  return ownSettingsHave(system, gitDir, NAMING);
}

/** Whether the user's own settings or the machine's may; true in doubt. */
export function userNamesFilter(system: System): boolean {
  return userSettingsHave(system, NAMING);
}

/** Whether git, asked for the state of submodules, might run a filter there. */
export async function submodulesFilter(
  system: System,
  git: Git,
  gitDir: string,
): Promise<boolean> {
  if (!mayHaveSubmodules(system, gitDir)) return false;
  const listed = await git.run(["ls-files", "--stage", "-z"]);
  return listed.status !== 0 || splitFields(listed.stdout)
    .filter((line) => line.startsWith("160000 "))
    .map((line) => line.slice(line.indexOf("\t") + 1))
    .some((path) => isDoubtful(system, git.folder, path));
}

/**
 * Seen from the bytes of the index, which costs less than asking git: whether
 * the mode of a submodule, 0160000, is among them, or a part is elsewhere.
 */
function mayHaveSubmodules(system: System, gitDir: string): boolean {
  const path = join(gitDir, "index");
  try {
    if (!system.files.stat(path)) return false;
    const index = readPlain(system, path, LARGEST_INDEX);
    if (holdsSubmoduleMode(index)) return true;
    return system.files.list(gitDir)
      .some(({ name }) => name.startsWith("sharedindex."));
  } catch (error) {
    if (error instanceof MpmError) return true;
    throw error;
  }
}

/** Whether the mode of a submodule, 0160000, may be in the bytes of an index. */
function holdsSubmoduleMode(bytes: Uint8Array): boolean {
  for (let at = 0; (at = bytes.indexOf(0xe0, at) + 1) > 0;) {
    if (!bytes[at] && !bytes[at - 2] && !bytes[at - 3]) return true;
  }
  return false;
}

function isDoubtful(system: System, worktree: string, path: string): boolean {
  if (!isOpenable(path)) return true;
  const folder = join(worktree, path);
  const dotGit = join(folder, ".git");
  try {
    const kind = system.files.stat(dotGit)?.kind;
    if (kind === undefined) return false;
    let gitDir = dotGit;
    if (kind !== "folder") {
      const text = decodeBytes(readPlain(system, dotGit, SMALL));
      const named = /^gitdir: (.*?)[\r\n]*$/.exec(text)?.[1];
      if (named === undefined) return false;
      gitDir = resolve(folder, named);
    }
    return namesFilter(system, gitDir) || mayHaveSubmodules(system, gitDir);
  } catch (error) {
    if (error instanceof MpmError) return true;
    throw error;
  }
}
