import { dirname } from "@std/path";
import { join } from "../../../base/join.ts";
import type { Change, ChangeSet, FileState, Ref } from "./change_set.ts";
import type { MigrationPlan } from "./plan.ts";
import {
  type Inventory,
  refKey,
  type StoredFile,
  type Transfer,
} from "./old_store.ts";
import {
  backupPath,
  freeBackup,
  MANIFEST,
  type MigrationFacts,
  stagedPath,
} from "./backups.ts";
import { discard } from "./apply.ts";
import { beginMigration } from "./finish.ts";
import {
  ensureFolder,
  ensureHidden,
  type Intent,
  layout,
} from "../../../ops/mod.ts";
import type { Folders, Progress } from "./read_old_store.ts";
import type { NewFile, System } from "../../../system/system.ts";
import { attempt, FileError, MpmError } from "../../../base/errors.ts";
import { sha256 } from "../../../base/digest.ts";
import { LARGEST_SAVE } from "../../store/load_save.ts";

/** The source of the content of a changed file. */
type Content =
  /** The file in `from` gets this name. */
  | { readonly linked: FileState }
  /**
   * The content is newly made. `read` returns the content of a file at planning
   * time.
   */
  | {
    readonly make: (read: (file: StoredFile) => Uint8Array) => Uint8Array;
    readonly mode: number | null;
    readonly mtime: number;
  };

/** A planned change whose content does not exist yet. */
interface Wanted {
  readonly at: Ref;
  readonly before: FileState | null;
  after: Content | null;
  /**
   * The file that this one is made from. It is removed only after this one
   * exists.
   */
  from: Ref | null;
}

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
export async function prepareChanges(
  system: System,
  root: string,
  { set, folders, progress }: {
    set: WantedSet;
    folders: Folders;
    progress: Progress;
  },
): Promise<{ set: ChangeSet; intent: Intent<MigrationFacts> }> {
  const { backups } = layout(root);
  ensureHidden(system, root, backups);
  const name = freeBackup(system, root);
  const work = join(backups, name);
  const intent = beginMigration(system, root, { name, sha256: null });
  try {
    ensureFolder(system, work, root);
    const preparer = new Preparer(system, { work, root, folders });
    const changes = await preparer.writeAll(set, progress);
    const { wanted: _, ...rest } = set;
    const record: ChangeSet = { version: 1, ...rest, name, changes };
    const text = new TextEncoder().encode(JSON.stringify(record));
    system.files.create(join(work, MANIFEST), text);
    preparer.syncFolders();
    system.files.syncFolder(backups);
    intent.mark({ name, sha256: sha256(text) });
    return { set: record, intent };
  } catch (error) {
    // The error reported is the original failure.
    if (error instanceof MpmError) attempt(() => discard(system, root, intent));
    throw error;
  }
}

/**
 * The maximum number of files to write in one step, and the maximum number of
 * bytes.
 */
const MOST_AT_ONCE = 256;
const MOST_BYTES = 16 * 1024 * 1024;

class Preparer {
  readonly #system: System;
  readonly #work: string;
  readonly #root: string;
  readonly #folders: Folders;
  readonly #made = new Set<string>();
  /** Files that have not been written yet. */
  #waiting: NewFile[] = [];
  #bytes = 0;
  /** The file that was last read, which is often also the next one to read. */
  #last: { path: string; bytes: Uint8Array } | undefined;

  constructor(
    system: System,
    { work, root, folders }: { work: string; root: string; folders: Folders },
  ) {
    this.#system = system;
    this.#work = work;
    this.#root = root;
    this.#folders = folders;
  }

  async writeAll(
    { wanted, backup }: WantedSet,
    progress: Progress,
  ): Promise<Change[]> {
    const goOn = new Set(
      wanted.filter(({ after }) => after && "linked" in after)
        .map(({ from }) => refKey(from!)),
    );
    const changes: Change[] = [];
    for (const { at, before, after, from } of wanted) {
      progress("Backing up", changes.length, wanted.length);
      if (backup && before) this.#backUp(at, before, goOn.has(refKey(at)));
      changes.push({
        at,
        before,
        after: after && this.#stage(at, after),
        from,
        linked: after !== null && "linked" in after,
      });
      const full = this.#waiting.length >= MOST_AT_ONCE ||
        this.#bytes >= MOST_BYTES;
      if (full) await this.#flush();
    }
    await this.#flush();
    return changes;
  }

