import { foldersAbove, isOwnPath } from "../status/snapshot.ts";
import type { System } from "../../system/system.ts";
import { baseEntry, type Capture } from "./capture.ts";
import { type CapturedFile, FileCapture } from "./capture_files.ts";
import type { CaptureLimits } from "./capture_limits.ts";
import { isOpenable } from "../text.ts";
import type { Vault } from "./vault.ts";

/**
 * A capture with what a restore replaces and git does not list: ignored files
 * at `paths` and where a folder above one is to be, and unusual permissions of
 * the unchanged files among `changed`. Its safety checkpoint must hold them.
 * What is larger than the limits stays out. Throws GIT_FAILED.
 */
export async function addHidden(
  system: System,
  vault: Vault,
  { capture, paths, changed, limits, write }: {
    capture: Capture;
    paths: Iterable<string>;
    changed: Iterable<string>;
    limits: CaptureLimits;
    /** Whether git stores large files, or only names them. */
    write: boolean;
  },
): Promise<Capture> {
  const files = new FileCapture(system, vault.git, { ...vault, write });
  const seen = new Set<string>();
  let room = limits.total - capture.size;
  for (const path of paths) {
    if (!isOpenable(path)) continue;
    for (const one of [path, ...foldersAbove(path)]) {
      if (seen.has(one) || isOwnPath(one)) continue;
      seen.add(one);
      if (capture.worktree.has(one) || baseEntry(capture, one)) continue;
      const size = files.sizeOf(one);
      if (size === undefined || size > limits.file || size > room) continue;
      room -= size;
      files.add(one);
    }
  }
  await files.finish(limits);
  for (const path of changed) {
    if (capture.worktree.has(path) || !isOpenable(path)) continue;
    const base = baseEntry(capture, path);
    if (base && base.mode !== "160000") files.takeUnusual(path, base);
  }
  const found = [...files.files].filter((entry): entry is [
    string,
    CapturedFile,
  ] => entry[1] !== undefined);
  if (found.length === 0) return capture;
  return {
    ...capture,
    worktree: new Map([...capture.worktree, ...found]),
    size: found.reduce((all, [, { size }]) => all + size, capture.size),
  };
}
