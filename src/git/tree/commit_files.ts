import { MpmError } from "../../base/errors.ts";
import { Git, LONG } from "../run/git.ts";
import { words } from "../text.ts";
import type { System } from "../../system/system.ts";
import { makeWorktree } from "../worktrees.ts";
import type { CapturedFile } from "./captured_file.ts";
import { FileCapture } from "./capture_files.ts";
import type { CaptureLimits } from "./capture_limits.ts";
import { checkpointImport, importedId, ImportStream } from "./checkpoints.ts";
import { emptyTree, type TreeEntry } from "./snapshot.ts";
import { rawGit, type Vault } from "./vault.ts";

/** Files by path; `undefined`: there is no file. */
export type FileDelta = ReadonlyMap<
  string,
  CapturedFile | TreeEntry | undefined
>;

/** A commit by mpm that contains files unchanged, byte for byte. */
export interface FilesCommit {
  /** A ref that does not exist yet. */
  readonly ref: string;
  readonly title: string;
  readonly parent: string | undefined;
  /** The tree that the files change; `undefined`: the empty tree. */
  readonly base: string | undefined;
  readonly files: FileDelta;
  /** The folder of the commit that contains them, by default the top. */
  readonly folder?: string;
  /** More files, next to that folder. */
  readonly beside?: ReadonlyMap<string, Uint8Array>;
  /** Committer time, milliseconds since the epoch; see `ImportStream`. */
  readonly committed: number;
}

/**
 * Creates a commit and its ref in one process and returns its ID. No hook and
 * no filter runs, and no index is used. Throws GIT_FAILED, with no ref created.
 */
export async function commitFiles(
  system: System,
  vault: Pick<Vault, "git" | "workspace">,
  { ref, title, parent, base, files, ...more }: FilesCommit,
): Promise<string> {
  const { folder = "", beside, committed } = more;
  const stream = new ImportStream();
  const made = system.now().getTime();
  stream.commit(ref, title, { made, committed });
  if (parent !== undefined) stream.line(`from ${parent}`);
  stream.line("deleteall");
  if (base !== undefined && base !== emptyTree(base)) {
    stream.line(`M 040000 ${base} "${folder}"`);
  }
  stream.files(folder, files);
  for (const [path, bytes] of beside ?? []) {
    stream.line(`M 100644 inline ${path}`);
    stream.data(bytes);
  }
  await using importing = checkpointImport(system, vault, { awaited: false });
  return await importedId(importing, stream.end());
}

/** Reads files, ignored or not. Throws CONFLICT if one cannot be read. */
export async function readFiles(
  system: System,
  vault: Vault,
  { paths, limits }: { paths: Iterable<string>; limits: CaptureLimits },
): Promise<FileDelta> {
  const reader = new FileCapture(system, vault.git, { ...vault, write: true });
  for (const path of paths) reader.add(path);
  await reader.finish(limits);
  const [problem] = reader.leftOut;
  if (!problem) return reader.files;
  throw new MpmError(
    "CONFLICT",
    `Cannot read "${problem.path}": ${problem.reason}`,
  );
}

/** The largest index to copy, in bytes. */
const LARGEST = 512 * 1024 * 1024;

/**
 * Creates a locked worktree at `path` with the files of a commit, byte for
 * byte, and a detached HEAD. Throws GIT_FAILED, with nothing created.
 */
export async function addRawWorktree(
  system: System,
  vault: Vault,
  { path, commit, reason, rawFolder }: {
    path: string;
    commit: string;
    /** The reason for the lock. */
    reason: string;
    /** The parent of git's folders for raw bytes; see `rawGit`. */
    rawFolder: string;
  },
): Promise<void> {
  const lock = ["--lock", "--reason", reason];
  const how = [...lock, "--detach", "--", path, commit];
  await makeWorktree(system, new Git(system, vault.workspace.worktree), {
    path,
    how,
    fill: async (gitDir) => {
      using raw = rawGit(system, vault, { near: rawFolder, worktree: path });
      await raw.git.read(["read-tree", commit], { timeout: LONG });
      const args = words("checkout-index --quiet --all -u");
      await raw.git.read(args, { timeout: LONG });
      // Git then finds the files unchanged, and does not read them again.
      const bytes = system.files.readOwn(`${raw.folder}/index`, LARGEST);
      const index = `${gitDir}/index`;
      if (system.files.lstat(index)) system.files.remove(index);
      system.files.create(index, bytes, { synced: false });
    },
  });
}
