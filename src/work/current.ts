import { basename } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { WORK_ID } from "../base/ids.ts";
import { field, jsonIn } from "../base/parsed_values.ts";
import type { Work } from "./work.ts";
import type { Workspace } from "../git/mod.ts";
import { isOpen } from "./life_cycle.ts";
import type { System } from "../system/system.ts";
import {
  ensureFolder,
  layout,
  readOnce,
  removeIfThere,
  writeAtomic,
} from "../ops/mod.ts";
import {
  checkWorkFolders,
  hasWork,
  knownWork,
  readWork,
  workIn,
} from "./store.ts";

/** The maximum size of a pointer, in bytes. */
const LARGEST = 4096;

/** The maximum depth of nested sessions to follow. */
const DEEPEST = 1000;

/** The current session of a worktree. */
interface Current {
  /** An active, working or paused session; `undefined`: no session. */
  readonly work: Work | undefined;
  /** Why the session is unknown, in one line. */
  readonly problem: string | undefined;
  /** True if someone else made the session, so that it does not count. */
  readonly foreign: boolean;
}

const NONE: Current = { work: undefined, problem: undefined, foreign: false };

/**
 * Returns the session of the worktree `place`. Without a session, this takes
 * one look at a file's metadata. Throws CONFLICT if a folder is a link; returns
 * anything invalid in a file as `problem`.
 *
 * A pointer is written before its record, and also names the previous session.
 * Until the new record exists, the old session counts. So the record alone
 * decides, and nothing needs repair after a crash.
 */
export function currentWork(
  system: System,
  root: string,
  place: string,
): Current {
  if (!system.files.lstat(pointerPath(root, place))) return NONE;
  checkWorkFolders(system, root);
  try {
    for (const id of readPointer(system, root, place)) {
      const work = workIn(system, root, id);
      if (work === undefined) continue;
      return isAt(work, place) ? { ...NONE, work } : NONE;
    }
    return NONE;
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const foreign = error.code === "FOREIGN";
    return { work: undefined, problem: error.message, foreign };
  }
}

/**
 * Returns whether a worktree has a pointer to sessions whose records are
 * missing. Throws an MpmError if it cannot be read.
 */
export function leadsNowhere(
  system: System,
  root: string,
  place: string,
): boolean {
  return system.files.lstat(pointerPath(root, place)) !== undefined &&
    readPointer(system, root, place)
      .every((id) => knownWork(system, root, id) === undefined);
}

function isAt({ place, state }: Work, here: string): boolean {
  return place === here && isOpen(state);
}

function readPointer(system: System, root: string, place: string): string[] {
  const path = pointerPath(root, place);
  const value = readOnce(system, { path, what: "pointer" }, () => {
    const bytes = system.files.readOwn(path, LARGEST);
    return jsonIn(new TextDecoder().decode(bytes));
  });
  if (value === undefined) {
    throw new MpmError("UNREADABLE", `Cannot read "${path}": it is not JSON`);
  }
  return [field(value, "session"), field(value, "before")].filter((id) =>
    typeof id === "string" && WORK_ID.test(id)
  ) as string[];
}

/**
 * Makes `id` the worktree's session once the session's record says so. Call
 * under the store's lock, before the record is written.
 */
export function pointTo(
  system: System,
  root: string,
  { place, id }: { place: string; id: string },
): void {
  const before = ledTo(system, root, place);
  if (before === id) return;
  const text = JSON.stringify({ schema: 1, session: id, before });
  ensureFolder(system, layout(root).current, root);
  writeAtomic(system, pointerPath(root, place), { text: `${text}\n` });
}

/** Returns the session to which the pointer currently leads, by any author. */
function ledTo(
  system: System,
  root: string,
  place: string,
): string | undefined {
  if (!system.files.lstat(pointerPath(root, place))) return undefined;
  checkWorkFolders(system, root);
  return attempt(() =>
    readPointer(system, root, place).find((id) => hasWork(system, root, id))
  );
}

/** Removes the session from the worktree. Call under the store's lock. */
export function clearCurrent(
  system: System,
  root: string,
  place: string,
): void {
  removeIfThere(system, pointerPath(root, place));
}

/** A session and its parents. */
export interface Stack {
  /** The sessions from the session itself up to the outermost parent. */
  readonly chain: readonly Work[];
  /** Why the chain ends too early, one line. */
  readonly problem: string | undefined;
}

/** Returns the session of a worktree and its parents; empty: no session. */
export function currentStack(
  system: System,
  workspace: Pick<Workspace, "root" | "linked" | "gitDir">,
): Stack {
  const { root } = workspace;
  const { work, problem } = currentWork(system, root, placeKey(workspace));
  return work ? stackOf(system, root, work) : { chain: [], problem };
}

/** Returns the chain of `work`. A loop or a missing parent ends the chain. */
function stackOf(system: System, root: string, work: Work): Stack {
  const chain = [work];
  const seen = new Set([work.id]);
  for (let { parent } = work; parent !== null;) {
    if (seen.has(parent) || seen.size > DEEPEST) {
      return { chain, problem: `The parents of ${work.id} form a loop` };
    }
    seen.add(parent);
    try {
      const next = readWork(system, root, parent);
      chain.push(next);
      parent = next.parent;
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      return { chain, problem: error.message };
    }
  }
  return { chain, problem: undefined };
}

/** `place` is a name made by mpm. */
function pointerPath(root: string, place: string): string {
  return join(layout(root).current, `${place}.json`);
}

/**
 * Lists the sessions that are active according to their own record but not
 * current in their worktree. The worktree's pointer was damaged or lost, and
 * another session was started. Commands without a name do not find these
 * sessions.
 */
export function lostWorks(
  system: System,
  root: string,
  works: readonly Work[],
): Work[] {
  const at = new Map<string, string | undefined>();
  return works.filter(({ id, place, state }) => {
    if (state !== "active" && state !== "working") return false;
    if (!at.has(place)) {
      at.set(place, currentWork(system, root, place).work?.id);
    }
    return at.get(place) !== id;
  });
}

/** The place of the main worktree, and of a folder outside a repository. */
const MAIN = "main";

/**
 * The maximum number of characters of a name to keep, so that it is a valid
 * file name.
 */
const LONGEST = 150;

/**
 * Returns a session's worktree as a file name. For a linked worktree, this is
 * git's name for it, which `git worktree move` keeps.
 */
export function placeKey(
  { linked, gitDir }: Pick<Workspace, "linked" | "gitDir">,
): string {
  if (!linked || gitDir === undefined) return MAIN;
  const name = basename(gitDir).replaceAll(
    /[^\w.-]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16)}`,
  );
  return `linked-${name.slice(0, LONGEST)}`;
}
