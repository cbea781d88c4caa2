import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { type IndexListing, parseIndex } from "../capture/capture_index.ts";
import type { Git } from "../run/git.ts";
import { listIndexBytes } from "./index_bytes.ts";
import type { ObjectHash } from "../run/safe_git.ts";

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
  const bytes = readIndexFile(system, join(gitDir, "index"));
  return (bytes && listIndexBytes(bytes, hash)) ??
    parseIndex(await git.read(LIST_INDEX));
}

/**
 * Reads the index as {@link listIndex} does where the repository's hash is not
 * known. `undefined`: there is no index, or git cannot read it.
 */
export async function listIndexFile(
  system: System,
  git: Git,
  gitDir: string,
): Promise<IndexListing | undefined> {
  const path = join(gitDir, "index");
  const bytes = readIndexFile(system, path);
  const listing = bytes &&
    (listIndexBytes(bytes, "sha1") ?? listIndexBytes(bytes, "sha256"));
  if (listing) return listing;
  if (!bytes && system.files.lstat(path) === undefined) return undefined;
  const listed = await git.run(LIST_INDEX);
  return listed.status === 0 ? parseIndex(listed.stdout) : undefined;
}

function readIndexFile(
  system: System,
  path: string,
): Uint8Array | undefined {
  try {
    if (system.files.lstat(path)?.kind !== "file") return undefined;
    return system.files.readOwn(path, LARGEST);
  } catch (error) {
    // What cannot be read, or is held by somebody on Windows, git may read.
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}
