import type { Context } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { asSessionId } from "../../base/ids.ts";
import { counted } from "../../base/words.ts";
import type { Workspace } from "../../git/mod.ts";
import { journaled, layout, saveFiles } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { isSave, lostSaves, putBack } from "./copies.ts";
import { completeSave } from "./derived.ts";
import { loadSave } from "./load_save.ts";
import { findSave } from "./read_saves.ts";
import { changeStore } from "./recover.ts";
import { type LoggedSave, readLogged } from "./save_log.ts";

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
    ({ system }) => writeAgain(system, workspace, lost),
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

async function writeAgain(
  system: System,
  workspace: Workspace,
  lost: readonly LoggedSave[],
): Promise<void> {
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
}
