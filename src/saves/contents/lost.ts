import { attempt } from "../../base/errors.ts";
import { SESSION_ID } from "../../base/ids.ts";
import {
  CONTENTS,
  decodeBytes,
  emptyTree,
  type Git,
  partOf,
  resolveNames,
  treeDelta,
  type TreeEntry,
} from "../../git/mod.ts";
import type { Changes, PathChange } from "../compare/changes.ts";
import type { Save } from "../save.ts";

/** States of a file whose uncommitted contents are lost. */
const LOST: ReadonlySet<PathChange> = new Set<PathChange>([
  "reverted",
  "deleted",
  "discarded",
  "not-in-head",
]);

/**
 * Finds what a save kept and the worktree has lost since: reverted or deleted,
 * and in no commit or stash that came since. Asks git only where a file is not
 * as it was. `null`: nothing is lost.
 */
export async function lostContents(
  git: Git,
  save: Save,
  changes: Changes,
): Promise<Changes["contents"]> {
  const gone = changes.working_directory.paths.filter(({ then, change }) =>
    then !== null && LOST.has(change)
  );
  const { session_id: id } = save;
  if (gone.length === 0 || !SESSION_ID.test(id)) return null;
  const found = await attempt(async () => {
    const ref = `${CONTENTS}/${id}`;
    const commit = (await resolveNames(git, [ref])).get(ref);
    if (commit === undefined) return null;
    const lost = await stillLost(git, { save, gone, commit });
    if (lost.length === 0) return null;
    const paths = lost.map(({ path, change }) => ({ path, change }));
    return { commit, lost: paths, restore: `mpm restore ${id}` };
  });
  return found ?? null;
}

type ChangedPath = Changes["working_directory"]["paths"][number];

/** Those that are kept, and that no one committed. */
async function stillLost(
  git: Git,
  { save, gone, commit }: {
    save: Save;
    gone: readonly ChangedPath[];
    commit: string;
  },
): Promise<ChangedPath[]> {
  const kept = await treeDelta(
    git,
    emptyTree(commit),
    partOf(commit, "worktree"),
  );
  // The name that the save knows it by.
  const entryOf = ({ path, from }: ChangedPath) =>
    kept.get(path) ?? (from === undefined ? undefined : kept.get(from));
  const found = gone.filter((path) => entryOf(path));
  if (found.length === 0) return [];
  const entries = found.map((path) => [path.path, entryOf(path)!] as const);
  // If git cannot tell, the kept contents are still available.
  const committed = await attempt(() =>
    committedSince(git, save.mpm?.head ?? null, new Map(entries))
  );
  return found.filter((path) => !committed?.has(entryOf(path)!.id));
}

/** Paths that git is given; beyond them it looks at all. */
const MOST_PATHS = 200;

const COMMIT = /^[0-9a-f]{40,64}$/;

/** Milliseconds git may take to look through other branches. */
const TIME_LIMIT = 5000;

/**
 * The blobs among `entries` that are in commits and stashes which `head`, the
 * commit of the save, does not have. Throws GIT_FAILED.
 */
async function committedSince(
  git: Git,
  head: string | null,
  entries: ReadonlyMap<string, TreeEntry>,
): Promise<Set<string>> {
  const paths = entries.size > MOST_PATHS
    ? []
    : [...entries.keys()].filter((path) => path.isWellFormed());
  const output = await git.read([
    ...["-c", "log.showRoot=true", "--literal-pathspecs", "log"],
    ...["--exclude=refs/mpm/*", "--all", "--full-history", "-m", "--raw"],
    ...["--no-abbrev", "--no-renames", "--format="],
    ...COMMIT.test(head ?? "") ? [`^${head}`] : [],
    ...["--", ...paths],
  ], { timeout: TIME_LIMIT });
  const wanted = new Set([...entries.values()].map(({ id }) => id));
  const brought = new Set<string>();
  for (const line of decodeBytes(output).split("\n")) {
    const id = line.split(" ", 4)[3];
    if (id !== undefined && wanted.has(id)) brought.add(id);
  }
  return brought;
}
