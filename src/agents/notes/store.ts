import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { worktreesByFiles } from "../../git/mod.ts";
import {
  changeMarkedFile,
  fromBytes,
  makeShared,
  type MarkedFile,
  refuseLink,
  toBytes,
  trustedFolders,
} from "../../saves/mod.ts";
import {
  readOwnJson,
  removeIfThere,
  teamFolders,
  withLock,
  writeAtomic,
} from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { isNote, mergeNotes, type Note, type StandingNote } from "./note.ts";
import { viewParagraphs } from "./view.ts";

/**
 * The maximum number of notes read from a worktree, and the maximum size of a
 * note's file, in bytes.
 */
export const MOST_NOTES = 2000;
const LARGEST = 32 * 1024;

/** The maximum number of files named in a problem. */
const MOST_NAMED = 5;

const NAME = /^([0-9a-f]{12})\.json$/;

/** The notes of a project. */
export interface NotesHere {
  /** The notes of all its worktrees, merged. */
  readonly notes: readonly StandingNote[];
  /** The notes with a file in this worktree, by ID. */
  readonly here: ReadonlyMap<string, Note>;
  /** IDs of the notes that team members shared. */
  readonly team: ReadonlySet<string>;
  /** A sentence for each problem with the files. */
  readonly problems: readonly string[];
}

/** Returns the notes folder of a worktree, which should be visible to git. */
function notesFolder(worktree: string): string {
  return join(worktree, ".claude", "shared-context");
}

/** The path of the view for people and agents, relative to a worktree. */
export const NOTES_VIEW = ".claude/shared-context.md";

export function sharedContextPath(worktree: string): string {
  return join(worktree, NOTES_VIEW);
}

function notePath(worktree: string, id: string): string {
  return join(notesFolder(worktree), `${id}.json`);
}

/** Returns the worktrees that have a notes folder, this worktree first. */
function worktreesWithNotes(
  system: System,
  { root, worktree }: Place,
): string[] {
  const all = new Set([worktree, ...worktreesByFiles(system, root)]);
  return [...all].filter((one) => hasFolder(system, one));
}

/**
 * Returns whether a worktree has a notes folder. A link does not count, since
 * it could lead anywhere.
 */
function hasFolder(system: System, worktree: string): boolean {
  return [join(worktree, ".claude"), notesFolder(worktree)].every((folder) =>
    attempt(() => system.files.peek(folder)?.kind === "folder")
  );
}

/** The top folders of the project and of this worktree. */
export interface Place {
  readonly root: string;
  readonly worktree: string;
}

/**
 * Returns the IDs of all notes of a project that are shown to agents, from the
 * file names. This includes team notes from trusted people.
 */
export function noteIds(system: System, place: Place): Set<string> {
  const worktrees = worktreesWithNotes(system, place).map(notesFolder);
  const team = trustedFolders(system, place.root).map(({ path }) =>
    join(path, "notes")
  );
  return new Set(
    [...worktrees, ...team].flatMap((folder) => idsBelow(system, folder)),
  );
}

function idsBelow(system: System, folder: string): string[] {
  const entries = attempt(() => system.files.list(folder)) ?? [];
  return entries.flatMap(({ name }) => NAME.exec(name)?.[1] ?? []).sort();
}

/**
 * Reads the notes of all worktrees of a project. A file that is damaged, a link
 * or too large is skipped and reported as a problem.
 */
export function readNotes(system: System, place: Place): NotesHere {
  const problems: string[] = [];
  const read = worktreesWithNotes(system, place).map((worktree) => ({
    worktree,
    notes: notesIn(system, worktree, problems),
  }));
  const team = teamFolders(system, place.root).flatMap(({ path }) =>
    notesBelow(system, join(path, "notes"), problems)
  );
  const here = read.find(({ worktree }) => worktree === place.worktree);
  return {
    notes: mergeNotes([...read.flatMap(({ notes }) => notes), ...team]),
    here: new Map(here?.notes.map((note) => [note.id, note])),
    team: new Set(team.map(({ id }) => id)),
    problems,
  };
}

function notesIn(
  system: System,
  worktree: string,
  problems: string[],
): Note[] {
  return hasFolder(system, worktree)
    ? notesBelow(system, notesFolder(worktree), problems)
    : [];
}

