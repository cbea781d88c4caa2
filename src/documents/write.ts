import { dirname, relative, SEPARATOR } from "@std/path";
import { join } from "../base/join.ts";
import { FileError, MpmError } from "../base/errors.ts";
import { ensureFolder, ensureHome, writeAtomic } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import type { DocumentFolder } from "./store.ts";

/**
 * Writes a document or an answer, completely or not at all, and creates its
 * folders. Call under the project's lock. Throws CONFLICT if the path leads
 * through a link, FILE_FAILED.
 */
export function writeInFolder(
  system: System,
  { root, worktree }: { root: string; worktree: string },
  { folder, path, text }: {
    folder: DocumentFolder;
    path: string;
    text: string;
  },
): void {
  const bytes = new TextEncoder().encode(text);
  if (folder.shared) {
    ensureOpenFolder(system, dirname(path), worktree);
    writeAtomic(system, path, { bytes, mode: 0o644 });
  } else {
    ensureHome(system, root);
    ensureFolder(system, dirname(path), root);
    writeAtomic(system, path, { bytes });
  }
}

/**
 * Creates each missing folder below `top` with git's modes, and refuses links.
 */
function ensureOpenFolder(system: System, folder: string, top: string): void {
  let path = top;
  for (const name of relative(top, folder).split(SEPARATOR)) {
    path = join(path, name);
    const kind = system.files.lstat(path)?.kind;
    if (kind === undefined) createOpen(system, path);
    else if (kind !== "folder") {
      throw new MpmError("CONFLICT", `"${path}" is not a folder: ${kind}`, {
        hint: "Move it elsewhere, or choose another folder: mpm config set " +
          "handoff.folder <folder>",
      });
    }
  }
}

function createOpen({ files }: System, path: string): void {
  try {
    files.mkdir(path);
    files.chmod(path, 0o755);
  } catch (error) {
    // Another program may have created the folder first.
    if (!(error instanceof FileError && error.problem === "exists")) {
      throw error;
    }
  }
}
