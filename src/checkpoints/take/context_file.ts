import { join } from "@std/path";
import { FileError } from "../../base/errors.ts";
import { cutText } from "../../base/words.ts";
import type { System } from "../../system/system.ts";

/** Bytes of a context file that is read, and characters that are kept. */
const LIMIT = 1024 * 1024;
const KEPT = 16_000;

/**
 * The project's `.claude/context.md`, cut; `undefined` where there is none that
 * can be read. Neither the file nor its folder may be a link.
 */
export function readContextFile(
  { files }: System,
  worktree: string,
): string | undefined {
  const folder = join(worktree, ".claude");
  try {
    if (files.lstat(folder)?.kind !== "folder") return undefined;
    const bytes = files.readOwn(join(folder, "context.md"), LIMIT);
    return cutText(new TextDecoder().decode(bytes), KEPT);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}
