import { join } from "../base/join.ts";
import { type Names, resolveUpstream, UPSTREAM } from "./branches.ts";
import type { FileState, RepositoryState, Workspace } from "./repository.ts";
import { Git, gitFailure, reasonOf } from "./run/git.ts";
import { objectHash, readIfThere, readSettings } from "./run/settings.ts";
import {
  closedIn,
  parseStatus,
  STATUS,
  type Status,
  statusHead,
} from "./status.ts";
import type { FileMemory } from "./file_memory.ts";
import { type ContentTaker, readFileStates } from "./file_states.ts";
import { readRecent, type Recent } from "./history/log.ts";
import { readUnwatched } from "./unwatched.ts";
import { type AskedStatus, askStatus, statusIn } from "./submodules.ts";
import {
  allEnded,
  decodeBytes,
  joinBytes,
  splitFields,
  words,
} from "./text.ts";
import { sha256 } from "../base/digest.ts";
import type { RunResult, System } from "../system/system.ts";

/** The maximum number of changed paths to list; others are only counted. */
const FILE_LIMIT = 10_000;

/** Replacements for the usual ways to read a part of a repository's state. */
export interface StateReaders {
  readonly git?: Git;
  /** Resolves `@{upstream}` among other names. */
  readonly names?: Promise<Names>;
  readonly recent?: Promise<Recent>;
  readonly keeper?: ContentTaker | undefined;
  /** Knows which files need not be read again. */
  readonly memory?: Promise<FileMemory>;
  /** The answer requested by {@link beginStatus}. */
  readonly asked?: Promise<AskedStatus> | undefined;
  /** The status, and the state of every changed file. */
  readonly files?: () => Promise<
    {
      readonly status: Status;
      readonly files: readonly FileState[];
      /** Number of further changed paths. */
      readonly omitted: number;
      readonly unwatched?: RepositoryState["unwatched"];
      readonly closed?: RepositoryState["closed"];
    }
  >;
}

const STASHES = words("log --walk-reflogs -z --format=%H%x00%gs refs/stash --");

/**
 * Reads everything about a worktree that a save records. Git first looks at the
 * files and then lists commits: at once, the two would take the processors from
 * mpm, which works meanwhile. Another process each answers about an upstream
 * and stashes. `workspace` must be in a repository. Throws GIT_FAILED.
 */
export async function readState(
  system: System,
  workspace: Workspace,
  readers: StateReaders = {},
): Promise<RepositoryState> {
  const { git = new Git(system, workspace.worktree) } = readers;
  const { names = upstreamOf(system, git, workspace) } = readers;
  const asked = readers.asked ??
    (readers.files ? undefined : beginStatus(system, workspace, git));
  const [present, recent] = await allEnded([
    readPresent(system, workspace, { ...readers, git, names, asked }),
    readers.recent ?? Promise.allSettled([asked]).then(() => readRecent(git)),
  ]);
  if (recent.failure && present.head) throw recent.failure;
  return { ...present, recent: recent.commits };
}

/** Resolves the upstream; empty if no branch can have one. */
async function upstreamOf(
  system: System,
  git: Git,
  workspace: Workspace,
): Promise<Names> {
  return mayHaveUpstream(system, workspace)
    ? await resolveUpstream(git)
    : new Map();
}

/** Returns whether the settings of the repository may define upstreams. */
export function mayHaveUpstream(
  system: System,
  { gitDir, commonDir }: Workspace,
): boolean {
  const own = readSettings(system, { gitDir: gitDir!, commonDir: commonDir! });
  return own?.some(({ section, key }) =>
    section === "branch" && key === "merge"
  ) ?? true;
}

/** Like {@link readState} without commits; the caller resolves names. */
export async function readPresent(
  system: System,
  workspace: Workspace,
  readers: StateReaders & { readonly names: Promise<Names> },
): Promise<RepositoryState> {
  const { git = new Git(system, workspace.worktree), names } = readers;
  const gitDir = workspace.gitDir!;
  const [{ status, files, omitted, ...rest }, resolved, stashes] =
    await allEnded([
      readers.files
        ? readers.files()
        : readFiles(system, git, workspace, readers),
      names,
      hasStashes(system, workspace) ? readStashes(git) : [],
    ]);
  const { head, branch, upstream, ahead = 0, behind = 0 } = status;
  // User settings may also define an upstream, though they rarely do.
  const upstreams = upstream === undefined || resolved.has(UPSTREAM)
    ? resolved
    : await resolveUpstream(git);
  return {
    head,
    branch,
    detached: branch === undefined,
    upstream: upstream === undefined
      ? undefined
      : { name: upstream, commit: upstreams.get(UPSTREAM), ahead, behind },
    recent: [],
    files,
    filesOmitted: omitted,
    ...rest.unwatched ? { unwatched: rest.unwatched } : {},
    ...rest.closed ? { closed: rest.closed } : {},
    operation: readOperation(system, gitDir),
    stashes,
  };
}

