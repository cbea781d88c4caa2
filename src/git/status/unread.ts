import type { FileState } from "../repository.ts";
import { counted } from "../../base/words.ts";

/** Bytes of the largest file whose content is hashed. */
export const HASH_LIMIT = 10 * 1024 * 1024;

/** Bytes hashed in all; later files are known by size and time. */
export const HASH_BUDGET = 512 * 1024 * 1024;

/** Why the content of a file was not read, as a save records it. */
export type Unread = "large" | "budget" | "denied" | "special";

const WORDS: ReadonlyMap<string | undefined, string> = new Map<Unread, string>([
  ["large", "larger than 10 MiB"],
  ["budget", "after 512 MiB of others"],
  ["denied", "could not be read"],
  ["special", "not a regular file"],
]);

/** Paths that a note names. */
const NAMED = 3;

/** Why a content is not known, in words; `undefined`: it is. */
export function whyUnread(file: FileState | undefined): string | undefined {
  if (!file || file.sha256 !== null) return undefined;
  const said = WORDS.get(file.unread);
  if (said !== undefined) return said;
  if (file.size === null) {
    return file.mode === "160000"
      ? "a repository with changes of its own"
      : undefined;
  }
  // Saves of earlier versions do not say why.
  return file.size > HASH_LIMIT
    ? WORDS.get("large")
    : "not read, no reason recorded";
}

/** A note for each reason, with the number of files and some of their names. */
export function unreadNotes(
  files: readonly { path: string; why: string }[],
  [noun, fate, end]: [noun: string, fate: string, end: string],
): string[] {
  const groups = Map.groupBy(files, ({ why }) => why);
  return [...groups].map(([why, group]) => {
    const names = group.slice(0, NAMED).map(({ path }) => path).join(", ");
    const more = group.length > NAMED ? ", …" : "";
    return `${
      counted(group.length, noun)
    } ${fate} (${why}: ${names}${more})${end}`;
  });
}
