import { join } from "@std/path";
import { MpmError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { type IndexListing, parseIndex } from "./capture_index.ts";
import type { Git } from "./git.ts";
import { listIndexBytes } from "./index_bytes.ts";
import type { ObjectHash } from "./safe_git.ts";

/** Bytes of an index that is read here: some five million files. */
const LARGEST = 512 * 1024 * 1024;

/** Every entry of the index with its mode, id, stage and flags. */
const LIST_INDEX = ["ls-files", "-z", "--stage", "-v"];

/**
 * Every path of the index of `gitDir`: read from its file, which costs a tenth
 * of asking git, or by asking `git` where the file is of another form. Throws
 * GIT_FAILED.
 */
export async function listIndex(
  system: System,
  git: Git,
  { gitDir, hash }: { gitDir: string; hash: ObjectHash },
): Promise<IndexListing> {
  return readIndexFile(system, join(gitDir, "index"), hash) ??
    parseIndex(await git.read(LIST_INDEX));
}

function readIndexFile(
  system: System,
  path: string,
  hash: ObjectHash,
): IndexListing | undefined {
  try {
    if (system.files.lstat(path)?.kind !== "file") return undefined;
    return listIndexBytes(system.files.readOwn(path, LARGEST), hash);
  } catch (error) {
    // What cannot be read, or is held by somebody on Windows, git may read.
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}
