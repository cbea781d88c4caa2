import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import type { Workspace } from "../../git/repository.ts";
import { isLog, type SaveEntry } from "../store/save_entry.ts";
import { counted, cutText } from "../../base/words.ts";
import { loadSave } from "../store/load_save.ts";
import { Origins } from "../trust/origins.ts";
import { newestSaves } from "../store/read_saves.ts";
import { SessionStates } from "../store/settled.ts";
import type { System } from "../../system/system.ts";
import { nothingSaved } from "./saves_elsewhere.ts";
import { passedOverNote } from "./resume_work.ts";

/** A save that was chosen, and what the choice needs saying about. */
export interface NewestSave {
  readonly entry: SaveEntry;
  readonly warnings: readonly string[];
}

/**
 * Returns the newest save of this worktree; where this worktree has none, the
 * newest of the project. An automatic save never hides one that somebody made:
 * that one is returned, and the later ones are named. Throws NOT_FOUND.
 */
export async function newestSave(
  context: Context,
  workspace: Workspace,
  { anyWorktree }: { anyWorktree: boolean },
): Promise<NewestSave> {
  const { system } = context;
  const { root } = workspace;
  const states = new SessionStates(system, root);
  const over: SaveEntry[] = [];
  const automatic: SaveEntry[] = [];
  let looked = 0;
  let first: SaveEntry | undefined;
  let made: SaveEntry | undefined;
  for await (const entry of newestSaves(system, root)) {
    if (states.isOver(entry)) {
      if (automatic.length === 0) over.push(entry);
      continue;
    }
    first ??= entry;
    if (!anyWorktree && !isOfWorktree(workspace, entry)) continue;
    // A log says nothing of where it was made, and less than any save.
    if (isLog(entry) && entry !== first) continue;
    if (entry.automatic) automatic.push(entry);
    else if (automatic.length === 0 || await isOwn(system, entry)) made = entry;
    if (made || ++looked > MOST) break;
  }
  if (!first) {
    throw over[0]
      ? nothingOpen(over[0])
      : await nothingSaved(system, workspace);
  }
  const newest = automatic[0] ?? made;
  const notes = passedOverNote(over);
  if (!newest) {
    const elsewhere = { anyWorktree: true };
    const { entry, warnings } = await newestSave(context, workspace, elsewhere);
    const where = entry.worktree;
    const note =
      `No session was saved in this worktree; this one is of ${where}`;
    return { entry, warnings: [...warnings, note] };
  }
  if (first !== newest) notes.push(newerNote(first));
  // One of the same agent session has all that was said in it.
  const entry =
    automatic.find(({ agent }) => agent !== null && agent === made?.agent) ??
      made ?? newest;
  const later = entry === made
    ? automatic
    : automatic.slice(0, automatic.indexOf(entry));
  return { entry, warnings: [...notes, ...laterNote(later)] };
}

/** Saves that are passed over to find one that somebody made. */
const MOST = 200;

/** Whether a save can be read, and is not somebody else's. */
async function isOwn(system: System, entry: SaveEntry): Promise<boolean> {
  try {
    const { digest } = await loadSave(system, entry);
    return new Origins(system).of({ id: entry.id, digest }) !== "foreign";
  } catch (error) {
    if (error instanceof MpmError) return false;
    throw error;
  }
}

/**
 * Whether a save was made in this worktree. The main one is the same wherever
 * the project lies by now.
 */
export function isOfWorktree(
  { git, linked, worktree }: Workspace,
  entry: SaveEntry,
): boolean {
  if (git !== "repository" || entry.worktree === null) return true;
  return linked
    ? entry.worktree === worktree
    : entry.worktree === worktree || entry.worktree === entry.projectPath;
}

/** Characters of a summary in a note. */
const LONGEST = 100;

function laterNote(later: readonly SaveEntry[]): string[] {
  const [newest] = later;
  if (!newest) return [];
  const said = `"${cutText(newest.summary, LONGEST)}": mpm resume ${newest.id}`;
  return [
    later.length === 1
      ? `A later agent session was saved automatically, ${said}`
      : `${counted(later.length, "later agent session")} were saved ` +
        `automatically, the newest ${said}; "mpm sessions list" shows all`,
  ];
}

function newerNote({ id, worktree, branch }: SaveEntry): string {
  const where = branch === null ? worktree : `${worktree} on ${branch}`;
  return `A newer session is of another worktree, ${where}: mpm resume ${id}`;
}

function nothingOpen({ id }: SaveEntry): MpmError {
  return new MpmError("NOT_FOUND", "All saves are of sessions that are over", {
    hint: `To read the newest all the same: mpm resume --peek ${id}`,
  });
}
