import { dirname, join } from "@std/path";
import { FileError, MpmError } from "../../base/errors.ts";
import { withoutRules, withRules } from "./exclude_rules.ts";
import { fromBytes, toBytes } from "../../handoff/context_file.ts";
import type { Workspace } from "../../git/repository.ts";
import type { System } from "../../system/system.ts";
import { writeAtomic } from "../../ops/atomic.ts";

/** Bytes of the largest file of rules that is edited. */
const LIMIT = 1024 * 1024;

/** git's own rules for what it ignores here alone; no repository has none. */
export function excludeFile({ commonDir }: Workspace): string | undefined {
  return commonDir === undefined ? undefined : join(commonDir, "info/exclude");
}

/**
 * Adds `rules` to git's `info/exclude`, or removes all that mpm added. Returns
 * whether they are there, or gone: a file that is a link, or may not be
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
