import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { commonDirOf } from "./core_settings.ts";
import { decodeBytes } from "../text.ts";

/** Bytes of a file of settings that is read. */
const LARGEST = 1024 * 1024;

/**
 * Whether the text of a repository's own settings has what `pattern` matches,
 * which costs no process of git. The pattern is of small letters and matches an
 * include, too; true in doubt.
 */
export function ownSettingsHave(
  system: System,
  gitDir: string,
  pattern: RegExp,
): boolean {
  return anyHas(system, pattern, () => [
    join(commonDirOf(system, gitDir), "config"),
    join(gitDir, "config.worktree"),
  ]);
}

function anyHas(
  system: System,
  pattern: RegExp,
  files: () => readonly string[],
): boolean {
  try {
    return files().some((path) =>
      system.files.stat(path) !== undefined &&
      pattern.test(decodeBytes(readPlain(system, path, LARGEST)).toLowerCase())
    );
  } catch (error) {
    if (error instanceof MpmError) return true;
    throw error;
  }
}

/** A file that may be behind a link, but nothing that has to be waited on. */
export function readPlain(
  system: System,
  path: string,
  limit: number,
): Uint8Array {
  return system.files.readOwn(system.files.realPath(path), limit);
}
