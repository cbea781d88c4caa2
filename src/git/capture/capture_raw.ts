import type { System } from "../../system/system.ts";
import type { FileCapture } from "./capture_files.ts";
import type { IndexListing } from "./capture_index.ts";
import {
  convertiblePaths,
  isSettled,
  knownRaw,
  type RawCache,
} from "../status/conversions.ts";
import type { Vault } from "./vault.ts";
import { isOpenable } from "../text.ts";

/**
 * Adds the files that git calls unchanged and whose bytes differ from their
 * blobs all the same. Those known from an earlier capture are not read again.
 */
export async function addRaw(
  system: System,
  vault: Vault,
  { files, listing, cache }: {
    files: FileCapture;
    listing: IndexListing;
    cache: RawCache;
  },
): Promise<void> {
  const paths = await convertiblePaths(system, vault, listing);
  const now = system.now();
  for (const path of paths) {
    if (files.files.has(path) || !isOpenable(path)) continue;
    const info = system.files.lstat(`${vault.git.folder}/${path}`);
    if (info?.kind !== "file") continue;
    const { id: blob, mode } = listing.files.get(path)!;
    const known = knownRaw(cache, path, { info, blob });
    if (known !== undefined) {
      const { size, mtime } = info;
      if (known !== blob) {
        files.take(path, { mode, id: known, size, mtime, sha256: null });
      }
      continue;
    }
    files.add(path, mode);
    const found = files.files.get(path);
    if (!found) continue;
    if (isSettled(info, now)) {
      const { size, mtime, changed } = info;
      cache.set(path, { size, mtime, changed, blob, raw: found.id });
    }
    if (found.id === blob) files.files.delete(path);
  }
}
