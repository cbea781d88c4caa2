import { MpmError } from "../base/errors.ts";
import { jsonIn } from "../base/parsed_values.ts";
import { didYouMean } from "../base/nearest.ts";
import type { RescueNote } from "./rescue_note.ts";
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

/** A removal that can be undone. */
export interface Rescue extends RescueNote {
  /** The prefix of its refs. */
  readonly ref: string;
}

/**
 * The most characters of a name in a ref: a file with that name is made, and
 * `.lock`.
 */
const PART_LIMIT = 150;

/**
 * `name` as one part of a ref name, which allows few characters, shortened if
 * it is long. `at` then distinguishes it from similar names.
 */
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
 * The removal that `name` selects: by full name the newest with that name, or
 * else by a part of one. Throws NOT_FOUND or AMBIGUOUS.
 */
export function selectRescue(
  rescues: readonly Rescue[],
  name: string | undefined,
): Rescue {
  const exact = rescues.find((one) => one.name === name);
  if (exact) return exact;
  const found = name === undefined
    ? rescues
    // Their list has no numbers, so that a number is only a full name.
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

/** A removal about to be made. */
export interface Rescued extends Rescue {
  /** Commits that only the worktree's reflog still has. */
  readonly lost: readonly string[];
}

const IMPORT = ["fast-import", "--quiet", "--done"];

/**
 * Writes the refs of all removals at once: `head` to the commit, `about` to a
 * note as JSON, `log/N` to commits of the reflog. Throws GIT_FAILED, with none
 * written.
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

/** All changes or none. Throws GIT_FAILED. */
export async function updateRefs(
  git: Git,
  lines: readonly string[],
): Promise<void> {
  const args = ["update-ref", "--stdin"];
  const stdin = lined(lines);
  const result = await git.run(args, { stdin });
  if (result.status !== 0) throw gitFailure(args, result);
}

/** Every removal that can be undone, the newest first. */
export async function readRescues(git: Git): Promise<Rescue[]> {
  const columns = ["%(refname)", "%(objectname)"];
  const refs = await readRefs(git, columns, `${RESCUE}/*/*/about`);
  if (refs.length === 0) return [];
  const notes = await readObjects(git, refs.map(([, id]) => id!));
  const isNote = await noteCheck();
  const rescues = refs.flatMap(([ref], at) => {
    const bytes = notes[at]?.bytes;
    const note = bytes && jsonIn(decodeBytes(bytes));
    return isNote(note) ? [{ ...note, ref: ref!.replace(/\/about$/, "") }] : [];
  });
  return rescues.sort((one, other) =>
    one.removed_at === other.removed_at
      ? one.ref.localeCompare(other.ref)
      : one.removed_at < other.removed_at
      ? 1
      : -1
  );
}

/** A fetched repository may contain anyone's refs: only a valid note counts. */
async function noteCheck(): Promise<(value: unknown) => value is RescueNote> {
  // Loaded here, since a removal does not need the schema library.
  const { problemsOf } = await import("../base/schema.ts");
  const { RescueNote } = await import("./rescue_note.ts");
  return (value): value is RescueNote =>
    problemsOf(RescueNote, value).length === 0;
}

/**
 * Drops the data for undoing a removal; commits of the reflog keep their refs.
 */
export async function dropRescue(git: Git, { ref }: Rescue): Promise<void> {
  const there = await resolveNames(git, [`${ref}/head`, `${ref}/about`]);
  const lines = [...there].filter(([, id]) => id !== undefined)
    .map(([name, id]) => `delete ${name} ${id}`);
  await updateRefs(git, lines);
}
