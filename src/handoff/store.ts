import { join } from "@std/path";
import { MpmError } from "../base/errors.ts";
import {
  type ContextFacts,
  fromBytes,
  newContextFile,
  toBytes,
  updatedContextFile,
} from "./context_file.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "../ops/atomic.ts";

/** Bytes of the largest file that is kept up to date. */
const LIMIT = 1024 * 1024;

/** Where people keep what an agent should know, seen from the worktree. */
export function contextFilePath(worktree: string): string {
  return join(worktree, ".claude", "context.md");
}

export type ContextFileState = "absent" | "created" | "updated" | "unchanged";

/**
 * Renews mpm's part of the context file; everything else in it stays byte for
 * byte. Makes the file only if `create` says so. Throws CONFLICT for a link or
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
      const bytes = new TextEncoder().encode(newContextFile(facts));
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
