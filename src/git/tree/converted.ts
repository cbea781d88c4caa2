import { join } from "../../base/join.ts";
import { isOpenable, splitFields, words, zeroed } from "../text.ts";
import { type FileCapture, OBJECTS_SYNCED } from "./capture_files.ts";
import { rawGit, type Vault } from "./vault.ts";
import type { FileInfo, System } from "../../system/system.ts";
import { isSettled } from "../file_memory.ts";
import { type IndexListing, stagedIn } from "../index_file.ts";
import { isSpecified, readAttributes } from "../run/filters.ts";

/** The attributes by which a file differs from its blob (gitattributes(5)). */
const ATTRIBUTES = words("text crlf eol ident filter working-tree-encoding");

/**
 * Returns the tracked paths whose files may differ from their blobs although
 * git sees no change; without a cause, starts no process.
 */
export async function convertiblePaths(
  system: System,
  vault: Vault,
  listing: IndexListing,
): Promise<string[]> {
  if (!mayConvert(system, vault, listing)) return [];
  const paths = [...listing.files].filter(([, { mode }]) => mode !== "120000")
    .map(([path]) => path);
  if (paths.length === 0) return [];
  const usual = vault.git.like({ filters: "user" });
  const attributes = await readAttributes(usual, ATTRIBUTES, paths);
  return [...attributes].filter(([, values]) =>
    converts(values, vault.converts)
  )
    .map(([path]) => path);
}

/** Returns whether attributes or settings may convert files. */
export function mayConvert(
  system: System,
  vault: Vault,
  { hasAttributes: isTracked }: IndexListing,
): boolean {
  return vault.converts || isTracked || hasAttributes(system, vault);
}

/** Returns whether attributes, or else a setting, convert a file. */
function converts(values: readonly string[], bySetting: boolean): boolean {
  const [text, crlf, eol, ...others] = values as [string, string, string];
  if (others.some(isSpecified)) return true;
  if (text === "unset" || (text === "unspecified" && crlf === "unset")) {
    return false;
  }
  return [text, crlf, eol].some(isSpecified) || bySetting;
}

function hasAttributes(system: System, { workspace }: Vault) {
  const home = system.env("XDG_CONFIG_HOME") ||
    join(system.home() ?? "/", ".config");
  return [
    join(workspace.worktree, ".gitattributes"),
    join(workspace.commonDir!, "info", "attributes"),
    join(home, "git", "attributes"),
    ...system.env("GIT_ATTR_NOSYSTEM") ? [] : ["/etc/gitattributes"],
  ].some((path) => system.files.stat(path) !== undefined);
}

/** Facts about unchanged files that may differ from their blobs. */
export type RawCache = Map<string, RawFile>;

export interface RawFile {
  readonly size: number;
  readonly mtime: number;
  readonly changed: number | undefined;
  /** The blob in the index, and the blob of the file's bytes. */
  readonly blob: string;
  readonly raw: string;
}

/** Returns the raw blob of a file that has not changed since. */
export function knownRaw(
  cache: RawCache,
  path: string,
  { info, blob }: { info: FileInfo; blob: string },
): string | undefined {
  const known = cache.get(path);
  const same = known && known.size === info.size &&
    known.mtime === info.mtime && known.changed === info.changed &&
    known.blob === blob;
  return same ? known.raw : undefined;
}

/** Adds files that differ from their blobs although git sees no change. */
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
      if (known !== blob) files.take(path, { mode, id: known, size, mtime });
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

/**
 * Adds files whose names are not UTF-8: git reads them into a separate index. A
 * file that git cannot read is left out.
 */
export async function addUnopenable(
  system: System,
  vault: Vault,
  { files, paths, folder }: {
    files: FileCapture;
    paths: readonly string[];
    folder: string;
  },
): Promise<void> {
  const wanted = paths.filter((path) =>
    !isOpenable(path) && !path.endsWith("/")
  );
  if (wanted.length === 0) return;
  using raw = rawGit(system, vault, {
    near: folder,
    worktree: vault.workspace.worktree,
  });
  const stdin = zeroed(wanted);
  const update = ["update-index", "--add", "--remove", "-z", "--stdin"];
  await raw.git.run([...OBJECTS_SYNCED, ...update], { stdin });
  const listed = splitFields(await raw.git.read(words("ls-files -z --stage")));
  const found = new Map(listed.map((line) => {
    const { path, mode, id } = stagedIn(line);
    return [path, { mode, id }];
  }));
  for (const path of wanted) {
    const file = found.get(path);
    if (file) files.take(path, { ...file, size: 0, mtime: 0 });
    else files.files.set(path, undefined);
  }
}