/** Starts git for {@link readPresent}, which handles a failure. */
export function beginStatus(
  system: System,
  workspace: Workspace,
  git = new Git(system, workspace.worktree),
): Promise<AskedStatus> {
  const asked = askFiles(system, git, workspace.gitDir!);
  asked.catch(() => {});
  return asked;
}

function askFiles(
  system: System,
  git: Git,
  gitDir: string,
): Promise<AskedStatus> {
  // A submodule counts as changed even if settings ignore it.
  return askStatus(system, git, { gitDir, args: STATUS, everything: true });
}

async function readFiles(
  system: System,
  git: Git,
  workspace: Workspace,
  { keeper, memory: remembered, asked: begun }: StateReaders,
) {
  const gitDir = workspace.gitDir!;
  const [asked, memory] = await allEnded([
    begun ?? askFiles(system, git, gitDir),
    remembered,
  ]);
  const { result, listing, submodules } = asked;
  if (result.status !== 0) throw gitFailure(STATUS, result);
  const unwatched = await readUnwatched(system, git, listing);
  const closed = closedIn(decodeBytes(result.stderr));
  const isAll = unwatched.entries.length + submodules.length === 0;
  const digest = memory && isAll ? digestOf(result) : undefined;
  const known = digest === undefined ? undefined : memory?.whole(digest);
  if (known) {
    return {
      status: parseStatus(statusHead(result.stdout)),
      ...{ files: known.files, omitted: known.omitted, closed },
      unwatched: { paths: [], omitted: unwatched.omitted },
    };
  }
  const status = statusIn(asked, { index: keeper !== undefined });
  const paths = new Set(status.entries.map(({ path }) => path));
  const hidden = unwatched.entries.filter(({ path }) => !paths.has(path));
  const entries = [...status.entries, ...hidden];
  const listed = entries.slice(0, FILE_LIMIT);
  const omitted = entries.length - listed.length;
  memory?.begin(objectHash(system, workspace, status.head));
  const readers = { keeper, memory };
  const files = await readFileStates(system, git.folder, listed, readers);
  memory?.end(files, { digest, omitted });
  keeper?.listed(listed, omitted, closed);
  return {
    ...{ status, files, omitted, closed },
    unwatched: {
      paths: hidden.map(({ path }) => path),
      omitted: unwatched.omitted,
    },
  };
}

/** Returns the digest of git's list and its warnings. */
function digestOf({ stdout, stderr }: RunResult): string {
  const { length } = statusHead(stdout);
  return sha256(joinBytes([stderr, stdout.subarray(length)]));
}

/** Returns whether there may be stashes, that is, a reflog of them. */
function hasStashes(system: System, workspace: Workspace): boolean {
  const common = workspace.commonDir!;
  return ["logs/refs/stash", "reftable"].some((name) =>
    system.files.peek(join(common, name)) !== undefined
  );
}

async function readStashes(git: Git) {
  const log = await git.run(STASHES);
  const none = log.status === 128 && /bad revision/.test(reasonOf(log));
  if (log.status !== 0 && !none) throw gitFailure(STASHES, log);
  const fields = splitFields(log.stdout);
  const stashes: { commit: string; message: string }[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    stashes.push({ commit: fields[at]!, message: fields[at + 1]! });
  }
  return stashes;
}

/**
 * Files in a git folder and the operations that they show. The outer one comes
 * first: a rebase stops in the middle of a cherry-pick or merge.
 */
const TRACES = [
  ["rebase-merge", "rebase"],
  ["rebase-apply/applying", "am"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
] as const;

/** Returns the unfinished operation of a worktree, as git's prompt shows it. */
export function readOperation(
  system: System,
  gitDir: string,
): string | undefined {
  const { files } = system;
  for (const [name, operation] of TRACES) {
    if (files.peek(join(gitDir, name))) return operation;
  }
  const sequence = readSequence(system, join(gitDir, "sequencer", "todo"));
  if (sequence) return sequence;
  return files.peek(join(gitDir, "BISECT_LOG")) ? "bisect" : undefined;
}

/** Reads the remaining commits, which alone show a series between picks. */
function readSequence(system: System, path: string): string | undefined {
  const bytes = readIfThere(system, path, 1_000_000);
  const todo = bytes ? decodeBytes(bytes) : "";
  if (/^p(ick)?\s/.test(todo)) return "cherry-pick";
  return /^r(evert)?\s/.test(todo) ? "revert" : undefined;
}
