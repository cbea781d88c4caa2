import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { encodeText } from "../../base/bytes.ts";
import { FileError, isMissing } from "../../base/errors.ts";
import { reasonNotThere } from "../../base/paths_there.ts";
import type { Workspace } from "../repository.ts";
import { Git } from "../run/git.ts";
import { isOpenable } from "../text.ts";
import { projectFiles } from "../tracked.ts";
import type { FileInfo, System } from "../../system/system.ts";
import { isOwnPath, type LeftOut, lookWithin } from "./snapshot.ts";
import { CONFIG, safeSettings } from "./vault.ts";

/** The number of files to copy before checking for a request to stop. */
const PAUSE = 200;

/** Bytes to copy at a time. */
const PART = 16 * 1024 * 1024;

/**
 * Copies the tracked and not ignored files of a worktree into the empty folder
 * `to`, until `signal` is aborted. Follows no link and runs no filter. Returns
 * what it left out: repositories, and all but plain files. Throws FILE_FAILED,
 * GIT_FAILED.
 */
export async function copyWorktree(
  system: System,
  { worktree }: Workspace,
  { to, signal }: { to: string; signal: AbortSignal },
): Promise<LeftOut[]> {
  const look = lookWithin(system, worktree);
  const leftOut: LeftOut[] = [];
  const made = new Set<string>([to]);
  const paths = await projectFiles(system, worktree);
  for (const [at, path] of paths.entries()) {
    // A request to stop is only noticed here.
    if (at % PAUSE === 0) await system.sleep(0);
    if (signal.aborted) return leftOut;
    if (isOwnPath(path)) continue;
    const reason = isOpenable(path)
      ? reasonNotThere(path, system.platform)
      : "its name is not UTF-8";
    if (reason !== undefined) {
      leftOut.push({ path, reason });
      continue;
    }
    const found = look(path);
    // A deletion that is not committed is still in the index.
    if (!found) continue;
    if (found.kind === "folder" || found.kind === "other") {
      const why = found.kind === "folder" ? "another repository" : "not a file";
      leftOut.push({ path, reason: why });
      continue;
    }
    makeFolders(system, dirname(join(to, path)), made);
    const from = join(worktree, path);
    const failed = copyOne(system, { from, to: join(to, path), found });
    if (failed !== undefined) leftOut.push({ path, reason: failed });
  }
  return leftOut;
}

function makeFolders(system: System, folder: string, made: Set<string>) {
  if (made.has(folder)) return;
  makeFolders(system, dirname(folder), made);
  system.files.mkdir(folder);
  made.add(folder);
}

/** Copies one file. Returns why it could not be read, or nothing. */
function copyOne(
  { files }: System,
  { from, to, found }: { from: string; to: string; found: FileInfo },
): string | undefined {
  if (found.kind === "link") {
    files.symlink(files.readLink(from), to);
    return undefined;
  }
  let first: Uint8Array;
  try {
    first = files.readPart(from, 0, PART);
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (error instanceof FileError) return "it could not be read";
    throw error;
  }
  files.create(to, first, { synced: false });
  for (let at = first.length; at > 0 && at % PART === 0;) {
    const next = files.readPart(from, at, PART);
    if (next.length === 0) break;
    files.append(to, next);
    at += next.length;
  }
  if (found.mode !== undefined) files.chmod(to, found.mode & 0o777);
  return undefined;
}

/** The largest list of a shallow history's ends, in bytes. */
const LARGEST = 16 * 1024 * 1024;

/**
 * Turns a folder with copied files into a separate repository at the commit
 * `head`, on no branch, with its index. It reads the worktree's objects and
 * shares no ref, setting or hook. `ignored`: paths that git should not list.
 * Throws FILE_FAILED, GIT_FAILED.
 */
export async function makeOwnRepository(
  system: System,
  { worktree, commonDir }: Workspace,
  { folder, head, ignored }: {
    folder: string;
    head: string | undefined;
    ignored: readonly string[];
  },
): Promise<void> {
  const { files } = system;
  const { hash } = await safeSettings(system, worktree);
  const gitDir = join(folder, ".git");
  for (
    const part of ["", "refs", "refs/heads", "objects", "objects/info", "info"]
  ) files.mkdir(join(gitDir, part));
  const write = (name: string, text: string) =>
    files.create(join(gitDir, name), encodeText(text), { synced: false });
  write("HEAD", head === undefined ? "ref: refs/heads/main\n" : `${head}\n`);
  write("config", CONFIG[hash]);
  write("objects/info/alternates", `${join(commonDir!, "objects")}\n`);
  write("info/exclude", ignored.map((path) => `/${path}\n`).join(""));
  const shallow = join(commonDir!, "shallow");
  if (files.lstat(shallow)?.kind === "file") {
    files.create(join(gitDir, "shallow"), files.readOwn(shallow, LARGEST), {
      synced: false,
    });
  }
  if (head === undefined) return;
  await new Git(system, folder).read(["read-tree", head]);
}
