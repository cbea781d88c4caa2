import { dirname, join } from "@std/path";
import { FileError, MpmError } from "../errors.ts";
import type {
  Change,
  ChangeSet,
  FileState,
  Ref,
} from "../session/change_set.ts";
import { refKey } from "../session/old_store.ts";
import { sha256 } from "../session/serialize.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { backupPath, freeBackup, UNFINISHED } from "./backups.ts";
import { ensureFolder, removeTree } from "./folders.ts";
import { layout } from "./layout.ts";
import type { Folders, Progress } from "./old_store.ts";
import { LARGEST_SAVE } from "./save_content.ts";

/** Where the content of a changed file comes from. */
export type Content =
  /** The file `from` gets this name. */
  | { readonly kind: "linked"; readonly state: FileState }
  /** It is made new. */
  | {
    readonly kind: "made";
    readonly bytes: () => Uint8Array;
    readonly mode: number | null;
    readonly mtime: number;
  }
  /** An older backup has it, at this path. */
  | { readonly kind: "kept"; readonly path: string; readonly state: FileState };

/** A change that is wanted, before its content exists. */
export interface Wanted {
  readonly at: Ref;
  readonly before: FileState | null;
  after: Content | null;
  /** The file it is made of, which goes only once this one is there. */
  from: Ref | null;
}

export interface WantedSet
  extends Pick<ChangeSet, "kind" | "of" | "backup" | "folder" | "steps"> {
  readonly wanted: readonly Wanted[];
}

/** A folder of a set that is not ready; whoever finds one removes it. */
export const PREPARING = ".preparing";

/** Where a set has the new content of a file until it is in its place. */
export function stagedPath(folder: string, { place, name }: Ref): string {
  return join(folder, "new", place, name);
}

/**
 * Writes everything that a set of changes needs: the files as they are, the new
 * contents, and the record, each synced and read back. The renaming of the
 * folder at the end is what decides: before it nothing is changed and the next
 * run starts anew, after it the next run finishes what this one began.
 */
export async function prepareChanges(
  system: System,
  root: string,
  { set, folders, progress }: {
    set: WantedSet;
    folders: Folders;
    progress: Progress;
  },
): Promise<ChangeSet> {
  const { backups } = layout(root);
  const work = join(backups, PREPARING);
  removeTree(system, work);
  ensureFolder(system, work, root);
  keepFromGit(system, backups);
  try {
    const preparer = new Preparer(system, { work, root, folders });
    const changes = preparer.writeAll(set, progress);
    await system.files.syncFiles(preparer.created);
    preparer.checkAll(progress);
    const { wanted: _, ...rest } = set;
    const name = freeBackup(system, root);
    const record: ChangeSet = { version: 1, ...rest, name, changes };
    system.files.create(
      join(work, UNFINISHED),
      new TextEncoder().encode(JSON.stringify(record)),
    );
    preparer.syncFolders();
    system.files.rename(work, join(backups, name));
    system.files.syncFolder(backups);
    return record;
  } catch (error) {
    if (error instanceof MpmError) removeQuietly(system, work);
    throw error;
  }
}

/**
 * Backups are of this machine, and no `git clean` is to take them. The rules of
 * the folder above may be claude-mpm's, and know nothing of them.
 */
function keepFromGit(system: System, backups: string): void {
  const rules = join(backups, ".gitignore");
  if (system.files.lstat(rules)) return;
  writeAtomic(system, rules, { bytes: new TextEncoder().encode("*\n") });
}

/** The failure itself is what is reported. */
function removeQuietly(system: System, folder: string): void {
  try {
    removeTree(system, folder);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

class Preparer {
  /** Files whose contents are not synced yet. */
  readonly created: string[] = [];
  readonly #system: System;
  readonly #work: string;
  readonly #root: string;
  readonly #folders: Folders;
  readonly #made = new Set<string>();
  /** What each file must read back as. */
  readonly #digests: [path: string, sha256: string][] = [];

  constructor(
    system: System,
    { work, root, folders }: { work: string; root: string; folders: Folders },
  ) {
    this.#system = system;
    this.#work = work;
    this.#root = root;
    this.#folders = folders;
  }

  writeAll({ wanted, backup }: WantedSet, progress: Progress): Change[] {
    const goOn = new Set(
      wanted.filter(({ after }) => after?.kind === "linked")
        .map(({ from }) => refKey(from!)),
    );
    return wanted.map((one, done) => {
      progress("Backing up", done, wanted.length);
      const { at, before, after, from } = one;
      if (backup && before) this.#backUp(at, before, goOn.has(refKey(at)));
      return {
        at,
        before,
        after: after && this.#stage(at, after),
        from,
        linked: after?.kind === "linked",
      };
    });
  }

  /**
   * A file that goes on elsewhere is copied. One that ends here is linked, so
   * that taking it back restores the very file.
   */
  #backUp(at: Ref, before: FileState, goesOn: boolean): void {
    const path = join(this.#folders[at.place]!, at.name);
    const copy = this.#file(backupPath(this.#work, at));
    if (goesOn || !this.#link(path, copy)) {
      this.#create(
        copy,
        this.#system.files.readOwn(path, LARGEST_SAVE),
        before,
      );
    }
    this.#digests.push([copy, before.sha256]);
  }

  #stage(at: Ref, content: Content): FileState {
    if (content.kind === "linked") return content.state;
    const path = this.#file(stagedPath(this.#work, at));
    if (content.kind === "kept") {
      const { path: kept, state } = content;
      this.#digests.push([path, state.sha256]);
      if (!this.#link(kept, path)) {
        const bytes = this.#system.files.readOwn(kept, LARGEST_SAVE);
        this.#create(path, bytes, state);
      }
      return state;
    }
    const bytes = content.bytes();
    const { mode, mtime } = content;
    this.#create(path, bytes, { mode: null, mtime });
    const digest = sha256(bytes);
    this.#digests.push([path, digest]);
    return { sha256: digest, size: bytes.length, mode, mtime };
  }

  #create(
    path: string,
    bytes: Uint8Array,
    { mode, mtime }: Pick<FileState, "mode" | "mtime">,
  ): void {
    const { files } = this.#system;
    files.create(path, bytes, { synced: false });
    this.created.push(path);
    files.setMtime(path, mtime);
    // Syncing needs the owner's right to write, whatever the file had.
    if (mode !== null && (mode & 0o600) === 0o600) files.chmod(path, mode);
  }

  /** Whether the file got a second name; not across devices, for one. */
  #link(from: string, to: string): boolean {
    try {
      this.#system.files.link(from, to);
      return true;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (["other", "denied"].includes(error.problem)) return false;
      throw error;
    }
  }

  #file(path: string): string {
    const folder = dirname(path);
    if (!this.#made.has(folder)) {
      ensureFolder(this.#system, folder, this.#root);
      this.#made.add(folder);
    }
    return path;
  }

  checkAll(progress: Progress): void {
    this.#digests.forEach(([path, digest], done) => {
      progress("Checking", done, this.#digests.length);
      const bytes = this.#system.files.readOwn(path, LARGEST_SAVE);
      if (sha256(bytes) === digest) return;
      throw new MpmError("CORRUPT", `"${path}" is not what it should be`, {
        hint: "Nothing was moved: a file was changed meanwhile, or the " +
          "backup is damaged. Run the command again",
      });
    });
  }

  syncFolders(): void {
    for (const folder of this.#made) this.#system.files.syncFolder(folder);
    this.#system.files.syncFolder(this.#work);
  }
}
