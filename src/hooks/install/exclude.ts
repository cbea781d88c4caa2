import { dirname, join } from "@std/path";
import { FileError, MpmError } from "../../base/errors.ts";
import type { Workspace } from "../../git/mod.ts";
import { fromBytes, toBytes } from "../../handoff/mod.ts";
import { writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** The line above the rules that mpm added to git's `info/exclude`. */
const MARK = "# Added by mpm hooks install; mpm hooks uninstall removes it";

/** A file of rules without those that mpm added. */
function withoutRules(text: string): string {
  const lines = text.split("\n");
  const at = lines.indexOf(MARK);
  if (at < 0) return text;
  const rules = addedRules(text).length;
  return [...lines.slice(0, at), ...lines.slice(at + 1 + rules)].join("\n");
}

/** The rules that mpm added. */
function addedRules(text: string): string[] {
  const lines = text.split("\n");
  const at = lines.indexOf(MARK);
  if (at < 0) return [];
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => !line.startsWith("/.claude/"));
  return end < 0 ? rest : rest.slice(0, end);
}

/** The file with `rules` added to those that mpm added before. */
function withRules(text: string, rules: readonly string[]): string {
  const all = [...new Set([...addedRules(text), ...rules])];
  const rest = withoutRules(text);
  const gap = rest === "" || rest.endsWith("\n") ? "" : "\n";
  return `${rest}${gap}${[MARK, ...all].join("\n")}\n`;
}

/** Bytes of the largest file of rules that is edited. */
const LIMIT = 1024 * 1024;

/** git's own rules for what it ignores here alone; no repository has none. */
export function excludeFile({ commonDir }: Workspace): string | undefined {
  return commonDir === undefined ? undefined : join(commonDir, "info/exclude");
}

/**
 * Adds `rules` to git's `info/exclude`, or removes everything that mpm added.
 * Returns whether they are there, or gone: a file that is a link, or may not be
 * written, stays as it is.
 */
export function changeExcludes(
  system: System,
  path: string,
  rules: readonly string[] | undefined,
): boolean {
  const { files } = system;
  try {
    const found = files.lstat(path);
    const before = found ? fromBytes(files.readOwn(path, LIMIT)) : "";
    const after = rules ? withRules(before, rules) : withoutRules(before);
    if (after === before) return true;
    if (after === "") {
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
