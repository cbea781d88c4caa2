import { FileError, isMissing } from "../errors.ts";
import { asciiJson } from "../escape.ts";
import { type JournalEntry, parseJournal } from "../session/journal.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { ensureFolder } from "./folders.ts";
import { layout } from "./layout.ts";
import { redactorOf } from "./redaction.ts";

/** Bytes of the journal that are read; older lines beyond it are not. */
const LIMIT = 32 * 1024 * 1024;

/** Every operation, the oldest first; a torn last line counts as not there. */
export function readJournal(system: System, root: string): JournalEntry[] {
  return parseJournal(readText(system, layout(root).journal));
}

/**
 * Adds an operation. The file is replaced by itself and one line more, so that
 * a death in between leaves the old one. Call under the lock.
 */
export function appendJournal(
  system: System,
  root: string,
  entry: Omit<JournalEntry, "id">,
): JournalEntry {
  const { home, journal } = layout(root);
  ensureFolder(system, home, root);
  const text = readText(system, journal);
  const known = parseJournal(text);
  const id = (known.at(-1)?.id ?? 0) + 1;
  // What an undo goes by stays as it is.
  const title = redactorOf(system).text(entry.title);
  const added: JournalEntry = { ...entry, title, id };
  const whole = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  const bytes = new TextEncoder().encode(`${whole}${asciiJson(added)}\n`);
  writeAtomic(system, journal, { bytes });
  return added;
}

function readText(system: System, path: string): string {
  try {
    return new TextDecoder().decode(system.files.readOwn(path, LIMIT));
  } catch (error) {
    if (error instanceof FileError && isMissing(error)) return "";
    throw error;
  }
}