  /**
   * Adds a file to the backup. A file that continues elsewhere is copied, so
   * that no later write to it reaches the backup. A file that ends here is
   * linked, and its other name is then removed.
   */
  #backUp(at: Ref, before: FileState, goesOn: boolean): void {
    const path = this.#path(at);
    const copy = this.#file(backupPath(this.#work, at));
    const linked = !goesOn && this.#link(path, copy);
    const bytes = this.#read(path, before.sha256);
    if (!linked) this.#create(copy, bytes, before);
  }

  #path({ place, name }: Ref): string {
    return join(this.#folders[place]!, name);
  }

  #stage(at: Ref, content: Content): FileState {
    if ("linked" in content) return content.linked;
    const { make, mode, mtime } = content;
    const bytes = make(({ at, state }) =>
      this.#read(this.#path(at), state.sha256)
    );
    const path = this.#file(stagedPath(this.#work, at));
    this.#create(path, bytes, { mode, mtime });
    return { sha256: sha256(bytes), size: bytes.length, mode, mtime };
  }

  /** Returns the content of a file, if it has not changed since planning. */
  #read(path: string, digest: string): Uint8Array {
    if (this.#last?.path === path) return this.#last.bytes;
    const bytes = this.#system.files.readOwn(path, LARGEST_SAVE);
    if (sha256(bytes) !== digest) {
      throw new MpmError("CONFLICT", `"${path}" was changed in the meantime`, {
        hint: "Nothing was moved. Run the command again",
      });
    }
    this.#last = { path, bytes };
    return bytes;
  }

  #create(
    path: string,
    bytes: Uint8Array,
    { mode, mtime }: Pick<FileState, "mode" | "mtime">,
  ): void {
    this.#waiting.push({ path, bytes, mode, mtime });
    this.#bytes += bytes.length;
  }

  async #flush(): Promise<void> {
    await this.#system.files.createAll(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
  }

  /**
   * Returns whether the file got a second name. This fails across devices, for
   * example.
   */
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

  syncFolders(): void {
    for (const folder of this.#made) this.#system.files.syncFolder(folder);
    this.#system.files.syncFolder(this.#work);
  }
}

/** Returns the changes of a plan, by file. */
export function wantedByPlan(
  { plan, inventory }: { plan: MigrationPlan; inventory: Inventory },
): Wanted[] {
  const present = new Map(
    inventory.there.map(({ at, state }) => [refKey(at), state]),
  );
  const wanted = new Map<string, Wanted>();
  const change = (at: Ref, before: FileState | null): Wanted => {
    const known = wanted.get(refKey(at)) ??
      { at, before, after: null, from: null };
    wanted.set(refKey(at), known);
    return known;
  };
  for (const transfer of plan.transfers) {
    const { file, to } = transfer;
    change(file.at, file.state);
    if (!to) continue;
    const before = present.get(refKey(to)) ?? null;
    const target = change(to, before);
    target.after = contentOf(transfer, before !== null);
    target.from = file.at;
  }
  return [...wanted.values()];
}

function contentOf(
  { file, render }: Transfer,
  replaces: boolean,
): Content {
  const { mode: old, mtime } = file.state;
  // The saved texts are private, whatever mode claude-mpm gave the files.
  const mode = old === null ? null : 0o600;
  // The home folder may be on another device, where links are impossible.
  if (!render && !replaces && file.at.place !== "global") {
    return { linked: { ...file.state, mode } };
  }
  const make = render ?? ((read) => read(file));
  return { make, mode, mtime };
}

/** Returns the changes that restore a backup, by file. */
export function wantedByRollback(
  system: System,
  changes: readonly Change[],
  folder: string,
): Wanted[] {
  return changes.map(({ at, before, after, from, linked }) => {
    const { sha256 = "", mode = null, mtime = 0 } = after ?? {};
    const make = () => readBackup(system, backupPath(folder, at), sha256);
    const content = after && linked ? { linked: after } : { make, mode, mtime };
    return { at, before, from, after: after && content };
  });
}

function readBackup(system: System, path: string, digest: string): Uint8Array {
  const bytes = system.files.readOwn(path, LARGEST_SAVE);
  if (sha256(bytes) === digest) return bytes;
  throw new MpmError(
    "CORRUPT",
    `"${path}" differs from the file in the backup`,
    {
      hint: "Nothing was restored, because that file has changed since. Its " +
        `SHA-256 was ${digest}; you can copy the other files from the backup ` +
        "by hand",
    },
  );
}
