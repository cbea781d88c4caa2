import { dirname } from "@std/path";
import { join } from "../base/join.ts";
import type { SparseCheckout, WorktreeExtras } from "./facts.ts";
import type { System } from "../system/system.ts";
import {
  answered,
  decodeBytes,
  type Failed,
  Git,
  gitAt,
  type IndexEntry,
  isOpenable,
  lined,
  quotePath,
  splitFields,
  type WorktreeFolders,
  zeroed,
} from "../git/mod.ts";

/**
 * Files that git and Claude Code write for every worktree. Everything else
 * belongs to someone: refs of this worktree, hooks, submodules, and data of
 * later git versions.
 */
const USUAL =
  /^(HEAD|ORIG_HEAD|FETCH_HEAD|REBASE_HEAD|AUTO_MERGE|MERGE_RR|COMMIT_EDITMSG|CLAUDE_BASE|commondir|config\.worktree|gitdir|index|locked|sharedindex\.[^/]*|fsmonitor--daemon.*|logs\/.*|info\/sparse-checkout)$/s;

/** The maximum size of sparse checkout patterns to keep, in bytes. */
const PATTERNS_LIMIT = 65_536;

const SPARSE = [
  "core.sparsecheckout",
  "core.sparsecheckoutcone",
  "index.sparse",
];

/** Returns what a worktree's git folder has and a new one would not have. */
export async function readExtras(
  system: System,
  { path, gitDir }: WorktreeFolders,
): Promise<WorktreeExtras | Failed> {
  return await answered(async () => {
    const own = filesIn(system, gitDir).filter((name) => !USUAL.test(name))
      .sort();
    const file = join(gitDir, "config.worktree");
    if (!system.files.lstat(file)) return { own, sparse: undefined };
    const git = new Git(system, path, { plain: true });
    const settings = await readSettings(git, file);
    const main = join(dirname(dirname(gitDir)), "config.worktree");
    // Git copies the settings of the worktree from which a new worktree is
    // created.
    const copied = system.files.lstat(main)
      ? await readSettings(git, main)
      : [];
    const mine = settings.filter((setting) =>
      !SPARSE.includes(nameOf(setting)) && !copied.includes(setting)
    );
    return {
      own: [...own, ...mine.map((setting) => `the setting ${nameOf(setting)}`)],
      sparse: readSparse(system, gitDir, settings),
    };
  });
}

/** Folders in which each file is checked; others count as a whole. */
const OPENED = /^(refs|logs|info)\//;

/** Returns the files in `folder`, with slashes; empty folders have none. */
function filesIn(system: System, folder: string, above = ""): string[] {
  return system.files.list(folder).flatMap(({ name, kind }) => {
    const path = `${above}${name}`;
    if (kind !== "folder") return [path];
    const within = filesIn(system, join(folder, name), `${path}/`);
    const whole = within.length === 0 || OPENED.test(`${path}/`);
    return whole ? within : [`${path}/`];
  });
}

/** Returns each setting as `name`, or as `name`, line break and value. */
async function readSettings(git: Git, file: string): Promise<string[]> {
  const args = ["config", "--file", file, "--no-includes", "--list", "-z"];
  return splitFields(await git.read(args));
}

const nameOf = (setting: string) => setting.split("\n")[0]!;

function readSparse(
  system: System,
  gitDir: string,
  settings: readonly string[],
): SparseCheckout | undefined {
  // The last value counts.
  const isOn = (name: string) =>
    /^(|true|yes|on|1)$/i.test(
      settings.findLast((setting) => nameOf(setting) === name)
        ?.slice(name.length + 1) ?? "no",
    );
  const file = join(gitDir, "info", "sparse-checkout");
  if (!isOn("core.sparsecheckout") || !system.files.lstat(file)) {
    return undefined;
  }
  const patterns = decodeBytes(system.files.readOwn(file, PATTERNS_LIMIT));
  return { cone: isOn("core.sparsecheckoutcone"), patterns };
}

/** Returns files that differ from their blobs only before a git filter. */
export async function readFiltered(
  system: System,
  folders: WorktreeFolders,
  entries: readonly IndexEntry[],
): Promise<string[] | Failed> {
  return await answered(async () => {
    const git = gitAt(system, folders);
    const { hiding } = await git.standIn();
    if (hiding.length === 0) return [];
    const files = entries.filter(({ path, mode }) =>
      mode.startsWith("100") &&
      (!isOpenable(path) || system.files.lstat(join(folders.path, path)))
    );
    const attributes = splitFields(
      await git.read(["check-attr", "-z", "--stdin", "filter"], {
        stdin: zeroed(files.map(({ path }) => path)),
      }),
    );
    const converted = files.filter((_, at) =>
      hiding.includes(attributes[3 * at + 2]!)
    );
    if (converted.length === 0) return [];
    const hash = ["hash-object", "--no-filters", "--stdin-paths"];
    const stdin = lined(converted.map(({ path }) => quotePath(path)));
    const ids = decodeBytes(await git.read(hash, { stdin })).split("\n");
    return converted.filter(({ object }, at) => ids[at] !== object)
      .map(({ path }) => path);
  });
}
