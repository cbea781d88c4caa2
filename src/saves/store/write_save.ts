import { changeStore, noteBegun } from "./recover.ts";
import { completeSave } from "./derived.ts";
import { attempt, FileError, MpmError } from "../../base/errors.ts";
import { join } from "../../base/join.ts";
import { SESSION_ID, sessionId } from "../../base/ids.ts";
import type { Slot } from "../draft.ts";
import type { Workspace } from "../../git/mod.ts";
import { withoutDefaults } from "../normalize.ts";
import type { Fields } from "../../base/parsed_values.ts";
import { redactSave } from "../redact.ts";
import type { Save } from "../save.ts";
import { sha256 } from "../../base/digest.ts";
import { saveBytes } from "../serialize.ts";
import type { System } from "../../system/system.ts";
import {
  ensureStoreId,
  type Intent,
  layout,
  removeIfThere,
  removeQuietly,
  saveFiles,
  writeAtomic,
} from "../../ops/mod.ts";
import { isTaken } from "./find_saves.ts";
import { noteOwn } from "../trust/origins.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { beginSave, type LogChange, type LogWriter } from "./save_log.ts";
import { dueContents, noteUncopied } from "./due_copies.ts";
import { type Copied, copySaves, NOTHING_COPIED } from "./second_copy.ts";
import { noteSave, openIndex } from "./save_index.ts";

/** The written save. */
export interface Written {
  readonly save: Save;
  /** The JSON, which is also the content of an export. */
  readonly bytes: Uint8Array;
  /** The absolute paths of the save's files. */
  readonly files: readonly string[];
  /** Problems that occurred when the save was already safe. */
  readonly warnings: readonly string[];
}

/**
 * Saves a session in this order: redaction, serialization, checksum file, JSON
 * under its final name (the commit point), YAML, Markdown, pointer, read-back,
 * second copy. `build` makes the save for the free ID that was found. Throws
 * FILE_FAILED, LOCKED or CONFLICT before the commit point, with nothing left
 * behind. A later failure is only a warning, since the save exists and the rest
 * is derived from it.
 */
export function writeSave(
  system: System,
  workspace: Workspace,
  { time, build, copied, keeps = false, later = false, whole = true, begun }: {
    time: Date;
    build(slot: Slot): Save;
    /** True if the save gets a second copy. */
    copied: boolean;
    /** True if the uncommitted files are kept with the save afterwards. */
    keeps?: boolean;
    /** True if the second copy is left to the next mpm process that writes. */
    later?: boolean;
    /** False if that process also makes the files derived from the JSON. */
    whole?: boolean;
    /** A log writer that was started early to make the second copy. */
    begun?: LogWriter | undefined;
  },
): Promise<Written & Copied> {
  const { root } = workspace;
  return changeStore(system, root, async () => {
    const id = freeId(system, root, time);
    const store = ensureStoreId(system, root);
    const { sessions } = layout(root);
    let log = begun;
    let copying: Promise<Copied> | undefined;
    const written = await storeSave(system, root, {
      save: build({ id, sessions, store }),
      latest: true,
      own: true,
      copied,
      keeps,
      whole,
      async written(bytes) {
        log = begun && await beginSave(begun, bytes);
      },
      async committed(fresh) {
        if (later) return;
        copying = copySaves(system, workspace, { begun: log, fresh });
        await Promise.race([copying, begun?.importing.handed]);
      },
    });
    return { ...written, ...await copying ?? NOTHING_COPIED };
  });
}

/**
 * Does the same for a save whose ID is free. `latest`: the pointer leads to
 * this save even if another one is newer. `own`: the save contains the words of
 * the user or their agent. `value`: the original data, if fields were filled
 * in; only these data are written. `copied`, `keeps`: the second copy or the
 * contents of the save are due from now on. `whole`: false leaves the save to
 * {@link finishSaves} after its commit point. Call under the lock, with nothing
 * unfinished.
 */
