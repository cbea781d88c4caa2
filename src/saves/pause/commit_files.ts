import { relative } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import {
  decodeBytes,
  encodeText,
  FastImport,
  Git,
  gitFailure,
  quotePath,
  reasonOf,
  takesPack,
  type Workspace,
  writeObjects,
} from "../../git/mod.ts";
import type { RunResult, System } from "../../system/system.ts";

/**
 * A git that writes blobs and waits to be told about which files: started while
 * a save is written, it costs no time of its own after that.
 */
export class BlobWriter implements AsyncDisposable {
  readonly git: Git;
  /** The folder that all worktrees of the repository share. */
  readonly commonDir: string;
  readonly #told = Promise.withResolvers<Uint8Array>();
  readonly #written: Promise<RunResult>;

  /** `workspace` must be in a repository. */
  constructor(system: System, { worktree, commonDir }: Workspace) {
    this.commonDir = commonDir!;
    this.git = new Git(system, worktree);
    this.#written = writeObjects(this.git, HASH, { stdin: this.#told.promise });
    // How it failed is for whoever stores something.
    this.#written.catch(() => {});
  }

  /** Writes the files' content as objects, as it is; once. Throws GIT_FAILED. */
  async store(files: readonly string[]): Promise<Entry[]> {
    const paths = files.map((path) =>
      relative(this.git.folder, path).replaceAll("\\", "/")
    );
    this.#told.resolve(
      encodeText(paths.map((path) => `${quotePath(path)}\n`).join("")),
    );
    const written = await this.#written;
    if (written.status !== 0) throw gitFailure(HASH, written);
    const ids = decodeBytes(written.stdout).trim().split("\n");
    return paths.map((path, at) => ({ path, id: ids[at]! }));
  }

  /** Waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#told.resolve(new Uint8Array());
    await this.#written.catch(() => {});
  }
}

const HASH = ["hash-object", "-w", "--no-filters", "--stdin-paths"];

export interface FileCommit {
  /** Who commits, see `readIdentity`. */
  readonly identity: string;
  /** The branch that is checked out. */
  readonly branch: string;
  /** Full id it was at when the save was made. */
  readonly head: string;
  /** Absolute paths below the worktree. */
  readonly files: readonly string[];
  readonly message: string;
}

/** A file as git knows it: its path below the worktree, its object id. */
interface Entry {
  readonly path: string;
  readonly id: string;
}

/**
 * Commits `files` and nothing else on top of the branch and returns the
 * commit's id: neither what is staged nor the worktree nor any hook takes part.
 * The files enter the index first, so that dying in between leaves them staged
 * rather than looking deleted; `git fast-import` then builds the commit and
 * moves the branch, only forward. Throws GIT_FAILED, with nothing committed.
 */
export async function commitFiles(
  system: System,
  blobs: BlobWriter,
  commit: FileCommit,
): Promise<string> {
  const { git, commonDir } = blobs;
  const entries = await blobs.store(commit.files);
  // Started before, and told what to do when the entries are there.
  const packed = takesPack(system, commonDir);
  await using importing = new FastImport(git, { packed });
  await stage(
    system,
    git,
    entries.map(({ path, id }) => `100644 ${id} 0\t${path}`),
  );
  try {
    return await moveBranch(git, importing, { commit, entries });
  } catch (error) {
    const none = "0".repeat(entries[0]!.id.length);
    const lines = entries.map(({ path }) => `0 ${none} 0\t${path}`);
    await stage(system, git, lines);
    throw error;
  }
}

/** Tries for the index, which another git may hold for a moment. */
const TRIES = 40;
const PAUSE_MS = 25;

/** Changes entries of the index and no others (git-update-index(1)). */
async function stage(
  system: System,
  git: Git,
  lines: readonly string[],
): Promise<void> {
  const stdin = encodeText(lines.map((line) => `${line}\0`).join(""));
  const args = ["update-index", "--add", "-z", "--index-info"];
  for (let tries = 1;; tries++) {
    const done = await git.run(args, { stdin });
    if (done.status === 0) return;
    const held = reasonOf(done).includes("index.lock");
    if (!held) throw gitFailure(args, done);
    if (tries === TRIES) {
      throw new MpmError("GIT_FAILED", "Another git command is at work");
    }
    await system.sleep(PAUSE_MS);
  }
}

/** Times a commit is built again since the branch moved in the meantime. */
const ATTEMPTS = 5;

async function moveBranch(
  git: Git,
  first: FastImport,
  { commit, entries }: { commit: FileCommit; entries: readonly Entry[] },
): Promise<string> {
  let head = commit.head;
  for (let attempt = 1;; attempt++) {
    await using next = attempt === 1
      ? undefined
      : new FastImport(git, { packed: false });
    const stream = importStream(commit, head, entries);
    const done = await (next ?? first).run(stream);
    if (done.status === 0) return decodeBytes(done.stdout).trim();
    const now = await headOf(git, commit.branch);
    if (now === head || attempt === ATTEMPTS) {
      throw gitFailure(["fast-import"], done);
    }
    head = now;
  }
}

/** The commit of `branch`. Throws GIT_FAILED if HEAD is elsewhere by now. */
async function headOf(git: Git, branch: string): Promise<string> {
  const args = ["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"];
  const [head, name] = decodeBytes(await git.read(args)).split("\n");
  if (name === `refs/heads/${branch}` && head) return head;
  throw new MpmError("GIT_FAILED", "The branch was switched in the meantime");
}

/**
 * The stream of git-fast-import(1): a commit on top of `head` in which only
 * `entries` change, and a request for its id.
 */
function importStream(
  { branch, message, identity }: FileCommit,
  head: string,
  entries: readonly Entry[],
): Uint8Array {
  return encodeText([
    `commit refs/heads/${branch}`,
    "mark :1",
    `committer ${identity}`,
    `data ${encodeText(message).length}`,
    message,
    `from ${head}`,
    ...entries.map(({ path, id }) => `M 100644 ${id} ${path}`),
    "",
    "get-mark :1",
    "done",
    "",
  ].join("\n"));
}
