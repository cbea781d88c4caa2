import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { branchByFiles, locate, type Workspace } from "../../git/mod.ts";
import {
  ensureHome,
  journaled,
  type OperationName,
  withLock,
} from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { cutText } from "../../base/words.ts";
import { type Actor, actorOf } from "../names.ts";
import type {
  NoteResult,
  NotesRmResult,
  NoteView,
} from "./commands/results.ts";
import {
  LONGEST_NOTE,
  mergeNotes,
  MOST_SUPERSEDED,
  nextOrder,
  type Note,
  NOTE_ID,
  noteOf,
  type StandingNote,
} from "./note.ts";
import { markSeen } from "./seen.ts";
import {
  MOST_NOTES,
  type NotesHere,
  readNotes,
  removeNote,
  renewView,
  sharedContextPath,
  writeNote,
} from "./store.ts";

/** The way a note is written. A dry run only shows the note. */
interface Manner {
  /** The name given with `--agent`. */
  readonly agent: string | undefined;
  readonly "dry-run": boolean;
}

/** The part of a note's content that its writer chooses. */
type Said = Pick<Note, "text" | "supersedes">;

/**
 * Writes a note and updates the view. Throws USAGE for an invalid text,
 * NOT_FOUND or CONFLICT for an invalid ID, and CONFLICT for too many notes or
 * damaged marks.
 */
export async function addNote(
  context: Context,
  { text: words, supersedes, ...manner }: Manner & {
    readonly text: readonly string[];
    /** IDs of notes, or their prefixes. */
    readonly supersedes: readonly string[];
  },
): Promise<NoteResult> {
  const text = checkedText(words.join(" "));
  if (supersedes.length > MOST_SUPERSEDED) {
    throw new MpmError(
      "USAGE",
      `A note can supersede at most ${MOST_SUPERSEDED} notes`,
      { hint: "Write several notes" },
    );
  }
  return await written(context, {
    ...{ ...manner, operation: "note" },
    decide: (before) => ({
      text,
      supersedes: [
        ...new Set(supersedes.map((id) => knownId(before, id) ?? wholeId(id))),
      ],
    }),
  });
}

/**
 * Settles a contradiction: writes a copy of the note that replaces both the
 * note and the notes that contradict it. Throws CONFLICT if there is no
 * contradiction.
 */
export async function settleNote(
  context: Context,
  { id, ...manner }: Manner & { readonly id: string },
): Promise<NoteResult> {
  return await written(context, {
    ...{ ...manner, operation: "notes settle" },
    decide: (before) => {
      const { note, contradicts, cyclic } = findNote(before, id);
      const cycle = before.notes.filter((one) => cyclic && one.cyclic)
        .map(({ note: { id } }) => id);
      const against = [...contradicts, ...cycle].filter((one) =>
        one !== note.id
      );
      if (against.length === 0 && !cyclic) {
        throw new MpmError("CONFLICT", `Nothing contradicts note ${note.id}`, {
          hint: '"mpm note <text> --supersedes <id>" replaces a note',
        });
      }
      const supersedes = [...new Set([note.id, ...against])];
      return {
        text: note.text,
        supersedes: supersedes.slice(0, MOST_SUPERSEDED),
      };
    },
  });
}

/** Decides what to write, and writes it, under the project's lock. */
async function written(
  context: Context,
  { agent, "dry-run": dryRun, operation, decide }: Manner & {
    readonly operation: OperationName;
    decide(before: NotesHere): Said;
  },
): Promise<NoteResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const actor = await actorOf(system, workspace, agent);
  const decided = (system: System) => {
    const before = readNotes(system, workspace);
    const said = decide(before);
    const note = newNote(system, workspace, { actor, before, said });
    const own = [...before.here.values(), note];
    // Refuse a view with damaged marks before writing anything.
    renewView(system, workspace.worktree, { own, dryRun: true });
    const result = resultOf(workspace, { before, note, dryRun });
    return { note, own, result };
  };
  if (dryRun) return decided(system).result;
  const work = ({ system }: Context) => {
    const { note, own, result } = decided(system);
    ensureHome(system, workspace.root);
    writeNote(system, workspace.worktree, note);
    renewView(system, workspace.worktree, { own });
    return result;
  };
  const result = await journaled(context, work, {
    operation,
    workspace,
    lock: withLock,
    title: ({ note: { id, text } }) =>
      `${operation} ${id}: ${cutText(text, 60)}`,
  });
  await markSeen(system, workspace, [result.note.id]);
  return result;
}

function newNote(
  system: System,
  { worktree }: Workspace,
  { actor, before, said }: { actor: Actor; before: NotesHere; said: Said },
): Note {
  if (before.here.size >= MOST_NOTES) {
    throw new MpmError(
      "CONFLICT",
      `The project already has ${before.here.size} notes`,
      {
        hint:
          '"mpm notes rm --superseded" removes notes that are no longer current',
      },
    );
  }
  const redactor = redactorOf(system);
  const branch = branchByFiles(system, worktree);
  return noteOf({
    by: actor.name,
    person: actor.kind === "person",
    at: system.now().toISOString(),
    order: nextOrder(before.notes.map(({ note }) => note)),
    branch: branch === undefined ? null : redactor.name(branch),
    supersedes: said.supersedes,
    text: redactor.text(said.text),
  });
}

