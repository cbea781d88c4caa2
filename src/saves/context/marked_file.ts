import { dirname } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { removeIfThere, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** A file in `.claude` that is written by people and has a part by mpm. */
export interface MarkedFile {
  /** The first line of mpm's part, an HTML comment. */
  readonly open: string;
  /** The text before and after mpm's part in a new file, with `\n`. */
  readonly head: string;
  readonly tail: string;
  /** The temporary name of the file while it is written. */
  readonly temporary: string;
}

/** The last line of mpm's part. */
const CLOSE = "<!-- /mpm -->";

/** Returns the position of mpm's part; -1: none; `undefined`: damaged. */
function partOf(
  text: string,
  { open }: MarkedFile,
): { start: number; end: number } | undefined {
  const [start, end] = [text.indexOf(open), text.indexOf(CLOSE)];
  const once = text.lastIndexOf(open) === start &&
    text.lastIndexOf(CLOSE) === end;
  const none = start < 0 && end < 0;
  if (!none && (!once || start < 0 || end < start)) return undefined;
  return { start, end: none ? end : end + CLOSE.length };
}

function lineEndOf(text: string): string {
  return /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n";
}

/**
 * Returns the file without mpm's part and its blank line; `undefined` if there
 * is nothing else. A damaged file is returned unchanged.
 */
export function withoutPart(
  text: string,
  file: MarkedFile,
): string | undefined {
  const { start, end } = partOf(text, file) ?? { start: -1, end: -1 };
  if (start < 0) return text;
  const [before, after] = [text.slice(0, start), text.slice(end)];
  if (before === file.head && after === file.tail) return undefined;
  const eol = lineEndOf(text);
  const cut = (size: number) => before.slice(0, before.length - size);
  const gap = before.endsWith(eol + eol) ? eol.length : 0;
  if (after === "") return cut(2 * gap);
  return cut(gap) + (after.startsWith(eol) ? after.slice(eol.length) : after);
}

/** People's text before and after mpm's part, and the paragraphs of the part. */
export interface Renewed {
  readonly before: string;
  readonly after: string;
  /** `undefined`: not needed. An existing part is kept, but empty. */
  readonly paragraphs: readonly string[] | undefined;
}

/** Updates a file, given the texts before and after mpm's part. */
export type Renew = (before: string, after: string, eol: string) => Renewed;

/**
 * Returns the file with mpm's part updated, or added at the end; `undefined`
 * for damaged marks. `text` may have any characters, one for each byte.
 */
function withPart(
  text: string,
  file: MarkedFile,
  renew: Renew,
): string | undefined {
  const part = partOf(text, file);
  if (!part) return undefined;
  const eol = lineEndOf(text);
  const none = part.start < 0;
  const { before, after, paragraphs } = none
    ? renew(text, "", eol)
    : renew(text.slice(0, part.start), text.slice(part.end), eol);
  const written = fromBytes(encoded(block(file, paragraphs ?? [], eol)));
  if (!none) return before + written + after;
  if (paragraphs === undefined) return before;
  const ended = before === "" || before.endsWith("\n");
  const gap = before === "" ? "" : ended ? eol : eol + eol;
  // A file without a final line break stays that way.
  return `${before}${gap}${written}${ended ? eol : ""}`;
}

function block(
  { open }: MarkedFile,
  paragraphs: readonly string[],
  eol: string,
): string {
  return [
    open,
    ...paragraphs.length === 0 ? [] : [paragraphs.join(eol + eol)],
    CLOSE,
  ].join(eol);
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Returns a text with one character for each byte, whatever the bytes mean. */
export function fromBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** Converts such a text back to bytes. */
export function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The maximum size of a file to update, in bytes. */
const LIMIT = 1024 * 1024;

type FileChange = "absent" | "created" | "updated" | "removed" | "unchanged";

/**
 * Updates mpm's part of a file, and keeps everything else byte for byte.
 * Creates the file only with `create`. `clear` removes the part, and a file
 * without other content. Throws CONFLICT for a link or damaged marks.
 */
export function changeMarkedFile(
  system: System,
  path: string,
  { file, renew, create, clear = false, dryRun }: {
    file: MarkedFile;
    renew: Renew;
    create: boolean;
    clear?: boolean;
    dryRun: boolean;
  },
): FileChange {
  const { files } = system;
  const folder = dirname(path);
  refuseLink(system, folder);
  refuseLink(system, path);
  const found = files.lstat(path);
  if (!found) {
    if (!create || clear) return "absent";
    if (!dryRun) {
      makeShared(system, folder);
      const { paragraphs = [] } = renew("", "", "\n");
      const text = file.head + block(file, paragraphs, "\n") + file.tail;
      const { temporary } = file;
      writeAtomic(system, path, {
        ...{ bytes: encoded(text), mode: 0o644, temporary },
      });
    }
    return "created";
  }
  const before = fromBytes(files.readOwn(path, LIMIT));
  refuseDamage(path, before, file);
  const after = clear
    ? withoutPart(before, file)
    : withPart(before, file, renew);
  if (after === before) return "unchanged";
  if (dryRun) return after === undefined ? "removed" : "updated";
  if (after === undefined) {
    removeIfThere(system, path);
    return "removed";
  }
  writeAtomic(system, path, {
    bytes: toBytes(after),
    temporary: file.temporary,
    ...found.mode === undefined ? {} : { mode: found.mode },
  });
  return "updated";
}

/** Creates a folder of Claude Code, which others may read like the rest. */
export function makeShared(system: System, folder: string): void {
  if (system.files.lstat(folder)) return;
  system.files.mkdir(folder);
  system.files.chmod(folder, 0o755);
}

/** Throws CONFLICT, naming the lines, if mpm's part cannot be identified. */
function refuseDamage(path: string, text: string, file: MarkedFile): void {
  // In UTF-16, each ASCII character has a zero byte.
  if (!text.includes("\0") && partOf(text, file)) return;
  const lines = text.split(/\r?\n/);
  const at = (mark: string) =>
    lines.flatMap((line, index) => line.includes(mark) ? [index + 1] : [])
      .slice(0, NAMED).join(", ") || "none";
  throw new MpmError(
    "CONFLICT",
    `Cannot find mpm's part of "${path}" (first lines found: ` +
      `${at(file.open)}; last lines found: ${at(CLOSE)})`,
    {
      hint:
        `The part begins with the line ${file.open} and ends with ${CLOSE}: ` +
        "keep exactly one of each, or remove both. The file must be UTF-8",
    },
  );
}

/** The maximum number of lines named in an error. */
const NAMED = 10;

/** Throws CONFLICT for a symbolic link. */
export function refuseLink(system: System, path: string): void {
  const kind = system.files.lstat(path)?.kind;
  if (kind !== "link") return;
  throw new MpmError("CONFLICT", `"${path}" is a symbolic link`, {
    hint: "mpm does not write through links: replace it with its target",
  });
}
