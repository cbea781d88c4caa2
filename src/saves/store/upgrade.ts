import { sha256 } from "../../base/digest.ts";
import { basename } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { SESSION_ID } from "../../base/ids.ts";
import {
  hashOf,
  objectId,
  trackedFiles,
  type Workspace,
} from "../../git/mod.ts";
import { layout, removeIfThere, saveFiles, withLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { isSave, putBack } from "./copies.ts";
import { completeSave, readPlain } from "./derived.ts";
import { namesIn } from "./find_saves.ts";
import { loadSave } from "./load_save.ts";
import { findSave } from "./read_saves.ts";
import {
  addToLog,
  beginLog,
  type LogChange,
  readBlobIds,
  readLog,
  readOwnRefs,
} from "./save_log.ts";
import { noteUncopied } from "./due_copies.ts";
import { copySaves, discardCopies } from "./second_copy.ts";

/**
 * Moves the copies that version 0.1.0 kept in `kept/`, and the saves that it
 * committed to the branch, to the log. A save that exists only in `kept/` is
 * added to the other saves. `kept/` is removed once its whole content has been
 * found in the log. Tracked files stay tracked. Never throws an MpmError;
 * returns the problem instead.
 */
export async function takeInKept(
  system: System,
  workspace: Workspace,
): Promise<string[]> {
  const { root, git } = workspace;
  if (git !== "repository" || !system.files.lstat(layout(root).kept)) return [];
  try {
    await withLock(system, root, () => takeIn(system, workspace));
    return [];
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    return [`mpm could not move the copies in kept/: ${error.message}`];
  }
}

async function takeIn(system: System, workspace: Workspace): Promise<void> {
  const { root } = workspace;
  const { sessions } = layout(root);
  const changes = keptSaves(system, root);
  const tracked = await trackedFiles(system, root, sessions);
  const ids = [...tracked].filter((path) => path.endsWith(".json"))
    .map((path) => basename(path, ".json"))
    .filter((id) => SESSION_ID.test(id));
  // The kept text is added first, so the text in the folder becomes the newer
  // version.
  if (changes.length > 0) {
    const refs = await readOwnRefs(system, workspace);
    await using writer = beginLog(system, workspace, refs);
    await addToLog(system, writer, changes);
    await verify(system, workspace, changes);
  }
  for (const { id, bytes } of changes) {
    const { json } = saveFiles(sessions, id);
    const there = readPlain(system, json);
    if (there === "missing") {
      putBack(system, root, { id, bytes: bytes! });
      await attempt(async () => {
        const entry = await findSave(system, root, id);
        completeSave(system, root, await loadSave(system, entry));
      });
    } else if (
      typeof there !== "string" && sha256(there) !== sha256(bytes!)
    ) ids.push(id);
  }
  noteUncopied(system, root, ids);
  const { problem } = await copySaves(system, workspace);
  if (problem !== null) throw new MpmError("GIT_FAILED", problem);
  clearKept(system, root, changes);
}

/** Removes the moved copies. Damaged ones go to the trash. */
function clearKept(
  system: System,
  root: string,
  changes: readonly LogChange[],
): void {
  const { kept } = layout(root);
  for (const { id } of changes) {
    for (const path of Object.values(saveFiles(kept, id))) {
      removeIfThere(system, path);
    }
  }
  const names = namesIn(system, kept).map(({ name }) => name)
    .filter((name) => !name.startsWith("."));
  const taken = new Set(keptSaves(system, root).map(({ id }) => `${id}.json`));
  const rest = names.filter((name) =>
    !taken.has(name.replace(/\.sha256$/, ""))
  );
  discardCopies(system, root, rest.map((name) => join(kept, name)));
  if (rest.length < names.length) return;
  removeIfThere(system, join(kept, ".gitignore"));
  attempt(() => system.files.remove(kept));
}

/** Returns the complete saves in the folder. */
function keptSaves(system: System, root: string): LogChange[] {
  const { kept } = layout(root);
  return namesIn(system, kept).flatMap(({ name }) => {
    const id = basename(name, ".json");
    if (!name.endsWith(".json") || !SESSION_ID.test(id)) return [];
    const bytes = readPlain(system, saveFiles(kept, id).json);
    return typeof bytes !== "string" && isSave(id, bytes)
      ? [{ id, bytes }]
      : [];
  });
}

/** Throws GIT_FAILED if the log does not have the exact bytes of a save. */
async function verify(
  system: System,
  workspace: Workspace,
  changes: readonly LogChange[],
): Promise<void> {
  const log = await readLog(system, workspace);
  const logged = changes.flatMap(({ id }) => log.get(id) ?? []);
  const blobs = await readBlobIds(system, workspace, logged);
  for (const { id, bytes } of changes) {
    const blob = blobs.get(id);
    if (blob === undefined || blob !== objectId("blob", bytes!, hashOf(blob))) {
      throw new MpmError("GIT_FAILED", `Git did not store ${id} unchanged`);
    }
  }
}