function resultOf(
  { worktree }: Workspace,
  { before, note, dryRun }: { before: NotesHere; note: Note; dryRun: boolean },
): NoteResult {
  const known = new Set(before.notes.map(({ note: { id } }) => id));
  const merged = mergeNotes([...before.notes.map(({ note }) => note), note]);
  const standing = merged.find((one) => one.note.id === note.id)!;
  return {
    dry_run: dryRun,
    note: noteView(standing, true),
    unknown: note.supersedes.filter((id) => !known.has(id)),
    file: sharedContextPath(worktree),
  };
}

/** Removes notes of this worktree: the given notes, or all superseded notes. */
export async function removeNotes(
  context: Context,
  { id: ids, superseded, "dry-run": dryRun }: {
    readonly id: readonly string[];
    readonly superseded: boolean;
    readonly "dry-run": boolean;
  },
): Promise<NotesRmResult> {
  if (ids.length > 0 === superseded) {
    throw new MpmError(
      "USAGE",
      "Name the notes to remove, or use --superseded",
      {
        hint: "mpm notes rm <id>…, or mpm notes rm --superseded",
      },
    );
  }
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const decided = (system: System) => {
    const before = readNotes(system, workspace);
    const found = superseded
      ? before.notes.filter(({ note, supersededBy }) =>
        supersededBy.length > 0 && before.here.has(note.id)
      )
      : [...new Set(ids.map((id) => findNote(before, id, { here: true })))];
    const gone = new Set(found.map(({ note: { id } }) => id));
    const own = [...before.here.values()].filter(({ id }) => !gone.has(id));
    renewView(system, workspace.worktree, { own, dryRun: true });
    return { own, removed: found.map((one) => noteView(one, true)) };
  };
  if (dryRun) return { dry_run: true, removed: decided(system).removed };
  const work = ({ system }: Context) => {
    const { own, removed } = decided(system);
    if (removed.length > 0) ensureHome(system, workspace.root);
    for (const { id } of removed) removeNote(system, workspace.worktree, id);
    renewView(system, workspace.worktree, { own });
    return removed;
  };
  const removed = await journaled(context, work, {
    operation: "notes rm",
    workspace,
    lock: withLock,
    title: (removed) => `notes rm ${removed.map(({ id }) => id).join(" ")}`,
  });
  return { dry_run: false, removed };
}

/** Throws USAGE for an empty or too long text. */
function checkedText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") {
    throw new MpmError("USAGE", "The text is empty", {
      hint: 'mpm note <text>; "mpm notes" lists the notes',
    });
  }
  if (trimmed.length <= LONGEST_NOTE) return trimmed;
  throw new MpmError(
    "USAGE",
    `The text has ${trimmed.length} characters; the limit is ${LONGEST_NOTE}`,
    { hint: "Shorten it, or write it to a file and mention the file" },
  );
}

/** The minimum number of characters of an ID that can select a note. */
const SHORTEST_ID = 4;

/**
 * Returns the ID of the only note with this prefix; `undefined` if not exactly
 * one note matches.
 */
function knownId(
  { notes }: NotesHere,
  typed: string,
): string | undefined {
  const start = typed.trim().toLowerCase();
  if (start.length < SHORTEST_ID) throw badId(typed);
  const found = notes.filter(({ note: { id } }) => id.startsWith(start));
  if (found.length < 2) return found[0]?.note.id;
  const ids = found.map(({ note: { id } }) => id).slice(0, 5).join(", ");
  throw new MpmError("CONFLICT", `Several notes begin with "${typed}"`, {
    hint: `Name one of them: ${ids}`,
  });
}

/**
 * Returns the complete ID of a note that may arrive later. Throws NOT_FOUND,
 * USAGE.
 */
function wholeId(typed: string): string {
  const id = typed.trim().toLowerCase();
  if (NOTE_ID.test(id)) return id;
  if (!/^[0-9a-f]+$/.test(id)) throw badId(typed);
  throw noNote(typed);
}

function badId(typed: string): MpmError {
  return new MpmError("USAGE", `Invalid note ID "${typed}"`, {
    hint: `An ID has 12 hex digits, of which ${SHORTEST_ID} are enough: ` +
      '"mpm notes" lists them',
  });
}

function noNote(typed: string): MpmError {
  return new MpmError("NOT_FOUND", `No note "${typed}"`, {
    hint: '"mpm notes --all" lists them',
  });
}

/** Returns the note with that ID. Throws USAGE, NOT_FOUND, CONFLICT. */
export function findNote(
  here: NotesHere,
  typed: string,
  { here: onlyHere = false } = {},
): StandingNote {
  const id = knownId(here, typed);
  const found = here.notes.find(({ note }) => note.id === id);
  if (!found) throw noNote(typed);
  if (!onlyHere || here.here.has(found.note.id)) return found;
  throw new MpmError("CONFLICT", `Note ${id} is in another worktree`, {
    hint: "Remove it there",
  });
}

/** Returns a note for command output. */
export function noteView(
  { note, supersededBy, contradicts, cyclic, changed }: StandingNote,
  here: boolean,
): NoteView {
  const { id, by, person, at, branch, text, supersedes } = note;
  return {
    ...{ id, by, person, at, branch, text, cyclic, changed, here },
    supersedes: [...supersedes],
    superseded_by: [...supersededBy],
    contradicts: [...contradicts],
  };
}