function notesBelow(
  system: System,
  folder: string,
  problems: string[],
): Note[] {
  const ids = idsBelow(system, folder);
  const bad: string[] = [];
  const notes = ids.slice(0, MOST_NOTES).flatMap((id) => {
    const path = join(folder, `${id}.json`);
    const value = readOwnJson(system, path, LARGEST);
    if (isNote(value) && value.id === id) return [value];
    bad.push(path);
    return [];
  });
  const unread = ids.length - MOST_NOTES;
  problems.push(
    ...bad.slice(0, MOST_NAMED).map((path) => `Not a note: "${path}"`),
  );
  if (bad.length > MOST_NAMED) {
    problems.push(`${bad.length - MOST_NAMED} more files are not notes`);
  }
  if (unread > 0) {
    problems.push(`${unread} notes in "${folder}" were not read`);
  }
  return notes;
}

/**
 * Writes notes into a worktree, synced to the disk. Throws CONFLICT if the
 * folder is a link. Call under the lock.
 */
export function writeNote(system: System, worktree: string, note: Note): void {
  const folder = notesFolder(worktree);
  for (const one of [join(worktree, ".claude"), folder]) {
    refuseLink(system, one);
    makeShared(system, one);
  }
  const text = `${JSON.stringify(note, undefined, 2)}\n`;
  writeAtomic(system, notePath(worktree, note.id), { text, mode: 0o644 });
}

/** Removes a note from a worktree. Call under the lock. */
export function removeNote(
  system: System,
  worktree: string,
  id: string,
): void {
  refuseLink(system, notesFolder(worktree));
  removeIfThere(system, notePath(worktree, id));
}

const SHARED_CONTEXT: MarkedFile = {
  open: '<!-- mpm: notes, written by "mpm note" -->',
  head: "# Shared Context\n\n",
  tail: "\n",
  temporary: ".shared-context.md.mpm.tmp",
};

/**
 * Updates the notes view of a worktree. The view is removed with the last note,
 * but text that people wrote into the file stays. Returns whether anything
 * changed. Throws CONFLICT for a link or damaged marks. Call under the lock.
 */
export function renewView(
  system: System,
  worktree: string,
  { own = notesIn(system, worktree, []), dryRun = false }: {
    /** The notes of the worktree, if they are known. */
    own?: readonly Note[];
    dryRun?: boolean;
  } = {},
): boolean {
  const notes = mergeNotes(own);
  const path = sharedContextPath(worktree);
  if (notes.length === 0 && !system.files.peek(path)) return false;
  const redactor = redactorOf(system);
  const change = changeMarkedFile(system, path, {
    file: SHARED_CONTEXT,
    renew: (before, after, eol) => ({
      ...{ before, after },
      paragraphs: viewParagraphs(notes, redactor, eol),
    }),
    create: true,
    clear: notes.length === 0,
    dryRun,
  });
  if (change === "created" && !dryRun) mergeByLines(system, worktree);
  return change !== "absent" && change !== "unchanged";
}

/**
 * Updates the view if notes were added or removed, for example by a pull, an
 * undo or a branch change. Returns the problem if it fails.
 */
export async function renewChangedView(
  system: System,
  { root, worktree }: Place,
): Promise<string | undefined> {
  try {
    if (!renewView(system, worktree, { dryRun: true })) return undefined;
    await withLock(system, root, () => renewView(system, worktree));
    return undefined;
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    return error.message;
  }
}

/** The largest attributes file that mpm edits, in bytes. */
const LIMIT = 1024 * 1024;

/**
 * Lets git merge the view line by line. Otherwise two branches with notes would
 * always conflict in this file. The next command rewrites the view.
 */
function mergeByLines(system: System, worktree: string): void {
  const path = join(worktree, ".claude", ".gitattributes");
  attempt(() => {
    const found = system.files.lstat(path);
    const text = found ? fromBytes(system.files.readOwn(path, LIMIT)) : "";
    if (text.includes("shared-context.md")) return;
    const gap = text === "" || text.endsWith("\n") ? "" : "\n";
    writeAtomic(system, path, {
      bytes: toBytes(`${text}${gap}shared-context.md merge=union\n`),
      mode: found?.mode ?? 0o644,
      temporary: ".gitattributes.mpm.tmp",
    });
  });
}
