import { attempt } from "../../base/errors.ts";
import { SESSION_ID } from "../../base/ids.ts";
import {
  CHECKPOINTS,
  CONTENTS,
  decodeBytes,
  emptyTree,
  Git,
  type LeftOut,
  partOf,
  readCheckpointRecord,
  resolveNames,
  treeDelta,
  type TreeEntry,
  type Workspace,
} from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import type { Changes, PathChange } from "../compare/changes.ts";
import type { Save } from "../save.ts";
import { areContentsDue } from "../store/due_copies.ts";
import { currentStack, parkedBy } from "../../work/mod.ts";
import { Origins } from "../trust/origins.ts";
import { contentsMark, parseContentsRecord } from "./record.ts";

/** States that mean that a file's uncommitted contents are lost. */
const LOST: ReadonlySet<PathChange> = new Set<PathChange>([
  "reverted",
  "deleted",
  "discarded",
  "not-in-head",
]);

/**
 * Returns the changes without those that mpm parked for an open detour of this
 * worktree, since a return restores them. Adds a note that says where they are.
 */
export async function withoutSetAside(
  system: System,
  workspace: Workspace,
  { save, changes }: { save: Save; changes: Changes },
): Promise<Changes> {
  const gone = goneIn(changes);
  if (gone.length === 0) return changes;
  const chain = attempt(() => currentStack(system, workspace))?.chain ?? [];
  // Only the save made by the detour itself has the parked files. Files of an
  // earlier save may have been lost before the detour.
  const work = chain.find(({ saves }) => saves.at(-1) === save.session_id);
  const name = work && parkedBy(work, chain);
  if (!name) return changes;
  const git = new Git(system, workspace.worktree);
  const ref = `${CHECKPOINTS}/${name}`;
  const kept = await attempt(async () => {
    const commit = (await resolveNames(git, [ref])).get(ref);
    if (commit === undefined) return undefined;
    return await treeDelta(git, emptyTree(commit), partOf(commit, "worktree"));
  });
  const aside = gone.map(({ path }) => path).filter((path) => kept?.has(path));
  if (aside.length === 0) return changes;
  const isThere = (path: string) => !aside.includes(path);
  const [files, them] = aside.length === 1
    ? ["1 file is", "it"]
    : [`${aside.length} files are`, "them"];
  const note = `${files} set aside for a detour, in the checkpoint ${name}: ` +
    `"mpm return" restores ${them}`;
  return {
    ...changes,
    missing: changes.missing.filter(isThere),
    working_directory: {
      ...changes.working_directory,
      paths: changes.working_directory.paths.filter(({ path }) =>
        isThere(path)
      ),
    },
    notes: [...changes.notes, note],
  };
}

/** Returns the files that were uncommitted and now are not, or are gone. */
function goneIn({ working_directory }: Changes): ChangedPath[] {
  return working_directory.paths.filter(({ then, change }) =>
    then !== null && LOST.has(change)
  );
}

/**
 * Finds contents that a save kept and the worktree has lost. Uses git only if a
 * file has changed. Returns `null` if nothing is known to be lost.
 */
export async function lostContents(
  system: System,
  { root, worktree }: Workspace,
  { save, changes }: { save: Save; changes: Changes },
): Promise<Changes["contents"]> {
  const gone = goneIn(changes);
  const { session_id: id } = save;
  if (gone.length === 0 || !SESSION_ID.test(id)) return null;
  const git = new Git(system, worktree);
  const found = await attempt(async () => {
    const ref = `${CONTENTS}/${id}`;
    const commit = (await resolveNames(git, [ref])).get(ref);
    const kept = commit === undefined
      ? NONE
      : await stillLost(git, { save, gone, commit });
    const { lost } = kept;
    const not_kept = notKept(save, gone, {
      ...kept,
      otherwise: commit !== undefined
        ? undefined
        : areContentsDue(system, root, id)
        ? "mpm was stopped before it saved the file"
        : save.mpm?.contents && "the saved files were removed later",
    });
    if (lost.length + not_kept.length === 0) return null;
    const mark = commit === undefined ? undefined : contentsMark(id, commit);
    return {
      commit: commit ?? null,
      verified: !mark || new Origins(system).of(mark) !== "foreign",
      lost: lost.map(({ path, change }) => ({ path, change })),
      restore: lost.length === 0 ? null : `mpm restore ${id}`,
      not_kept,
    };
  });
  return found ?? null;
}

type ChangedPath = Changes["working_directory"]["paths"][number];

/** The lost files, and the files that were not kept. */
interface Lost {
  /** Files that were kept but not committed. */
  readonly lost: readonly ChangedPath[];
  /** Files that are not kept, and why. */
  readonly leftOut: readonly LeftOut[];
}

const NONE: Lost = { lost: [], leftOut: [] };

function notKept(
  { mpm }: Save,
  gone: readonly ChangedPath[],
  { leftOut, otherwise }: Lost & { otherwise: string | undefined },
): NonNullable<Changes["contents"]>["not_kept"] {
  const reasons = new Map(leftOut.map(({ path, reason }) => [path, reason]));
  const files = new Set(
    (mpm?.files ?? []).filter(({ size }) => size !== null)
      .map(({ path }) => path),
  );
  return gone.flatMap(({ path, from, change }) => {
    const name = files.has(path) ? path : from;
    if (name === undefined || !files.has(name)) return [];
    const reason = reasons.get(name) ?? otherwise;
    return reason === undefined ? [] : [{ path, change, reason }];
  });
}

async function stillLost(
  git: Git,
  { save, gone, commit }: {
    save: Save;
    gone: readonly ChangedPath[];
    commit: string;
  },
): Promise<Lost> {
  const [kept, record] = await Promise.all([
    treeDelta(git, emptyTree(commit), partOf(commit, "worktree")),
    readCheckpointRecord(git, commit),
  ]);
  const leftOut = parseContentsRecord(record)?.left_out ?? [];
  // The entry under the name that the save uses for the file.
  const entryOf = ({ path, from }: ChangedPath) =>
    kept.get(path) ?? (from === undefined ? undefined : kept.get(from));
  const found = gone.filter((path) => entryOf(path));
  if (found.length === 0) return { lost: [], leftOut };
  const entries = found.map((path) => [path.path, entryOf(path)!] as const);
  // If git cannot tell, the kept contents are still available.
  const committed = await attempt(() =>
    committedSince(git, save.mpm?.head ?? null, new Map(entries))
  );
  const lost = found.filter((path) => !committed?.has(entryOf(path)!.id));
  return { lost, leftOut };
}

/** The most paths to pass to git; with more, git looks at all files. */
const MOST_PATHS = 200;

const COMMIT = /^[0-9a-f]{40,64}$/;

/** Milliseconds that git may take to look through other branches. */
const TIME_LIMIT = 5000;

/** Returns blobs that commits or stashes outside `head`'s history have. */
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
