import { MpmError } from "../base/errors.ts";
import { jsonIn } from "../base/parsed_values.ts";
import { didYouMean } from "../base/nearest.ts";
import {
  fits,
  type Fitting,
  FLAG,
  nullable,
  object,
  optional,
  TEXT,
} from "../base/shape.ts";
import { holdsPart, isIndex } from "../base/selector.ts";
import {
  decodeBytes,
  encodeText,
  type Git,
  gitFailure,
  lined,
  readObjects,
  readRefs,
  resolveNames,
} from "../git/mod.ts";

/** The refs for undoing removals. */
export const RESCUE = "refs/mpm/rescue";

/** The facts about a removed worktree, in addition to its commit. */
const NOTE = object({
  /** The path below `.claude/worktrees/`. */
  name: TEXT,
  head: TEXT,
  /** The short name of the branch; null: HEAD was detached. */
  branch: nullable(TEXT),
  /** The settings `branch.<name>.remote` and `.merge`. */
  upstream: nullable(object({ remote: TEXT, merge: TEXT })),
  /** ISO 8601, UTC. */
  removed_at: TEXT,
  /** For a sparse checkout: its kind, and the text of its patterns file. */
  sparse: optional(object({ cone: FLAG, patterns: TEXT })),
});

/** A removal that can be undone. */
export interface Rescue extends Fitting<typeof NOTE> {
  /** The prefix of the removal's refs. */
  readonly ref: string;
}

/** The maximum length of a name in a ref, from which git makes a file name. */
const PART_LIMIT = 150;

/** Returns `name` as a part of a ref name; `at` marks shortened names. */
export function refPart(name: string, at: number): string {
  let part = "";
  for (const byte of new TextEncoder().encode(name.toWellFormed())) {
    const text = String.fromCharCode(byte);
    part += /[A-Za-z0-9_-]/.test(text)
      ? text
      : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return part.length > PART_LIMIT ? `${part.slice(0, PART_LIMIT)}-${at}` : part;
}

/**
 * Returns the removal that `name` selects: the newest with exactly that name,
 * or else one whose name contains it. Throws NOT_FOUND or AMBIGUOUS.
 */
export function selectRescue(
  rescues: readonly Rescue[],
  name: string | undefined,
): Rescue {
  const exact = rescues.find((one) => one.name === name);
  if (exact) return exact;
  const found = name === undefined
    ? rescues
    // The list of removals has no numbers, so a number can only be a full name.
    : isIndex(name)
    ? []
    : rescues.filter((one) => holdsPart(one.name, name));
  const names = [...new Set(found.map((one) => one.name))];
  if (names.length === 1) return found[0]!;
  if (names.length === 0) {
    const what = name === undefined ? "worktree" : `worktree "${name}"`;
    throw new MpmError("NOT_FOUND", `No removed ${what}`, {
      hint: didYouMean(
        name ?? "",
        rescues.map((rescue) => rescue.name),
        '"mpm worktrees list" lists worktrees that you can restore',
      ),
    });
  }
  throw new MpmError(
    "AMBIGUOUS",
    `${names.length} removed worktrees match: ${names.join(", ")}`,
    { hint: "Use the full name of one worktree" },
  );
}

/** A removal that is about to be made. */
export interface Rescued extends Rescue {
  /** Commits that are only in the worktree's reflog. */
  readonly lost: readonly string[];
}

const IMPORT = ["fast-import", "--quiet", "--done"];

/**
 * Writes the refs of all removals at once: `head` for the commit, `about` for a
 * note as JSON, `log/N` for commits of the reflog. Throws GIT_FAILED.
 */
export async function writeRescues(
  git: Git,
  rescues: readonly Rescued[],
): Promise<void> {
  const notes = rescues.map(({ ref: _ref, lost: _lost, ...note }) =>
    encodeText(JSON.stringify(note))
  );
  const ids = await storeBlobs(git, notes);
  await updateRefs(
    git,
    rescues.flatMap(({ ref, head, lost }, at) => [
      `create ${ref}/head ${head}`,
      `create ${ref}/about ${ids[at]}`,
      ...lost.map((commit, at) => `create ${ref}/log/${at} ${commit}`),
    ]),
  );
}

async function storeBlobs(
  git: Git,
  blobs: readonly Uint8Array[],
): Promise<string[]> {
  const text = blobs.map((blob, at) =>
    `blob\nmark :${at + 1}\ndata ${blob.length}\n${decodeBytes(blob)}\n`
  );
  const marks = blobs.map((_, at) => `get-mark :${at + 1}\n`);
  const stdin = encodeText([...text, ...marks, "done\n"].join(""));
  const ids = decodeBytes(await git.read(IMPORT, { stdin })).trim().split("\n");
  if (ids.length !== blobs.length) {
    throw new MpmError("GIT_FAILED", '"git fast-import" did not answer');
  }
  return ids;
}

/** Makes all changes, or no change at all. Throws GIT_FAILED. */
export async function updateRefs(
  git: Git,
  lines: readonly string[],
): Promise<void> {
  const args = ["update-ref", "--stdin"];
  const stdin = lined(lines);
  const result = await git.run(args, { stdin });
  if (result.status !== 0) throw gitFailure(args, result);
}

/** Returns every removal that can be undone, newest first. */
export async function readRescues(git: Git): Promise<Rescue[]> {
  const columns = ["%(refname)", "%(objectname)"];
  const refs = await readRefs(git, columns, `${RESCUE}/*/*/about`);
  if (refs.length === 0) return [];
  const notes = await readObjects(git, refs.map(([, id]) => id!));
  const rescues = refs.flatMap(([ref], at) => {
    const bytes = notes[at]?.bytes;
    const note = bytes && jsonIn(decodeBytes(bytes));
    // A fetched repository may have anyone's refs.
    return fits(NOTE, note)
      ? [{ ...note, ref: ref!.replace(/\/about$/, "") }]
      : [];
  });
  return rescues.sort((one, other) =>
    one.removed_at === other.removed_at
      ? one.ref.localeCompare(other.ref)
      : one.removed_at < other.removed_at
      ? 1
      : -1
  );
}

/** Drops the data for an undo; commits of the reflog keep their refs. */
export async function dropRescue(git: Git, { ref }: Rescue): Promise<void> {
  const there = await resolveNames(git, [`${ref}/head`, `${ref}/about`]);
  const lines = [...there].filter(([, id]) => id !== undefined)
    .map(([name, id]) => `delete ${name} ${id}`);
  await updateRefs(git, lines);
}