export async function storeSave(
  system: System,
  root: string,
  { save: given, value = given, latest, own, whole = true, ...order }: {
    save: Save;
    value?: Fields;
    latest: boolean;
    own: boolean;
    copied: boolean;
    keeps?: boolean;
    whole?: boolean;
    /** Hands the JSON to git, which works while the JSON file is made. */
    written?(bytes: Uint8Array): Promise<void>;
    /** Lets git work while the other files are made. */
    committed?(change: LogChange): Promise<void>;
  },
): Promise<Written> {
  const index = whole ? openIndex(system, root) : undefined;
  const save = redactSave(redactorOf(system), given);
  // The redaction counts are in `mpm`, which is complete in mpm's own saves.
  const said = save.mpm ? save : withoutDefaults(save, value);
  const bytes = saveBytes(said);
  const digest = sha256(bytes);
  const unnoted = own ? noteMade(system, save, digest) : [];
  const id = save.session_id;
  noteUncopied(system, root, [
    ...order.copied ? [id] : [],
    ...order.keeps ? [dueContents(id)] : [],
  ]);
  await order.written?.(bytes);
  const intent = commit(system, root, { save, bytes, digest });
  await order.committed?.({ id, bytes, value: said });
  const warnings = [...unnoted];
  try {
    if (whole) {
      completeSave(system, root, { save, value: said, latest });
      intent.end();
      noteSave(system, root, { index, save });
    }
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const { message } = error;
    warnings.unshift(`The save is safe, but not all of its files: ${message}`);
  }
  const { sessions, pointer } = layout(root);
  const files = saveFiles(sessions, save.session_id);
  return {
    save,
    bytes,
    files: [...Object.values(files), pointer]
      .filter((path) => system.files.lstat(path)),
    warnings,
  };
}

/** Records the user as the author. A failure does not prevent the save. */
function noteMade(system: System, save: Save, digest: string): string[] {
  const problem = noteOwn(system, { id: save.session_id, digest });
  return problem === undefined ? [] : [
    `The save will be shown as not verified, because mpm could not record that ` +
    `it is yours: ${problem}`,
  ];
}

/** The most seconds to search for a free ID, from the current one. */
const SEARCHED = 3600;

/** Returns the ID for the second of `time`, or the next free ID. */
export function freeId(system: System, root: string, time: Date): string {
  for (let after = 0; after < SEARCHED; after++) {
    const id = sessionId(new Date(time.getTime() + after * 1000));
    // An ID after the year 9999 would never be found.
    if (!SESSION_ID.test(id)) break;
    if (!isTaken(system, root, id)) return id;
  }
  throw new MpmError("CONFLICT", "No free save ID within an hour", {
    hint: "Check the clock: all save IDs of the next hour are taken",
  });
}

/** The JSON before it has its name; the next save replaces a leftover. */
const UNNAMED = ".mpm.tmp";

/** An error always means no save: one that fails here is removed. */
function commit(
  system: System,
  root: string,
  { save, bytes, digest }: { save: Save; bytes: Uint8Array; digest: string },
): Intent {
  const { files } = system;
  const { sessions } = layout(root);
  const { json, checksum } = saveFiles(sessions, save.session_id);
  const mtime = new Date(save.paused_at).getTime();
  const intent = noteBegun(system, root, save.session_id);
  const unnamed = join(sessions, UNNAMED);
  const written = [checksum, unnamed];
  try {
    // The folder is synced below, together with the JSON.
    writeAtomic(system, checksum, { text: digest, mtime, synced: "content" });
    removeIfThere(system, unnamed);
    files.create(unnamed, bytes);
    files.setMtime(unnamed, mtime);
    publish(system, unnamed, json);
    written.unshift(json);
    removeIfThere(system, unnamed);
    files.syncFolder(sessions);
    readBack(system, json, digest);
    return intent;
  } catch (error) {
    written.forEach((path) => removeQuietly(system, path));
    attempt(() => intent.end());
    throw error;
  }
}

function readBack(system: System, json: string, digest: string): void {
  if (sha256(system.files.read(json)) === digest) return;
  throw new MpmError(
    "CORRUPT",
    `"${json}" differs from the written text when read back`,
    { hint: "Nothing was saved. Check the disk and run the command again" },
  );
}

/** Gives the file its final name without ever replacing another file. */
function publish(system: System, unnamed: string, json: string): void {
  try {
    system.files.link(unnamed, json);
  } catch (error) {
    const linkless = error instanceof FileError &&
      ["other", "denied"].includes(error.problem) && !system.files.lstat(json);
    if (!linkless) throw error;
    system.files.rename(unnamed, json);
  }
}
