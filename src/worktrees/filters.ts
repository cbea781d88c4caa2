import { join } from "@std/path";
import type { System } from "../system/system.ts";
import {
  decodeBytes,
  encodeText,
  isOpenable,
  quotePath,
  splitFields,
} from "../git/text.ts";
import {
  answered,
  type Failed,
  gitAt,
  type IndexEntry,
  type WorktreeFolders,
} from "../git/worktree_status.ts";

/**
 * Files whose bytes are not those of their blobs and that git calls unchanged
 * because of what a filter leaves out, as one for notebooks leaves out results.
 */
export async function readFiltered(
  system: System,
  folders: WorktreeFolders,
  entries: readonly IndexEntry[],
): Promise<string[] | Failed> {
  return await answered(async () => {
    const git = gitAt(system, folders);
    const { hiding } = await git.standIn();
    if (hiding.length === 0) return [];
    const files = entries.filter(({ path, mode }) =>
      mode.startsWith("100") &&
      (!isOpenable(path) || system.files.lstat(join(folders.path, path)))
    );
    const attributes = splitFields(
      await git.read(["check-attr", "-z", "--stdin", "filter"], {
        stdin: encodeText(files.map(({ path }) => `${path}\0`).join("")),
      }),
    );
    const converted = files.filter((_, at) =>
      hiding.includes(attributes[3 * at + 2]!)
    );
    if (converted.length === 0) return [];
    const hash = ["hash-object", "--no-filters", "--stdin-paths"];
    const lines = converted.map(({ path }) => `${quotePath(path)}\n`);
    const ids = decodeBytes(
      await git.read(hash, { stdin: encodeText(lines.join("")) }),
    ).split("\n");
    return converted.filter(({ object }, at) => ids[at] !== object)
      .map(({ path }) => path);
  });
}
