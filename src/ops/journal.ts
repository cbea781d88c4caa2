import { dirname } from "@std/path";
import { join } from "../base/join.ts";
import { jsonIn } from "../base/parsed_values.ts";
import { attempt, FileError, isMissing } from "../base/errors.ts";
import { asciiJson } from "../base/escape.ts";
import type { Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { type JournalEntry, type KnownEntry, parseEntry } from "./entry.ts";
import { checkPath, ensureFolder } from "./folders.ts";
import { layout } from "./layout.ts";
import type { OperationName } from "./operations.ts";
import { ensureStoreId, readStoreId, RecordSeals } from "./sealed_record.ts";
import { newTrashFolder } from "./trash.ts";
import { ensureUserFolder, userState } from "./user_state.ts";

/** The size from which the older half of the journal is dropped, in bytes. */
const LIMIT = 2 * 1024 * 1024;

/**
 * The number of bytes that are then kept from the end, and the maximum that is
 * ever read.
 */
const KEPT = LIMIT / 2;
const READ = 2 * LIMIT;

/**
 * The number of bytes at the end of the journal in which to look for the last
 * entry.
 */
const TAIL = 64 * 1024;

/** A finished operation that has no number yet. */
export type Operation = Omit<JournalEntry, "id" | "operation"> & {
  readonly operation: OperationName;
};

/**
 * Returns all operations, oldest first. An incomplete last line is ignored.
 * Throws the errors of {@link journalLines}.
 */
export function readJournal(system: System, root: string): KnownEntry[] {
  const lines = journalLines(system, root);
  const seals = lineSeals(system, readStoreId(system, root));
  return lines.flatMap((line) => {
    const entry = parseEntry(line);
    return entry ? [{ ...entry, own: seals.isOwn(line) }] : [];
  });
}

/**
 * Returns the seals of journal lines. Earlier versions did not include the kind
 * or the store in them.
 */
export function lineSeals(
  system: System,
  store: string | undefined,
): RecordSeals {
  return new RecordSeals(system, "operation", store, "");
}

/**
 * Returns the lines of the journal, whatever they contain. Throws CONFLICT if
 * the folder is a link.
 */
function journalLines(system: System, root: string): string[] {
  const path = journalFile(system, root);
  if (!checkPath(system, dirname(path), root)) return [];
  return readEnd(system, path, READ).split("\n")
    .filter((line) => line !== "");
}

/**
 * Returns lines that are not JSON, left by a failed write or another program.
 */
export function tornLines(system: System, root: string): string[] {
  return journalLines(system, root).filter((line) => !isJson(line));
}

/**
 * Moves the lines that are not JSON into a folder of the trash. Call under the
 * lock.
 */
export function dropTornLines(system: System, root: string): void {
  const text = (lines: readonly string[]) =>
    lines.map((line) => `${line}\n`).join("");
  const torn = new TextEncoder().encode(text(tornLines(system, root)));
  const folder = newTrashFolder(system, root, "doctor");
  system.files.create(join(folder, "journal.jsonl"), torn);
  writeAtomic(system, layout(root).journal, {
    text: text(journalLines(system, root).filter(isJson)),
  });
}

function isJson(line: string): boolean {
  return typeof jsonIn(line) === "object";
}

/**
 * Returns the path of the journal, which stays in its old place until something
 * is written.
 */
export function journalFile(system: System, root: string): string {
  const { journal, oldJournal } = layout(root);
  const isOld = !system.files.lstat(journal) && system.files.lstat(oldJournal);
  return isOld ? oldJournal : journal;
}

/**
 * Adds an operation as one line in a single write. After an interruption, the
 * line is complete, missing, or incomplete and then skipped. Its title must
 * already be redacted. Call under the lock. Throws FILE_FAILED, in which case
 * nothing was added.
 */
export function appendJournal(
  system: System,
  root: string,
  operation: Operation,
): JournalEntry {
  const { state, journal } = layout(root);
  ensureFolder(system, state, root);
  const end = readEnd(system, journal, TAIL);
  const seals = lineSeals(system, ensureStoreId(system, root));
  const id = lastId(system, journal, { end, seals }) + 1;
  const added = { id, ...operation };
  const json = asciiJson(added);
  // Without a key, the operation is listed, but cannot be undone.
  const line = attempt(() => seals.sealLine(added, json)) ?? json;
  const gap = end === "" || end.endsWith("\n") ? "" : "\n";
  system.files.append(journal, new TextEncoder().encode(`${gap}${line}\n`));
  rotate(system, journal);
  return added;
}

/**
 * Ignore higher numbers in other people's lines, since they could leave no
 * numbers for new operations.
 */
const FAR = 500_000_000;

function lastId(
  system: System,
  journal: string,
  { end, seals }: { end: string; seals: RecordSeals },
): number {
  const newest = (text: string) => {
    for (const line of text.split("\n").reverse()) {
      const id = parseEntry(line)?.id;
      if (id === undefined) continue;
      if (id < FAR || seals.isOwn(line)) return id;
    }
    return undefined;
  };
  if (end === "") return 0;
  return newest(end) ?? newest(readEnd(system, journal, READ)) ?? 0;
}

/** Drops the oldest lines of a journal that is too large. */
function rotate(system: System, journal: string): void {
  if ((system.files.lstat(journal)?.size ?? 0) <= LIMIT) return;
  const text = readEnd(system, journal, KEPT);
  const whole = text.slice(text.indexOf("\n") + 1);
  writeAtomic(system, journal, { text: whole });
}

/**
 * Returns at most `length` bytes from the end of the journal. Returns an empty
 * text if there is no journal. Throws a FileError for anything that is not a
 * plain file.
 */
function readEnd(system: System, path: string, length: number): string {
  const found = system.files.lstat(path);
  if (!found) return "";
  if (found.kind !== "file") {
    const problem = found.kind === "link"
      ? "link"
      : found.kind === "folder"
      ? "is-a-folder"
      : "other";
    throw new FileError(problem, "read", path, new Error("not a regular file"));
  }
  try {
    const from = Math.max(0, found.size - length);
    const bytes = system.files.readPart(path, from, length);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (isMissing(error)) return "";
    throw error;
  }
}

/** The option that selects the user's journal. */
export const USER_FLAG = {
  type: "boolean",
  summary:
    "Use the log of operations outside projects, such as changes to settings",
} as const;

/**
 * Returns the place of the log: the project if it uses mpm, otherwise the
 * user's own state. This way, mpm never creates files in a folder without being
 * asked.
 */
function journalRoot(system: System, root: string): string {
  const { home } = layout(root);
  if (system.files.lstat(home)?.kind === "folder") return root;
  return stateOr(system, root);
}

/**
 * Does the same for a reader of the log. `user`: selects the user's own state.
 */
export function chosenRoot(
  system: System,
  root: string,
  user: boolean,
): string {
  return user ? stateOr(system, root) : journalRoot(system, root);
}

/**
 * Returns the worktree to record in entries; outside git, this is the project.
 */
export function worktreeOf(
  { git, root, worktree }: Pick<Workspace, "git" | "root" | "worktree">,
): string {
  return git === "repository" ? worktree : root;
}

/**
 * Returns the place of the log, and creates its folder if it is in the user's
 * state.
 */
export function ensureJournalRoot(system: System, root: string): string {
  const chosen = journalRoot(system, root);
  if (chosen !== root) ensureUserFolder(system, ".");
  return chosen;
}

function stateOr(system: System, root: string): string {
  return attempt(() => userState(system)) ?? root;
}
