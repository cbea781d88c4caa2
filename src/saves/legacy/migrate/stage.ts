import { join } from "../../../base/join.ts";
import type { Change, ChangeSet, FileState, Ref } from "./change_set.ts";
import {
  backupPath,
  beginMigration,
  discard,
  freeBackup,
  MANIFEST,
  type MigrationFacts,
  stagedPath,
} from "./backups.ts";
import {
  ensureFolder,
  ensureHidden,
  type Intent,
  layout,
} from "../../../ops/mod.ts";
import type { Read, Wanted } from "./old_store.ts";
import type { Folders, Progress } from "./read_old_store.ts";
import type { NewFile, System } from "../../../system/system.ts";
import { attempt, MpmError } from "../../../base/errors.ts";
import { sha256 } from "../../../base/digest.ts";
import { LARGEST_SAVE } from "../../store/load_save.ts";

export interface WantedSet
  extends Pick<ChangeSet, "kind" | "of" | "backup" | "folder" | "steps"> {
  readonly wanted: readonly Wanted[];
}

/**
 * Writes everything that a set of changes needs: the files as they are, the new
 * contents, and the record, each synced and read back. Until the intent has the
 * digest of the record, the next command only removes the folder. After that,
 * the next command finishes this one's work.
 */
export async function stageChanges(
  system: System,
  root: string,
  { set: { wanted, ...set }, folders, progress }: {
    set: WantedSet;
    folders: Folders;
    progress: Progress;
  },
): Promise<{ set: ChangeSet; intent: Intent<MigrationFacts> }> {
  const { files } = system;
  const { backups } = layout(root);
  ensureHidden(system, root, backups);
  const name = freeBackup(system, root);
  const work = join(backups, name);
  const intent = beginMigration(system, root, { name, sha256: null });
  try {
    const places = [...new Set(wanted.map(({ at }) => at.place))];
    const made = [work, join(work, "new")].flatMap((folder) => [
      folder,
      ...places.map((place) => join(folder, place)),
    ]);
    for (const folder of made) ensureFolder(system, folder, root);
    const stager = new Stager(system, work, folders);
    const changes: Change[] = [];
    for (const { at, before, after, from } of wanted) {
      progress("Backing up", changes.length, wanted.length);
      if (set.backup && before) stager.backUp(at, before);
      changes.push({
        at,
        before,
        after: after && stager.stage(at, after),
        from,
      });
      await stager.flush(MOST_BYTES);
    }
    await stager.flush(0);
    const record: ChangeSet = { version: 1, ...set, name, changes };
    const text = new TextEncoder().encode(JSON.stringify(record));
    files.create(join(work, MANIFEST), text);
    for (const folder of [...made, backups]) files.syncFolder(folder);
    intent.mark({ name, sha256: sha256(text) });
    return { set: record, intent };
  } catch (error) {
    // The error reported is the original failure.
    if (error instanceof MpmError) attempt(() => discard(system, root, intent));
    throw error;
  }
}

/** The number of bytes from which files are written. */
const MOST_BYTES = 4 * 1024 * 1024;

/** The contents of a set of changes, which are written several at a time. */
class Stager {
  readonly #system: System;
  readonly #work: string;
  readonly #folders: Folders;
  #waiting: NewFile[] = [];
  #bytes = 0;
  /** The file that was last read, which is often also the next one to read. */
  #last: { path: string; bytes: Uint8Array } | undefined;

  constructor(system: System, work: string, folders: Folders) {
    this.#system = system;
    this.#work = work;
    this.#folders = folders;
  }

  /**
   * Adds a file to the backup. The file gets a second name there if possible,
   * since its first name is then removed or given to another file.
   */
  backUp(at: Ref, state: FileState): void {
    const copy = backupPath(this.#work, at);
    // Impossible across devices, for example.
    const linked = attempt(() => {
      this.#system.files.link(this.#path(at), copy);
      return true;
    });
    const bytes = this.#read({ at, state });
    if (!linked) this.#add({ ...state, path: copy, bytes });
  }

  /** Adds the new content of a file. */
  stage(
    at: Ref,
    { make, mode, mtime }: NonNullable<Wanted["after"]>,
  ): FileState {
    const bytes = make(this.#read);
    this.#add({ path: stagedPath(this.#work, at), bytes, mode, mtime });
    return { sha256: sha256(bytes), size: bytes.length, mode, mtime };
  }

  /** Writes the added files, if they have this many bytes. */
  async flush(least: number): Promise<void> {
    if (this.#bytes < least) return;
    await this.#system.files.createAll(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
  }

  #add({ path, bytes, mode, mtime }: NewFile): void {
    this.#waiting.push({ path, bytes, mode, mtime });
    this.#bytes += bytes.length;
  }

  #path({ place, name }: Ref): string {
    return join(this.#folders[place]!, name);
  }

  readonly #read: Read = ({ at, state }) => {
    const path = this.#path(at);
    if (this.#last?.path === path) return this.#last.bytes;
    const bytes = this.#system.files.readOwn(path, LARGEST_SAVE);
    if (sha256(bytes) !== state.sha256) {
      throw new MpmError("CONFLICT", `"${path}" was changed in the meantime`, {
        hint: "Nothing was moved. Run the command again",
      });
    }
    this.#last = { path, bytes };
    return bytes;
  };
}
