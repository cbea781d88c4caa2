import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { createHash } from "node:crypto";
import { attempt, FileError, MpmError } from "../../base/errors.ts";
import { once } from "../../base/remembered.ts";
import { LONG } from "../run/git.ts";
import { decodeBytes, encodeText, joinBytes } from "../text.ts";
import { indexLine } from "./capture_index.ts";
import type { PathChange } from "./plan.ts";
import {
  folderOf,
  foldersAbove,
  objectId,
  type TreeEntry,
} from "./snapshot.ts";
import { rawGit, type Vault } from "./vault.ts";
import type { FileInfo, System } from "../../system/system.ts";

/** The current state of a path. */
interface There {
  /** `undefined`: nothing. */
  readonly info: FileInfo | undefined;
  /** Returns whether the path has these bytes and this mode. */
  matches(entry: TreeEntry | undefined): boolean;
  /** Returns whether the path is a link that git stores as this file. */
  isFileOf(entry: TreeEntry | undefined): boolean;
}

/** Bytes to read at a time. */
const CHUNK = 4 * 1024 * 1024;

/**
 * Replaces and removes files of a worktree that still match the safety
 * checkpoint, never behind a link. The methods return why not, or nothing.
 */
export class WorktreeWriter {
  readonly #system: System;
  readonly #vault: Vault;
  readonly #setAside: (path: string) => void;
  readonly #stay: string;
  readonly #clears: boolean;
  readonly #opens: boolean;
  /** Folders as they were when no link was above them. */
  readonly #folders = new Map<string, FileInfo>();

  /**
   * `setAside` moves a file that no checkpoint has out of the way. `stay`: a
   * folder to keep, even empty. `clears`: also moves files where a folder
   * belongs. `opens`: a file that became private gets its old mode.
   */
  constructor(
    system: System,
    vault: Vault,
    options: {
      setAside: (path: string) => void;
      stay: string;
      clears?: boolean | undefined;
      opens?: boolean;
    },
  ) {
    this.#system = system;
    this.#vault = vault;
    this.#setAside = options.setAside;
    this.#stay = options.stay;
    this.#clears = options.clears ?? false;
    this.#opens = options.opens ?? false;
  }

  #full(path: string): string {
    return join(this.#vault.workspace.worktree, path);
  }

