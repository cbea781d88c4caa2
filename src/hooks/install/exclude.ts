import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { FileError, MpmError } from "../../base/errors.ts";
import type { Workspace } from "../../git/mod.ts";
import { fromBytes, toBytes } from "../../saves/mod.ts";
import { writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** The line above the rules that mpm added to git's `info/exclude`. */
const MARK = "# Added by mpm hooks install; mpm hooks uninstall removes it";

/** The same line for a file whose last line did not end with a newline. */
const GAP_MARK = `${MARK}, and the line end above`;

/** A rule that mpm adds; other rules below the mark are someone else's. */
const RULE = /^\/\.claude\/(settings(\.local)?\.json|skills\/mpm-[a-z-]+\/)$/;

/** The rules that mpm added to a file, and the text without them. */
interface AddedRules {
  readonly rules: readonly string[];
  /** The text without the rules; `undefined`: there was no file. */
  readonly rest: string | undefined;
}

function readRules(text: string | undefined): AddedRules {
  const lines = text?.split("\n") ?? [];
  const at = lines.findIndex((line) => line === MARK || line === GAP_MARK);
  if (at < 0) return { rules: [], rest: text };
  const below = lines.slice(at + 1);
  const end = below.findIndex((line) => !RULE.test(line));
  const rules = end < 0 ? below : below.slice(0, end);
  const after = below.slice(rules.length);
  const rest = [...lines.slice(0, at), ...after].join("\n");
  if (lines[at] === MARK) return { rules, rest: rest || undefined };
  const ended = after.join("") === "";
  return { rules, rest: ended ? rest.replace(/\n$/, "") : rest };
}

/** Returns `info/exclude` without mpm's rules; `undefined`: no file. */
export function withoutRules(text: string): string | undefined {
  return readRules(text).rest;
}

/** Returns the file with `rules` added to the rules that mpm added before. */
function withRules(
  text: string | undefined,
  rules: readonly string[],
): string {
  const { rules: added, rest } = readRules(text);
  const all = [...new Set([...added, ...rules])];
  const ended = rest === undefined || rest.endsWith("\n");
  const head = ended ? MARK : `\n${GAP_MARK}`;
  return `${rest ?? ""}${[head, ...all].join("\n")}\n`;
}

/** The largest rule file to edit, in bytes. */
const LIMIT = 1024 * 1024;

/** Returns this clone's own ignore file; `undefined` without git. */
export function excludeFile({ commonDir }: Workspace): string | undefined {
  return commonDir === undefined ? undefined : join(commonDir, "info/exclude");
}

/**
 * Adds `rules` to git's `info/exclude`, or removes everything that mpm added.
 * Returns whether the rules are now there, or gone. A file that is a link or
 * not writable is not changed.
 */
export function changeExcludes(
  system: System,
  path: string,
  rules: readonly string[] | undefined,
): boolean {
  const { files } = system;
  try {
    const found = files.lstat(path);
    const before = found ? fromBytes(files.readOwn(path, LIMIT)) : undefined;
    const after = rules ? withRules(before, rules) : readRules(before).rest;
    if (after === before) return true;
    if (after === undefined) {
      files.remove(path);
      return true;
    }
    if (!files.lstat(dirname(path))) files.mkdir(dirname(path));
    const mode = found?.mode ?? 0o644;
    writeAtomic(system, path, {
      bytes: toBytes(after),
      mode,
      temporary: "exclude.mpm.tmp",
    });
    return true;
  } catch (error) {
    if (error instanceof FileError || error instanceof MpmError) return false;
    throw error;
  }
}
