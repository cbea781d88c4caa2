import { isAbsolute, normalize } from "@std/path";
import { structuredPatch } from "diff";
import { join } from "../base/join.ts";
import {
  field,
  type Fields,
  listIn,
  textField,
} from "../base/parsed_values.ts";
import type { Hunk } from "./events.ts";
import { cutMiddle } from "./notes.ts";

/** The longest result, and text in the arguments, in UTF-16 units. */
export const LONGEST_RESULT = 8000;
export const LONGEST_ARGUMENT = 4000;

/** The most entries in a list or object of the arguments, and levels. */
export const MOST_ENTRIES = 100;
const DEEPEST = 8;

/** The maximum number of changed lines to keep from one call. */
const MOST_LINES = 4000;

/** Returns a text of a person or an agent, with a bounded length. */
export function cutWords(text: string): string {
  return cutMiddle(text, 16_000);
}

/** Returns the task in the arguments of a call that starts a sub-agent. */
export function taskIn(args: Fields): string {
  const task = textField(args, "description") ?? textField(args, "prompt");
  return cutMiddle(task ?? "", 1000);
}

/** Returns the arguments, shortened to the limits. */
export function shortened(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return cutMiddle(value, LONGEST_ARGUMENT);
  if (typeof value !== "object" || value === null) return value;
  if (depth === DEEPEST) return "…";
  if (Array.isArray(value)) {
    return value.slice(0, MOST_ENTRIES).map((one) => shortened(one, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value).slice(0, MOST_ENTRIES)
      .map(([name, held]) => [name, shortened(held, depth + 1)]),
  );
}

/** Returns the absolute path of a file that an agent named in a folder. */
export function absolutePath(
  path: string | undefined,
  cwd: string | undefined,
): string | undefined {
  if (!path || path.includes("\0")) return undefined;
  if (isAbsolute(path)) return normalize(path);
  return cwd === undefined ? undefined : join(cwd, path);
}

/** The most edits to compute; beyond, the whole text counts as changed. */
const MOST_EDITS = 1000;

/** Returns the changed lines in a call's arguments, without positions. */
export function insteadOf(input: Fields): Hunk[] | undefined {
  const edits = Array.isArray(input.edits) ? input.edits : [input];
  const hunks = edits.flatMap((edit) => {
    const [old, now] = [
      textField(edit, "old_string"),
      textField(edit, "new_string") ?? textField(edit, "new_source"),
    ];
    if (now === undefined) return [];
    const options = { context: 3, maxEditLength: MOST_EDITS };
    const patch = old && now &&
      structuredPatch("", "", old, now, "", "", options);
    // The position of the text in its file is unknown.
    const place = { oldStart: 0, newStart: 0 };
    if (patch) {
      return patch.hunks.map(({ lines, oldLines, newLines }) => ({
        ...{ ...place, oldLines, newLines },
        lines: lines.filter((text) => !text.startsWith("\\"))
          .slice(0, MOST_LINES),
      }));
    }
    const removed = old === undefined ? [] : linesOf(old);
    const added = linesOf(now);
    return [{
      ...place,
      oldLines: removed.length,
      newLines: added.length,
      lines: [
        ...removed.map((text) => `-${text}`),
        ...added.map((text) => `+${text}`),
      ],
    }];
  });
  return hunks.length > 0 ? hunks : undefined;
}

/** Returns a hunk with the lines of a new file. */
export function wholeFile(content: string): Hunk {
  const lines = linesOf(content);
  return {
    ...{ oldStart: 0, oldLines: 0 },
    ...{ newStart: 1, newLines: lines.length },
    lines: lines.slice(0, MOST_LINES).map((text) => `+${text}`),
  };
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  return text.replace(/\n$/, "").split("\n").slice(0, MOST_LINES);
}

/** Returns the hunks in a parsed patch, with a bounded number of lines. */
export function hunksIn(value: unknown, name: string): Hunk[] {
  let left = MOST_LINES;
  return listIn(value, name).flatMap((hunk) => {
    const lines = listIn(hunk, "lines")
      .filter((line): line is string => typeof line === "string")
      .slice(0, left);
    left -= lines.length;
    return lines.length === 0 ? [] : [{
      oldStart: numberOf(hunk, "oldStart"),
      oldLines: numberOf(hunk, "oldLines"),
      newStart: numberOf(hunk, "newStart"),
      newLines: numberOf(hunk, "newLines"),
      lines,
    }];
  });
}

function numberOf(value: unknown, name: string): number {
  const held = field(value, name);
  return typeof held === "number" ? held : 0;
}

const HEAD = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** Returns the hunks in a unified diff of one file. */
export function hunksOfDiff(diff: string): Hunk[] {
  const hunks: (Hunk & { lines: string[] })[] = [];
  let left = MOST_LINES;
  for (const line of diff.split("\n")) {
    const head = HEAD.exec(line);
    if (head) {
      const [oldStart, oldLines, newStart, newLines] = head.slice(1)
        .map((number) => Number(number ?? 1));
      hunks.push({
        ...{ oldStart: oldStart!, oldLines: oldLines! },
        ...{ newStart: newStart!, newLines: newLines! },
        lines: [],
      });
    } else if (hunks.length > 0 && /^[-+ ]/.test(line) && left-- > 0) {
      hunks.at(-1)!.lines.push(line);
    }
  }
  return hunks.filter(({ lines }) => lines.length > 0);
}

const PATCHED = /^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+)$/gm;

/** Returns the paths in a patch, in the format that some models write. */
export function patchedPaths(patch: string): string[] {
  return [...patch.matchAll(PATCHED)].slice(0, MOST_PATHS)
    .map(([, path]) => path!.trim());
}

/** The maximum number of paths to look at in a patch. */
const MOST_PATHS = 200;
