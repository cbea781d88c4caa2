import { sha256 } from "../../base/digest.ts";
import { field, isFields, jsonIn } from "../../base/parsed_values.ts";
import { hashOf, objectId, type Workspace } from "../../git/mod.ts";
import {
  journaled,
  layout,
  removeIfThere,
  saveFiles,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { LostRow } from "../commands/results.ts";
import { contentDigestOf, Origins } from "../trust/origins.ts";
import { completeSave, readPlain } from "./derived.ts";
import {
  type LoggedSave,
  readBlobIds,
  readLog,
  readLogged,
} from "./save_log.ts";
import type { Context } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { asSessionId } from "../../base/ids.ts";
import { counted } from "../../base/words.ts";
import { loadSave } from "./load_save.ts";
import { findSave } from "./read_saves.ts";
import { changeStore } from "./recover.ts";

export type Copies = Awaited<ReturnType<typeof readCopies>>;

/**
 * Finds the second copies of saves: those in the log, and those in `kept/`.
 * Takes two git processes in a repository.
 */
export async function readCopies(system: System, workspace: Workspace) {
  const log = await readLog(system, workspace);
  const there = [...log.values()].filter(({ there }) => there);
  const blobs = await readBlobIds(system, workspace, there);
  const { kept } = layout(workspace.root);
  const hasChecksum = (id: string, bytes: Uint8Array) => {
    const text = readPlain(system, saveFiles(kept, id).checksum);
    return typeof text !== "string" &&
      new TextDecoder().decode(text).trim() === sha256(bytes);
  };
  /** Returns whether the copy of a save is equal; `undefined`: none due. */
  const isSame = (id: string, bytes: Uint8Array): boolean | undefined => {
    const blob = blobs.get(id);
    if (blob !== undefined) {
      return blob === objectId("blob", bytes, hashOf(blob));
    }
    const copy = readPlain(system, saveFiles(kept, id).json);
    if (copy === "unreadable") return false;
    return copy === "missing" ? undefined : sha256(copy) === sha256(bytes);
  };
  return {
    isSame,
    /** Returns whether a second copy or its checksum matches. */
    vouches: (id: string, bytes: Uint8Array) =>
      isSame(id, bytes) === true || hasChecksum(id, bytes),
    /** Returns whether there is a copy, even an incomplete one. */
    has: (id: string) =>
      blobs.has(id) ||
      system.files.lstat(saveFiles(kept, id).json) !== undefined,
    /** Returns the complete copy of a save, and its location. */
    async whole(id: string) {
      const save = blobs.has(id) ? log.get(id) : undefined;
      const saves = save ? [save] : [];
      const logged = (await readLogged(system, workspace, saves)).get(id);
      if (logged && isSave(id, logged)) return { bytes: logged, place: "git" };
      const copy = readPlain(system, saveFiles(kept, id).json);
      const isWhole = typeof copy !== "string" && isSave(id, copy) &&
        hasChecksum(id, copy);
      return isWhole ? { bytes: copy, place: "kept/" } : undefined;
    },
  };
}

/** Returns whether the text is of the save with this ID, in any shape. */
export function isSave(id: string, bytes: Uint8Array): boolean {
  const value = jsonIn(new TextDecoder().decode(bytes));
  return isFields(value) && [id, undefined].includes(
    field(value, "session_id") as string | undefined,
  );
}

/** Restores a save's JSON and checksum. Call under the lock. */
export function putBack(
  system: System,
  root: string,
  { id, bytes }: { id: string; bytes: Uint8Array },
): void {
  const { json, checksum } = saveFiles(layout(root).sessions, id);
  const value = jsonIn(new TextDecoder().decode(bytes));
  const time = Date.parse(String(field(value, "paused_at")));
  const more = Number.isNaN(time) ? {} : { mtime: time };
  removeIfThere(system, json);
  // The checksum comes first, since the JSON makes it a save again.
  const digest = new TextEncoder().encode(sha256(bytes));
  writeAtomic(system, checksum, { bytes: digest, ...more });
  writeAtomic(system, json, { bytes, ...more });
}

/** Returns the logged saves that are missing from the disk, newest first. */
export async function lostSaves(
  system: System,
  workspace: Workspace,
): Promise<LoggedSave[]> {
  const { sessions, legacy, kept } = layout(workspace.root);
  const log = await readLog(system, workspace);
  return [...log.values()].filter(({ id, there }) =>
    there &&
    [sessions, legacy, kept].every((folder) =>
      system.files.lstat(saveFiles(folder, id).json) === undefined
    )
  ).sort((one, other) => one.id < other.id ? 1 : -1);
}

/** Returns rows about missing saves, which a fetch may have brought. */
export async function lostRows(
  system: System,
  workspace: Workspace,
  lost: readonly LoggedSave[],
): Promise<LostRow[]> {
  const found = await readLogged(system, workspace, lost);
  const origins = new Origins(system);
  return lost.map(({ id, summary }) => {
    const bytes = found.get(id);
    const origin = bytes
      ? origins.of({ id, digest: contentDigestOf(bytes) })
      : "foreign";
    return { session_id: id, origin, summary };
  });
}

/**
 * Returns the requested saves that exist only in the log, or all of them
 * without names. Throws NOT_FOUND, and CONFLICT for a save that is not lost.
 */
export async function chooseLost(
  system: System,
  workspace: Workspace,
  names: readonly string[],
): Promise<LoggedSave[]> {
  const lost = await lostSaves(system, workspace);
  if (names.length === 0) return lost;
  return names.map((name) => {
    const id = asSessionId(name);
    const found = lost.find((save) => save.id === id);
    if (found) return found;
    const { json } = saveFiles(layout(workspace.root).sessions, id ?? "-");
    if (system.files.lstat(json)) {
      throw new MpmError("CONFLICT", `"${name}" is still on the disk`, {
        hint: `To repair it: mpm saves verify ${name} --repair`,
      });
    }
    throw new MpmError("NOT_FOUND", `Git has no copy of the save "${name}"`, {
      hint: lost.length === 0
        ? "No save is missing from the disk"
        : "Git has copies of " +
          `${lost.slice(0, 10).map((save) => save.id).join(", ")}`,
    });
  });
}

/** Rewrites the files of saves from their copies in git. */
export async function bringBack(
  context: Context,
  workspace: Workspace,
  lost: readonly LoggedSave[],
): Promise<void> {
  if (lost.length === 0) return;
  await journaled(
    context,
    async ({ system }) => {
      const { root } = workspace;
      const found = await readLogged(system, workspace, lost);
      for (const { id } of lost) {
        const bytes = found.get(id);
        if (!bytes || !isSave(id, bytes)) {
          throw new MpmError("CORRUPT", `The copy of ${id} in git is damaged`, {
            hint: '"git fsck" shows the damage',
          });
        }
        putBack(system, root, { id, bytes });
        const entry = await findSave(system, root, id);
        completeSave(system, root, await loadSave(system, entry));
      }
    },
    {
      lock: changeStore,
      operation: "saves recover",
      workspace,
      title: () =>
        lost.length === 1
          ? `recover ${lost[0]!.id}`
          : `recover ${counted(lost.length, "save")}`,
    },
  );
}
