import { escapeText } from "../base/escape.ts";
import { MARKDOWN } from "../saves/mod.ts";
import { firstLine } from "../base/words.ts";
import { join } from "@std/path";
import { MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "../ops/mod.ts";

/** The content of the mpm part of the context file. */
interface ContextFacts {
  /** `undefined`: detached, or no repository. */
  readonly branch: string | undefined;
  readonly time: Date;
  /** The next steps. */
  readonly next: readonly string[];
}

/** Between these lines the file is mpm's; everything else is people's. */
const OPEN = '<!-- mpm: written by "mpm context update" -->';
const CLOSE = "<!-- /mpm -->";

/** Entries for the next session, and characters of each. */
const LISTED = 10;
const LONGEST = 200;

/** The text around mpm's part in a new file: headings for people to fill in. */
const HEAD = "# Project Context\n\n";
const TAIL = ["Architecture", "Recent Decisions", "Known Issues"]
  .map((heading) => `\n\n## ${heading}`).join("") + "\n";

/** Returns where mpm's part is; `undefined`: it cannot be told from the rest. */
function partOf(text: string): { start: number; end: number } | undefined {
  const [start, end] = [text.indexOf(OPEN), text.indexOf(CLOSE)];
  const once = text.lastIndexOf(OPEN) === start &&
    text.lastIndexOf(CLOSE) === end;
  const none = start < 0 && end < 0;
  if (!none && (!once || start < 0 || end < start)) return undefined;
  return { start, end: none ? end : end + CLOSE.length };
}

/**
 * Returns the file without mpm's part and the blank line that came with it;
 * `undefined`: nothing else is in it. A file where the part cannot be told stays
 * as it is.
 */
export function withoutContextPart(text: string): string | undefined {
  const { start, end } = partOf(text) ?? { start: -1, end: -1 };
  if (start < 0) return text;
  const [before, after] = [text.slice(0, start), text.slice(end)];
  if (before === HEAD && after === TAIL) return undefined;
  const eol = /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n";
  const cut = (size: number) => before.slice(0, before.length - size);
  const gap = before.endsWith(eol + eol) ? eol.length : 0;
  if (after === "") return cut(2 * gap);
  return cut(gap) + (after.startsWith(eol) ? after.slice(eol.length) : after);
}

/**
 * The file with mpm's part renewed, or added at its end. A line by people about
 * the branch is updated in its place, and so is their last line about the time.
 * mpm's part then omits this line. Every other character is as it was. `text`
 * may be any characters, one for each byte. `undefined` where mpm's part cannot
 * be told from the rest.
 */
function updatedContextFile(
  text: string,
  facts: ContextFacts,
): string | undefined {
  const eol = /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n";
  const part = partOf(text);
  if (!part) return undefined;
  const { start, end } = part;
  const none = start < 0;
  const after = none ? "" : text.slice(end);
  const theirs = renewed([none ? text : text.slice(0, start), after], facts);
  const [before, rest] = theirs.parts as [string, string];
  const renewedPart = bytesAsText(block(facts, eol, theirs.has));
  if (!none) return before + renewedPart + rest;
  if (theirs.has.branch && theirs.has.time && facts.next.length === 0) {
    return before;
  }
  const ended = before === "" || before.endsWith("\n");
  const gap = before === "" ? "" : ended ? eol : eol + eol;
  // A file that did not end with a line end does not end with one now.
  return `${before}${gap}${renewedPart}${ended ? eol : ""}`;
}

/** The fields that people's own lines have already. */
interface Says {
  readonly branch: boolean;
  readonly time: boolean;
}

const SAYS_BRANCH = /^Branch: [^\r]*/;
const SAYS_TIME = /^Last updated: [^\r]*/;

/** Renews people's own lines, but for those in a block of code. */
function renewed(
  parts: readonly string[],
  { branch, time }: ContextFacts,
): { parts: string[]; has: Says } {
  let last: { part: number; line: number } | undefined;
  let named = false;
  let fenced = false;
  const all = parts.map((part) => part.split("\n"));
  all.forEach((lines, part) =>
    lines.forEach((line, at) => {
      if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced;
      if (fenced) return;
      if (SAYS_TIME.test(line)) last = { part, line: at };
      if (!SAYS_BRANCH.test(line)) return;
      named = true;
      const said = branch === undefined
        ? "(none)"
        : /^Branch: `/.test(line)
        ? MARKDOWN.code(branch)
        : escapeText(branch);
      lines[at] = line.replace(
        SAYS_BRANCH,
        () => bytesAsText(`Branch: ${said}`),
      );
    })
  );
  if (last) {
    const lines = all[last.part]!;
    const said = `Last updated: ${timeText(time)}`;
    lines[last.line] = lines[last.line]!.replace(SAYS_TIME, () => said);
  }
  return {
    parts: all.map((lines) => lines.join("\n")),
    has: { branch: named, time: last !== undefined },
  };
}

function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

function block(
  { branch, time, next }: ContextFacts,
  eol: string,
  theirs: Says = { branch: false, time: false },
): string {
  const steps = next.slice(0, LISTED)
    .map((step, at) =>
      `${at + 1}. ${MARKDOWN.words(firstLine(step, LONGEST))}`
    );
  const paragraphs = [
    ...theirs.branch
      ? []
      : [`Branch: ${branch === undefined ? "(none)" : MARKDOWN.code(branch)}`],
    ...theirs.time ? [] : [`Last updated: ${timeText(time)}`],
    ...steps.length === 0 ? [] : ["Next session:", steps.join(eol)],
  ];
  return [
    OPEN,
    ...paragraphs.length === 0 ? [] : [paragraphs.join(eol + eol)],
    CLOSE,
  ].join(eol);
}

/** UTF-8 with one character for each byte. */
function bytesAsText(text: string): string {
  return fromBytes(new TextEncoder().encode(text));
}

/** One character for each byte, whatever they mean. */
export function fromBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** The bytes again. */
export function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Bytes of the largest file that is kept up to date. */
const LIMIT = 1024 * 1024;

/** Path of the context file, relative to the worktree. */
export function contextFilePath(worktree: string): string {
  return join(worktree, ".claude", "context.md");
}

type ContextFileState = "absent" | "created" | "updated" | "unchanged";

/**
 * Renews mpm's part of the context file; everything else in it stays byte for
 * byte. Creates the file only if `create` is set. Throws CONFLICT for a link or
 * a file in which mpm's part cannot be told. Writes nothing on a `dryRun`.
 */
export function updateContextFile(
  system: System,
  worktree: string,
  { facts, create, dryRun }: {
    facts: ContextFacts;
    create: boolean;
    dryRun: boolean;
  },
): ContextFileState {
  const { files } = system;
  const path = contextFilePath(worktree);
  const folder = join(worktree, ".claude");
  refuseLink(system, folder);
  refuseLink(system, path);
  const found = files.lstat(path);
  if (!found) {
    if (!create) return "absent";
    if (!dryRun) {
      // Claude Code's own folder, which others may read as the rest.
      if (!files.lstat(folder)) {
        files.mkdir(folder);
        files.chmod(folder, 0o755);
      }
      const text = `${HEAD}${block(facts, "\n")}${TAIL}`;
      const bytes = new TextEncoder().encode(text);
      writeAtomic(system, path, { bytes, mode: 0o644, temporary: TEMPORARY });
    }
    return "created";
  }
  const before = fromBytes(files.readOwn(path, LIMIT));
  // UTF-16 has a zero in each ASCII character.
  const after = before.includes("\0")
    ? undefined
    : updatedContextFile(before, facts);
  if (after === undefined) {
    throw new MpmError("CONFLICT", `Cannot tell mpm's part of "${path}"`, {
      hint: 'Its first line is <!-- mpm: written by "mpm context update" -->' +
        ", its last <!-- /mpm -->: leave one of each, or none, in UTF-8",
    });
  }
  if (after === before) return "unchanged";
  if (!dryRun) {
    writeAtomic(system, path, {
      bytes: toBytes(after),
      temporary: TEMPORARY,
      ...found.mode === undefined ? {} : { mode: found.mode },
    });
  }
  return "updated";
}

const TEMPORARY = ".context.md.mpm.tmp";

function refuseLink(system: System, path: string): void {
  const kind = system.files.lstat(path)?.kind;
  if (kind !== "link") return;
  throw new MpmError("CONFLICT", `"${path}" is a symbolic link`, {
    hint: "mpm writes through no link: replace it by what it leads to",
  });
}
