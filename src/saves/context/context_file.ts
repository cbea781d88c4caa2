import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { firstLine } from "../../base/words.ts";
import { withLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { MARKDOWN } from "../compare/marks.ts";
import {
  changeMarkedFile,
  fromBytes,
  type MarkedFile,
  type Renew,
  withoutPart,
} from "./marked_file.ts";

/** The facts in mpm's part of the context file. */
export interface ContextFacts {
  /** `undefined`: detached, or no repository. */
  readonly branch: string | undefined;
  readonly time: Date;
  readonly next: readonly string[];
}

/** The most entries for the next session, and their longest, in characters. */
const LISTED = 10;
const LONGEST = 200;

/** The heading of the next steps, which may be older than the current list. */
const NEXT = 'Next session ("mpm done" lists what is open now):';

const CONTEXT_FILE: MarkedFile = {
  open: '<!-- mpm: written by "mpm context update" -->',
  head: "# Project Context\n\n",
  // Headings for people to fill in.
  tail: ["Architecture", "Recent Decisions", "Known Issues"]
    .map((heading) => `\n\n## ${heading}`).join("") + "\n",
  temporary: ".context.md.mpm.tmp",
};

/** Returns the context file without mpm's part, like {@link withoutPart}. */
export function withoutContextPart(text: string): string | undefined {
  return withoutPart(text, CONTEXT_FILE);
}

const SAYS_BRANCH = /^Branch: [^\r]*/;
const SAYS_TIME = /^Last updated: [^\r]*/;

/** Updates lines written by people, except those in a code block. */
function renewed(parts: readonly string[], { branch, time }: ContextFacts) {
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

/** Returns the UTF-8 bytes of a text, one character for each byte. */
function bytesAsText(text: string): string {
  return fromBytes(new TextEncoder().encode(text));
}

/** Path of the context file, relative to the worktree. */
export function contextFilePath(worktree: string): string {
  return join(worktree, ".claude", "context.md");
}

/**
 * Updates mpm's part, or in place the lines outside it that say the same.
 * Throws CONFLICT for a link or damaged marks.
 */
export function updateContextFile(
  system: System,
  worktree: string,
  { facts, create, dryRun }: {
    facts: ContextFacts;
    create: boolean;
    dryRun: boolean;
  },
): Exclude<ReturnType<typeof changeMarkedFile>, "removed"> {
  const renew: Renew = (before, after, eol) => {
    const { parts, has } = renewed([before, after], facts);
    const { branch, time, next } = facts;
    const named = branch === undefined ? "(none)" : MARKDOWN.code(branch);
    const steps = next.slice(0, LISTED).map((step, at) =>
      `${at + 1}. ${MARKDOWN.words(firstLine(step, LONGEST))}`
    );
    const paragraphs = [
      ...has.branch ? [] : [`Branch: ${named}`],
      ...has.time ? [] : [`Last updated: ${timeText(time)}`],
      ...steps.length === 0 ? [] : [NEXT, steps.join(eol)],
    ];
    const empty = before !== "" && paragraphs.length === 0;
    return {
      ...{ before: parts[0]!, after: parts[1]! },
      paragraphs: empty ? undefined : paragraphs,
    };
  };
  const path = contextFilePath(worktree);
  const file = CONTEXT_FILE;
  const state = changeMarkedFile(system, path, { file, renew, create, dryRun });
  return state === "removed" ? "unchanged" : state;
}

/** The maximum size of a context file to read, in bytes. */
const LARGEST = 1024 * 1024;

/**
 * Updates mpm's part of the context file if more than the time would change.
 * Returns whether the file changed. Throws CONFLICT for damaged marks.
 */
export async function renewContextFile(
  system: System,
  { root, worktree }: { readonly root: string; readonly worktree: string },
  facts: () => ContextFacts | Promise<ContextFacts>,
): Promise<boolean> {
  const path = contextFilePath(worktree);
  const text = system.files.lstat(path) &&
    attempt(() => fromBytes(system.files.readOwn(path, LARGEST)));
  if (!text?.includes(CONTEXT_FILE.open)) return false;
  const now = await facts();
  const written = [...text.matchAll(/^Last updated: (\S+?)\r?$/gm)].at(-1)?.[1];
  const time = new Date(written ?? "");
  const update = (facts: ContextFacts, dryRun: boolean) =>
    updateContextFile(system, worktree, { facts, create: false, dryRun });
  const isKnown = !Number.isNaN(time.getTime());
  if (isKnown && update({ ...now, time }, true) === "unchanged") return false;
  return await withLock(system, root, () => update(now, false) === "updated");
}