  /** Removes a file, and the folders that become empty. */
  remove({ path, from }: PathChange): string | undefined {
    return this.#guarded(() => {
      const refused = this.#parents(path, { create: false });
      if (refused !== undefined) return refused;
      const there = this.#thereAt(path);
      if (!there.info) return undefined;
      if (!this.#isStill(there, from)) return CHANGED;
      this.#system.files.remove(this.#full(path));
      this.#prune(path);
      return undefined;
    });
  }

  /** Moves a file that no checkpoint needs to the trash. */
  trash({ path }: PathChange): string | undefined {
    return this.#guarded(() => {
      const refused = this.#parents(path, { create: false });
      if (refused !== undefined) return refused;
      if (this.#look(path)) this.#setAside(path);
      this.#prune(path);
      return undefined;
    });
  }

  #prune(path: string): void {
    for (const folder of foldersAbove(path)) {
      if (this.#full(folder) === this.#stay) return;
      const isGone = attempt(() => {
        this.#system.files.remove(this.#full(folder));
        return true;
      });
      if (!isGone) return;
    }
  }

  /** Puts a finished file in place; `permissions`: its new permissions. */
  write(
    { path, from, to }: PathChange,
    { staged, permissions }: {
      staged: string;
      permissions: number | undefined;
    },
  ): string | undefined {
    return this.#guarded(() => {
      const { files } = this.#system;
      const refused = this.#parents(path, { create: true });
      if (refused !== undefined) return refused;
      const there = this.#thereAt(path);
      const { info: found } = there;
      if (found && there.matches(to)) return undefined;
      if (found && !from) this.#clear(path, found);
      else if (found && !this.#isStill(there, from)) return CHANGED;
      const bits = permissions ?? (this.#opens ? undefined : kept(found, to));
      if (bits !== undefined && to?.mode !== "120000") {
        files.chmod(staged, bits);
      }
      files.rename(staged, this.#full(path));
      return undefined;
    });
  }

  /** Clears a path: moves an unknown file, removes an empty folder. */
  #clear(path: string, { kind }: FileInfo): void {
    const { files } = this.#system;
    if (kind === "folder" && this.#dropEmpty(this.#full(path))) return;
    if (files.lstat(this.#full(path))) this.#setAside(path);
  }

  /** Removes a folder that contains only empty folders. */
  #dropEmpty(folder: string): boolean {
    const { files } = this.#system;
    for (const { name, kind } of files.list(folder)) {
      if (kind !== "folder" || !this.#dropEmpty(join(folder, name))) {
        return false;
      }
    }
    files.remove(folder);
    return true;
  }

  #look(path: string): FileInfo | undefined {
    return this.#system.files.lstat(this.#full(path));
  }

  /** A missing folder gets the mode of its parent. */
  #parents(path: string, { create }: { create: boolean }): string | undefined {
    const { files } = this.#system;
    if (this.#isKnownFolder(folderOf(path))) return undefined;
    for (const folder of foldersAbove(path).reverse()) {
      const full = this.#full(folder);
      const found = files.lstat(full);
      if (found?.kind === "folder") {
        this.#folders.set(folder, found);
        continue;
      }
      if (found && create && this.#clears) this.#setAside(folder);
      else if (found && create && found.kind !== "link") {
        return `"${folder}" is no longer a folder`;
      } else if (found) return `"${folder}" is now a ${found.kind}`;
      if (!create) return undefined;
      const above = files.lstat(dirname(full));
      files.mkdir(full);
      if (above?.mode !== undefined) files.chmod(full, above.mode & 0o777);
    }
    return undefined;
  }

  /**
   * Returns whether a path still leads to the same folder as when no link was
   * above it. This takes one look instead of one look for each folder.
   */
  #isKnownFolder(folder: string): boolean {
    const known = this.#folders.get(folder);
    if (known?.inode === undefined) return false;
    const now = this.#look(folder);
    return now?.kind === "folder" && now.inode === known.inode &&
      now.disk === known.disk;
  }

  #guarded(work: () => string | undefined): string | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof FileError) return error.message;
      throw error;
    }
  }

  /** Looks at a path, and reads its content at most once. */
  #thereAt(path: string): There {
    const full = this.#full(path);
    const info = this.#system.files.lstat(full);
    const id = once(() => this.#idOf(full, info!));
    return {
      info,
      matches: (entry) => {
        if (!info || !entry) return !info && !entry;
        if (info.kind === "link") {
          return entry.mode === "120000" && id() === entry.id;
        }
        if (info.kind !== "file" || entry.mode === "120000") return false;
        const executable = ((info.mode ?? 0) & 0o100) !== 0;
        const sameMode = info.mode === undefined || !this.#vault.fileMode ||
          executable === (entry.mode === "100755");
        return sameMode && id() === entry.id;
      },
      isFileOf: (entry) =>
        entry?.mode === "120000" && info?.kind === "file" &&
        id() === entry.id,
    };
  }

  /** Returns whether the file is still the one that the checkpoint holds. */
  #isStill({ matches, isFileOf }: There, entry: TreeEntry | undefined) {
    return matches(entry) || isFileOf(entry);
  }

  /** Returns the ID of the content, since file times can be set. */
  #idOf(full: string, info: FileInfo): string | undefined {
    if (info.kind !== "link") return this.#hashOf(full, info);
    const target = encodeText(this.#system.files.readLink(full));
    return objectId("blob", target, this.#vault.hash);
  }

  /** Returns the ID of a file's content; `undefined`: it is changing. */
  #hashOf(full: string, info: FileInfo): string | undefined {
    const { files } = this.#system;
    const { hash } = this.#vault;
    const { size } = info;
    if (size <= CHUNK) {
      const bytes = files.readSeen(full, info);
      return bytes && objectId("blob", bytes, hash);
    }
    const digest = createHash(hash).update(`blob ${size}\0`);
    for (let at = 0; at < size; at += CHUNK) {
      digest.update(files.readPart(full, at, Math.min(CHUNK, size - at)));
    }
    return digest.digest("hex");
  }
}

const CHANGED = "it was changed in the meantime, so mpm left it alone";

/** Returns the permissions of a private file, which stays private. */
function kept(
  found: FileInfo | undefined,
  to: TreeEntry | undefined,
): number | undefined {
  if (found?.kind !== "file" || found.mode === undefined) return undefined;
  if ((found.mode & 0o044) === 0o044) return undefined;
  const bits = found.mode & 0o777;
  return to?.mode === "100755" ? bits | 0o100 : bits & ~0o111;
}

/**
 * Lets git write raw blobs into the empty `folder`, each under its number, and
 * syncs them; a large file need not fit in memory. Returns their paths. Throws
 * GIT_FAILED if a blob is missing.
 */
export async function stageBlobs(
  system: System,
  vault: Vault,
  { files, folder, rawFolder }: {
    /** The path of each file, for the error about a missing one. */
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

/** Names the lost files by the object IDs that git reports. */
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
    `The repository has lost the checkpoint's content of "${lost[0]!.path}"` +
      `${more}; nothing was changed`,
    { hint: "You can still restore other paths: name them as arguments" },
  );
}

/** Writes blobs below `folder` under the given paths. */
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
