import { join } from "@std/path";
import type { TreeEntry } from "../session/snapshot.ts";
import type { System } from "../system/system.ts";
import { indexLine } from "./capture_index.ts";
import { rawGit } from "./raw_git.ts";
import { joinBytes } from "./text.ts";
import type { Vault } from "./vault.ts";

/** Milliseconds for writing a large worktree. */
const LONG = 15 * 60_000;

/**
 * Lets git write blobs as files, raw, into the empty `folder`, each under its
 * number, and makes them durable. Returns their paths. Git writes them, so that
 * no large file is held in memory. Throws GIT_FAILED where one is missing.
 */
export async function stageBlobs(
  system: System,
  vault: Vault,
  { entries, folder, rawFolder }: {
    entries: readonly TreeEntry[];
    folder: string;
    rawFolder: string;
  },
): Promise<string[]> {
  const named = entries.map((entry, at) => ({ path: String(at), entry }));
  await writeEntries(system, vault, { named, folder, rawFolder });
  const paths = named.map(({ path }) => join(folder, path));
  const files = paths.filter((_, at) => entries[at]!.mode !== "120000");
  await system.files.syncFiles(files);
  return paths;
}

/** Writes blobs under the paths given, whatever these are, below `folder`. */
export async function writeEntries(
  system: System,
  vault: Vault,
  { named, folder, rawFolder }: {
    named: readonly { path: string; entry: TreeEntry }[];
    folder: string;
    rawFolder: string;
  },
): Promise<void> {
  using raw = rawGit(system, vault, { near: rawFolder, worktree: folder });
  const stdin = joinBytes(
    named.map(({ path, entry }) => indexLine(path, entry, "")),
  );
  await raw.git.read(["update-index", "--add", "-z", "--index-info"], {
    stdin,
    timeout: LONG,
  });
  await raw.git.read(["checkout-index", "--quiet", "--all"], { timeout: LONG });
}
