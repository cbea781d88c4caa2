import { attempt, MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import { isLog, type SaveEntry } from "../store/save_entry.ts";
import { counted, cutText } from "../../base/words.ts";
import { type LoadedSave, loadSave } from "../store/load_save.ts";
import { Origins } from "../trust/origins.ts";
import { findSave, newestSaves, SessionStates } from "../store/read_saves.ts";
import type { System } from "../../system/system.ts";
import { nothingSaved } from "./elsewhere.ts";
import { passedOverNote } from "./resume_work.ts";
import {
  importCommand,
  namedFolder,
  nearStores,
  type OtherStore,
  otherStores,
} from "./other_stores.ts";
import { currentWork, placeKey } from "../../work/mod.ts";
import type { Save } from "../save.ts";

/** A chosen save, and the notes about the choice. */
export interface NewestSave {
  readonly entry: SaveEntry;
  /**
   * Automatic saves of agent sessions that did not end before it, the newest of
   * each, oldest first. Their content belongs to this save.
   */
  readonly later?: readonly SaveEntry[];
  /** The save, if the choice required reading it. */
  readonly loaded?: LoadedSave | undefined;
  readonly warnings: readonly string[];
}

/**
 * Returns the newest save of this worktree, or else the newest save of the
 * project. An automatic save never hides a manual one: the manual save is
 * returned together with the later automatic ones. Throws NOT_FOUND.
 */
export async function newestSave(
  context: Context,
  workspace: Workspace,
  { anyWorktree }: { anyWorktree: boolean },
): Promise<NewestSave> {
  const { system } = context;
  const { root } = workspace;
  const states = new SessionStates(system, root);
  const origins = new Origins(system);
  const over: SaveEntry[] = [];
  const automatic: SaveEntry[] = [];
  let looked = 0;
  let first: SaveEntry | undefined;
  let made: SaveEntry | undefined;
  let loaded: LoadedSave | undefined;
  for await (const entry of newestSaves(system, root)) {
    if (states.isOver(entry)) {
      if (automatic.length === 0) over.push(entry);
      continue;
    }
    first ??= entry;
    if (!anyWorktree && !isOfWorktree(workspace, entry)) continue;
    // A log does not name its worktree, and has less content than any save.
    if (isLog(entry) && entry !== first) continue;
    if (entry.automatic) automatic.push(entry);
    else if (
      automatic.length === 0 ||
      (loaded = await ownSave(system, origins, entry))
    ) made = entry;
    if (made || ++looked > MOST) break;
  }
  if (!first) {
    throw over[0]
      ? nothingOpen(over[0])
      : await nothingSaved(system, workspace);
  }
  const newest = automatic[0] ?? made;
  const notes = passedOverNote(over);
  if (!newest) return await fromAnotherWorktree(context, workspace);
  if (first !== newest) notes.push(newerNote(first));
  // An automatic save of the same agent session has all the content of the
  // manual one.
  const entry =
    automatic.find(({ agent }) => agent !== null && agent === made?.agent) ??
      ofActive(system, workspace, { automatic, made }) ?? made ?? newest;
  const later = entry === made
    ? automatic
    : automatic.slice(0, automatic.indexOf(entry));
  const beside = await savedBeside(system, entry, automatic);
  return {
    entry,
    later: [newestOfEach(later), beside]
      .flatMap((each) => each.slice(0, JOINED)).reverse(),
    loaded: entry === made ? loaded : undefined,
    warnings: [...notes, ...laterNote(later), ...besideNote(beside)],
  };
}

async function fromAnotherWorktree(
  context: Context,
  workspace: Workspace,
): Promise<NewestSave> {
  const found = await newestSave(context, workspace, { anyWorktree: true });
  const note =
    `This worktree has no saves; this save is from ${found.entry.worktree}`;
  return { ...found, warnings: [...found.warnings, note] };
}

/** Returns the active session's save, if the manual one is of another. */
function ofActive(
  system: System,
  workspace: Workspace,
  { automatic, made }: {
    automatic: readonly SaveEntry[];
    made: SaveEntry | undefined;
  },
): SaveEntry | undefined {
  if (!made || automatic.length === 0) return undefined;
  const { work } = currentWork(system, workspace.root, placeKey(workspace));
  return work === undefined || work.state === "paused" ||
      made.session?.id === work.id
    ? undefined
    : automatic.find(({ session }) => session?.id === work.id);
}

/** The most agent sessions of each kind that are added to a save. */
const JOINED = 3;

function newestOfEach(entries: readonly SaveEntry[]): SaveEntry[] {
  const newest = new Map<string, SaveEntry>();
  for (const entry of entries) {
    const key = entry.agent ?? entry.id;
    if (!newest.has(key)) newest.set(key, entry);
  }
  return [...newest.values()];
}

/** Returns automatic saves from which `entry` cannot have continued. */
async function savedBeside(
  system: System,
  entry: SaveEntry,
  automatic: readonly SaveEntry[],
): Promise<SaveEntry[]> {
  const before = automatic.slice(automatic.indexOf(entry) + 1)
    .filter(({ agent }) => agent !== null && agent !== entry.agent);
  if (!automatic.includes(entry) || before.length === 0) return [];
  const loaded = await attempt(() => loadSave(system, entry));
  const began = (loaded?.save.mpm?.handoff?.items ?? [])
    .filter(({ agent }) => agent !== undefined && agent === entry.agent)
    .map(({ at }) => at).sort()[0];
  if (began === undefined) return [];
  return newestOfEach(before.filter(({ pausedAt }) => pausedAt >= began));
}

function besideNote(beside: readonly SaveEntry[]): string[] {
  if (beside.length === 0) return [];
  const named = beside.slice(0, JOINED).map(({ summary, id }) =>
    `"${cutText(summary, LONGEST)}": mpm resume ${id}`
  );
  const more = beside.length - named.length;
  return [
    `${counted(beside.length, "other agent session")} continued in ` +
    `parallel: ${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
  ];
}

/** The maximum number of saves to skip when looking for a manual one. */
const MOST = 200;

/** Returns a readable save that is not someone else's. */
export async function ownSave(
  system: System,
  origins: Origins,
  entry: SaveEntry,
): Promise<LoadedSave | undefined> {
  const loaded = await attempt(() => loadSave(system, entry));
  const mark = loaded && { id: entry.id, digest: loaded.digest };
  return mark && origins.of(mark) !== "foreign" ? loaded : undefined;
}

/** Returns whether a save is of this worktree, even in a moved project. */
export function isOfWorktree(
  { git, linked, worktree }: Workspace,
  entry: SaveEntry,
): boolean {
  if (git !== "repository" || entry.worktree === null) return true;
  return linked
    ? entry.worktree === worktree
    : entry.worktree === worktree || entry.worktree === entry.projectPath;
}

/** The maximum number of characters of a summary in a note. */
const LONGEST = 100;

function laterNote(later: readonly SaveEntry[]): string[] {
  const [newest] = later;
  if (!newest) return [];
  const said = `"${cutText(newest.summary, LONGEST)}": mpm resume ${newest.id}`;
  // A resumed session ends several times, and is saved each time.
  const sessions = new Set(later.map(({ agent, id }) => agent ?? id));
  return [
    sessions.size === 1
      ? `A later agent session was saved automatically, ${said}`
      : `${counted(sessions.size, "later agent session")} were saved ` +
        `automatically, the newest ${said}; "mpm saves list" shows all`,
  ];
}

function newerNote({ id, worktree, branch }: SaveEntry): string {
  const where = branch === null ? worktree : `${worktree} on ${branch}`;
  return `A newer save is from another worktree, ${where}: mpm resume ${id}`;
}

function nothingOpen({ id }: SaveEntry): MpmError {
  return new MpmError("NOT_FOUND", "All saves belong to ended sessions", {
    hint: `To read the newest save anyway: mpm resume --peek ${id}`,
  });
}

/** Returns the selected save, even if claude-mpm saved it elsewhere. */
export function selectSave(
  system: System,
  workspace: Workspace,
  { selector, first = 0 }: { selector: string; first?: number },
): Promise<NewestSave> {
  return findElsewhere(async () => {
    const entry = await findSave(system, workspace.root, selector, { first });
    return { entry, warnings: [] };
  }, () => otherSave(system, workspace, selector));
}

/** Returns the newest save, including those of claude-mpm in this folder. */
export function newestAnywhere(
  context: Context,
  workspace: Workspace,
  options: { anyWorktree: boolean },
): Promise<NewestSave> {
  const { system } = context;
  return findElsewhere(async () => {
    const own = await newestSave(context, workspace, options);
    return await nearerSave(system, workspace, own.entry) ?? own;
  }, () => nearerSave(system, workspace, undefined));
}

async function findElsewhere(
  find: () => Promise<NewestSave>,
  elsewhere: () => Promise<NewestSave | undefined>,
): Promise<NewestSave> {
  try {
    return await find();
  } catch (error) {
    const missing = error instanceof MpmError && error.code === "NOT_FOUND";
    const found = missing ? await elsewhere() : undefined;
    if (found) return found;
    throw error;
  }
}

/** Returns claude-mpm's save of this folder or above, if it is newer. */
async function nearerSave(
  system: System,
  workspace: Workspace,
  own: SaveEntry | undefined,
): Promise<NewestSave | undefined> {
  if (workspace.cwd === workspace.root) return undefined;
  const stores = await nearStores(system, workspace);
  const [found] = stores.flatMap((store) =>
    store.entries.slice(0, 1).map((entry) => ({ store, entry }))
  ).sort((a, b) => a.entry.pausedAt < b.entry.pausedAt ? 1 : -1);
  if (!found) return undefined;
  const older = own && isOfWorktree(workspace, own) &&
    own.pausedAt >= found.entry.pausedAt;
  return older ? undefined : asChosen(workspace, found);
}

/** Returns claude-mpm's save with this ID from another folder. */
async function otherSave(
  system: System,
  workspace: Workspace,
  selector: string,
): Promise<NewestSave | undefined> {
  const wanted = selector.toLowerCase();
  if (!/^session-[\d-]+$/.test(wanted)) return undefined;
  const stores = await otherStores(system, workspace);
  const [found, ...more] = stores.flatMap((store) =>
    store.entries.filter(({ id }) => id === wanted)
      .map((entry) => ({ store, entry }))
  );
  if (more.length > 0) {
    const paths = [found!, ...more].map(({ entry: { path } }) => path);
    throw new MpmError(
      "AMBIGUOUS",
      `"${selector}" matches ${paths.length} saves: ` +
        paths.join(", "),
      { hint: "Run mpm resume in the folder of the save" },
    );
  }
  return found && asChosen(workspace, found);
}

function asChosen(
  workspace: Workspace,
  { store, entry }: { store: OtherStore; entry: SaveEntry },
): NewestSave {
  const folder = namedFolder(workspace, store);
  return {
    entry,
    warnings: [
      `claude-mpm saved it in ${folder}. To import it: ` +
      `${importCommand(workspace, store)}`,
    ],
  };
}

/** The most saves to check, since others may also work here. */
const MOST_HERE = 20;

/** Returns the user's own readable saves of this worktree, newest first. */
export async function* ownSavesHere(
  { system }: Context,
  workspace: Workspace,
): AsyncGenerator<Save> {
  const { root } = workspace;
  const states = new SessionStates(system, root);
  const origins = new Origins(system);
  let looked = 0;
  for await (const entry of newestSaves(system, root)) {
    if (isLog(entry) || !isOfWorktree(workspace, entry)) continue;
    if (++looked > MOST_HERE) return;
    if (states.isOver(entry)) continue;
    // Someone else's words must not be treated as this user's.
    const loaded = await ownSave(system, origins, entry);
    if (loaded) yield loaded.save;
  }
}

/** Returns the newest save by a person, or by a hook with next steps. */
export async function lastSteps(
  context: Context,
  workspace: Workspace,
): Promise<{ session_id: string; next_steps: string[] } | null> {
  // Problems with the saves never prevent a checkpoint.
  const last = await attempt(async () => {
    for await (const save of ownSavesHere(context, workspace)) {
      const { session_id, conversation: { next_steps }, mpm } = save;
      if (next_steps.length > 0) return { session_id, next_steps };
      if (mpm?.kind !== "auto") return null;
    }
    return null;
  });
  return last ?? null;
}
