import { attempt } from "../base/errors.ts";
import {
  FastImport,
  Git,
  importedId,
  ImportStream,
  lined,
  linesOf,
  portions,
  readObjects,
  readRefs,
} from "../git/mod.ts";
import { LARGEST_ENTRY, LOG_NAME } from "./entry.ts";

/*
 * A log is a chain of commits. The tree of each commit has one file, `entry`,
 * which contains the bytes of an entry. Commits and trees contain nothing else.
 */

/** The logs of this clone, which are pushed under the same names. */
export const LOGS = "refs/mpm/log";

/** The fetched logs of others. */
export const FETCHED = "refs/mpm/team";

const FILE = "entry";

/** Reads the refs of the logs with one process. Throws GIT_FAILED. */
export async function readLogRefs(git: Git) {
  const columns = ["%(refname)", "%(objectname)"];
  const read = await readRefs(git, columns, `${LOGS}/`, `${FETCHED}/`);
  const refs = new Map(read as [string, string][]);
  return { own: logsBelow(refs, LOGS), others: logsBelow(refs, FETCHED) };
}

/** Returns the logs among refs below a folder; other names are ignored. */
export function logsBelow(
  refs: ReadonlyMap<string, string>,
  folder: string,
): Map<string, string> {
  return new Map(
    [...refs].flatMap(([ref, commit]) => {
      const log = ref.slice(folder.length + 1);
      return ref.startsWith(`${folder}/`) && LOG_NAME.test(log)
        ? [[log, commit] as const]
        : [];
    }),
  );
}

/**
 * Adds entries to the log at a ref and returns the log's new commit. Throws
 * GIT_FAILED; the first of the entries may then have been added.
 */
export async function appendEntries(
  git: Git,
  ref: string,
  { tip, entries }: {
    /** The current commit of the log; `undefined`: the log is new. */
    tip: string | undefined;
    entries: readonly Uint8Array[];
  },
): Promise<string | undefined> {
  let at = tip;
  for (const part of portions(entries, ({ length }) => length)) {
    await using importing = new FastImport(git, { packed: true });
    at = await importedId(importing, importStream(ref, at, part));
  }
  return at;
}

/**
 * Returns the stream for git-fast-import(1). All times are in 1970, so that
 * they reveal nothing.
 */
function importStream(
  ref: string,
  tip: string | undefined,
  entries: readonly Uint8Array[],
): Uint8Array {
  const stream = new ImportStream();
  for (const [at, bytes] of entries.entries()) {
    stream.commit(ref, "mpm entry\n", { made: 0, committed: 0 });
    if (at === 0 && tip !== undefined) stream.line(`from ${tip}`);
    stream.line("deleteall");
    stream.line(`M 100644 inline ${FILE}`);
    stream.data(bytes);
  }
  return stream.end();
}

/** The bytes of one commit of a log, or the reason why they are not read. */
export interface FoundEntry {
  readonly commit: string;
  readonly bytes: Uint8Array | "missing" | "too large";
}

/**
 * Reads the entries of commits that are not in `known`, in the order of each
 * log, one part at a time. Throws GIT_FAILED.
 */
export async function* readEntries(
  git: Git,
  tips: readonly string[],
  known: readonly string[],
): AsyncGenerator<FoundEntry[]> {
  if (tips.length === 0) return;
  const stdin = [...tips, ...known.map((commit) => `^${commit}`)];
  const args = ["rev-list", "--topo-order", "--stdin"];
  const listed = await git.read(args, {
    stdin: lined(stdin),
  });
  const commits = linesOf(listed).reverse();
  const checked = await git.read(
    ["cat-file", "--batch-check=%(objecttype) %(objectsize)"],
    { stdin: lined(commits.map((one) => `${one}:${FILE}`)) },
  );
  const sizes = linesOf(checked).map((line) => {
    const [, size] = /^blob (\d+)$/.exec(line) ?? [];
    return size === undefined ? undefined : Number(size);
  });
  const found = commits.map((commit, at) => ({ commit, size: sizes[at] }));
  const weight = ({ size = 0 }) => size > LARGEST_ENTRY ? 0 : size;
  for (const part of portions(found, weight)) yield await readPart(git, part);
}

async function readPart(
  git: Git,
  part: readonly { commit: string; size: number | undefined }[],
): Promise<FoundEntry[]> {
  const readable = part.filter(({ size }) =>
    size !== undefined && size <= LARGEST_ENTRY
  );
  const names = readable.map(({ commit }) => `${commit}:${FILE}`);
  const objects = await attempt(() => readObjects(git, names)) ?? [];
  const bytes = new Map(
    readable.map(({ commit }, at) => [commit, objects[at]?.bytes]),
  );
  return part.map(({ commit, size }) => ({
    commit,
    bytes: bytes.get(commit) ??
      ((size ?? 0) > LARGEST_ENTRY ? "too large" : "missing"),
  }));
}

/** Returns whether one commit of a log descends from another. */
export async function continues(
  git: Git,
  from: string,
  to: string,
): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", from, to];
  return (await git.run(args)).status === 0;
}
