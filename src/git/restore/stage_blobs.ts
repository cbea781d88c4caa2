import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { TreeEntry } from "../status/snapshot.ts";
import type { System } from "../../system/system.ts";
import { indexLine } from "../capture/capture_index.ts";
import { rawGit } from "../run/raw_git.ts";
import { decodeBytes, encodeText, joinBytes } from "../text.ts";
import type { Vault } from "../capture/vault.ts";

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
  { files, folder, rawFolder }: {
    /** Where each will be, which is told of one that is missing. */
    files: readonly { path: string; entry: TreeEntry }[];
    folder: string;
    rawFolder: string;
  },
): Promise<string[]> {
  const named = files.map(({ entry }, at) => ({ path: String(at), entry }));
  try {
    await writeEntries(system, vault, { named, folder, rawFolder });
  } catch (error) {
    throw await lostError(vault, files) ?? error;
  }
  const paths = named.map(({ path }) => join(folder, path));
  const plain = paths.filter((_, at) => files[at]!.entry.mode !== "120000");
  await system.files.syncFiles(plain);
  return paths;
}

/** Which files are lost, if any are; git tells their objects' ids alone. */
async function lostError(
  { git }: Vault,
  files: readonly { path: string; entry: TreeEntry }[],
): Promise<MpmError | undefined> {
  const ids = files.map(({ entry }) => `${entry.id}\n`).join("");
  const { stdout } = await git.run(["cat-file", "--batch-check"], {
    stdin: encodeText(ids),
  });
  const answers = decodeBytes(stdout).split("\n");
  const lost = files.filter((_, at) => answers[at]?.endsWith(" missing"));
  if (lost.length === 0) return undefined;
  const more = lost.length > 1 ? ` and ${lost.length - 1} more` : "";
  return new MpmError(
    "UNREADABLE",
    `The repository has lost what the checkpoint has at "${lost[0]!.path}"` +
      `${more}; nothing was changed`,
    { hint: 'Other paths can still come back: name them after "restore"' },
  );
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
