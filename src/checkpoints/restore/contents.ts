import { attempt, MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { asSessionId } from "../../base/ids.ts";
import type { Context } from "../../cli/mod.ts";
import {
  CONTENTS,
  isWithin,
  type LeftOut,
  readCheckpointRefs,
  readIn,
  withinAny,
} from "../../git/mod.ts";
import {
  contentsMark,
  detectChanges,
  findSave,
  fullId,
  isOfWorktree,
  isTeams,
  loadSave,
  newestSaves,
  openStore,
  type Origin,
  Origins,
  readBrought,
  type Save,
  type SaveEntry,
  storeBrought,
  storeFor,
} from "../../saves/mod.ts";
import { type CheckpointPlace, findPlace } from "../place.ts";
import { pathBelow } from "./run.ts";
import { type ContentsTarget, readTarget } from "./target.ts";

/** The chosen contents of a save. */
export interface FoundContents {
  readonly place: CheckpointPlace;
  readonly target: ContentsTarget;
  /** `undefined`: the save file is missing or damaged. */
  readonly loaded: { readonly save: Save; readonly origin: Origin } | undefined;
  /** The origin of the contents: a fetch may bring anyone's contents. */
  readonly origin: Origin;
  /** The entry of a synced save. */
  readonly theirs?: SaveEntry;
  /** The paths named on the command line. */
  readonly named: readonly string[];
}

/** Finds the contents for the arguments. Throws NOT_FOUND, AMBIGUOUS, USAGE. */
export async function findContents(
  context: Context,
  words: readonly string[],
): Promise<FoundContents> {
  const { system } = context;
  const found = await findPlace(context);
  const { workspace, vault } = found;
  if (!vault || vault.own) {
    throw new MpmError("NOT_FOUND", "Outside git, saves do not contain files", {
      hint: 'Run "git init": then saves include uncommitted files',
    });
  }
  await openStore(system, workspace.root);
  const refs = await readCheckpointRefs(vault.git, CONTENTS);
  const place = { ...found, vault, leaveLarge: true };
  const [first, ...rest] = words;
  const newest = await newestWith(context, place, refs);
  const target = newest === undefined
    ? undefined
    : await targetOf(place, newest, refs);
  // A file name may match a part of an ID.
  const isSave = first !== undefined &&
    (/^(latest|\d{1,4})$/.test(first) || asSessionId(first) !== undefined);
  const isPath = first !== undefined && !isSave && target !== undefined &&
    knows(target, pathBelow(context, place, first));
  if (first === undefined || isPath) {
    if (!target) throw noneHere(refs);
    return await withSave(context, place, { target, words });
  }
  // Without any contents, a word that is not the name of a save is usually a
  // path.
  const id = target || isSave
    ? await idOf(context, place, { first, refs })
    : await attempt(() => idOf(context, place, { first, refs }));
  if (id === undefined) throw noneHere(refs);
  if (typeof id !== "string") {
    return await broughtContents(context, place, { entry: id, words: rest });
  }
  const chosen = await targetOf(place, id, refs);
  if (!chosen) throw notKept(id);
  return await withSave(context, place, { target: chosen, words: rest });
}

/** Returns the contents that came with a synced save. */
async function broughtContents(
  context: Context,
  place: CheckpointPlace,
  { entry, words }: { entry: SaveEntry; words: readonly string[] },
): Promise<FoundContents> {
  const { system } = context;
  const { workspace, vault } = place;
  const id = fullId(entry);
  const brought = readBrought(system, workspace.root, entry);
  if (!brought) {
    throw new MpmError("NOT_FOUND", `${id} came without file contents`, {
      hint: `To send them: mpm sync --with-contents, in the clone of ` +
        `${entry.author ? escapeText(entry.author) : "its author"}`,
    });
  }
  const { text, digest } = brought;
  const commit = await storeBrought(system, workspace, { entry, text });
  const target = await readTarget(vault, { id, commit });
  if (target?.kind !== "contents") throw notKept(id);
  const found = await withSave(context, place, { target, words });
  const origin = new Origins(system).of({ id: entry.id, digest });
  return { ...found, origin, theirs: entry };
}

/** Returns the worktree's newest save with own or trusted contents. */
async function newestWith(
  { system }: Context,
  { workspace }: CheckpointPlace,
  refs: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  if (refs.size === 0) return undefined;
  const origins = new Origins(system);
  for await (const entry of newestSaves(system, workspace.root)) {
    const commit = refs.get(entry.id);
    if (commit === undefined || !isOfWorktree(workspace, entry)) continue;
    const origin = origins.of(contentsMark(entry.id, commit));
    if (origin !== "foreign") return entry.id;
  }
  return undefined;
}

/** Returns the ID of a save, even without a file, or a synced save's entry. */
async function idOf(
  { system }: Context,
  { workspace }: CheckpointPlace,
  { first, refs }: { first: string; refs: ReadonlyMap<string, string> },
): Promise<string | SaveEntry> {
  const id = asSessionId(first);
  if (id !== undefined && refs.has(id)) return id;
  const entry = await findSave(system, workspace.root, first);
  return isTeams(entry) ? entry : entry.id;
}

async function targetOf(
  { vault }: CheckpointPlace,
  id: string,
  refs: ReadonlyMap<string, string>,
): Promise<ContentsTarget | undefined> {
  const commit = refs.get(id);
  if (commit === undefined) return undefined;
  const target = await readTarget(vault, { id, commit });
  return target?.kind === "contents" ? target : undefined;
}

async function withSave(
  context: Context,
  place: CheckpointPlace,
  { target, words }: { target: ContentsTarget; words: readonly string[] },
): Promise<FoundContents> {
  const { system } = context;
  const { root } = place.workspace;
  const named = words.flatMap((word) => {
    const path = pathBelow(context, place, word);
    if (knows(target, path)) return target.paths.filter(withinAny([path]));
    throw unknownPath(target, path);
  });
  const origins = new Origins(system);
  const loaded = await attempt(async () => {
    const entry = await findSave(system, root, target.id);
    const { save, digest } = await loadSave(system, entry);
    return { save, origin: origins.of({ id: entry.id, digest }) };
  });
  const origin = origins.of(contentsMark(target.id, target.commit));
  return { place, target, loaded, origin, named };
}

/** Returns whether the contents include a path; `""`: any path. */
function knows({ paths }: ContentsTarget, path: string): boolean {
  return paths.some((one) => path === "" || isWithin(one, path));
}

/** The files that a restore without paths restores. */
export interface LostFiles {
  /** The paths that can be restored. */
  readonly paths: readonly string[];
  /** The other paths in the contents that differ. */
  readonly others: string[];
  readonly not_kept: LeftOut[];
}

/** Returns lost and other differing paths. Throws NOT_FOUND, CONFLICT. */
export async function lostOf(
  { system }: Context,
  { place: { workspace }, target, loaded }: FoundContents,
): Promise<LostFiles> {
  if (!loaded) {
    throw new MpmError(
      "NOT_FOUND",
      `The JSON file of ${target.id} is missing`,
      { hint: `To restore all its contents: mpm restore ${target.id} --all` },
    );
  }
  const { save } = loaded;
  const store = storeFor(system, workspace, loaded);
  const { contents, place, working_directory: working } = await readIn(
    system,
    workspace,
    (workspace) => detectChanges(system, workspace, { save, store }),
  );
  if (place !== "here" && place !== "moved") {
    throw new MpmError("CONFLICT", `${target.id} was made in another folder`, {
      hint: `It was "${target.worktree}". To restore its files in ` +
        "this folder, name paths or give --all",
    });
  }
  const has = new Set(target.paths);
  const nameOf = (
    { path, from }: { path: string; from?: string | undefined },
  ) => has.has(path) || from === undefined ? path : from;
  const lost = new Set(contents?.lost.map(({ path }) => path));
  const found = working.paths.filter(({ then }) => then !== null)
    .filter((path) => has.has(nameOf(path)));
  return {
    paths: found.filter(({ path }) => lost.has(path)).map(nameOf),
    others: found.filter(({ path, change }) =>
      !lost.has(path) && !KEPT.has(change)
    ).map(nameOf),
    not_kept: (contents?.not_kept ?? [])
      .map(({ path, reason }) => ({ path, reason })),
  };
}

/** States of files whose contents still exist or are in a commit. */
const KEPT: ReadonlySet<string> = new Set([
  ...["same", "staged", "unstaged", "committed", "renamed"],
]);

function noneHere(refs: ReadonlyMap<string, string>): MpmError {
  return new MpmError(
    "NOT_FOUND",
    "No save of this worktree has file contents",
    {
      hint: refs.size === 0
        ? "Saves with uncommitted files have contents"
        : "Name a save of another worktree or from someone else: mpm restore " +
          `${[...refs.keys()].at(-1)}`,
    },
  );
}

function notKept(id: string): MpmError {
  return new MpmError("NOT_FOUND", `No contents are kept with ${id}`, {
    hint: "It had no uncommitted files, or mpm removed their contents later",
  });
}

function unknownPath({ id, left_out }: ContentsTarget, path: string): MpmError {
  const left = left_out.find((one) => isWithin(path, one.path));
  return new MpmError(
    "NOT_FOUND",
    `"${path}" is not in the contents of ${id}` +
      (left ? `: ${left.reason}` : ""),
    { hint: `"mpm restore ${id} --all --dry-run" lists the files in the save` },
  );
}
