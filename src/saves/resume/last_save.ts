import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import type { LastSave } from "../../checkpoints/checkpoint.ts";
import type { Workspace } from "../../git/repository.ts";
import type { Save } from "../save.ts";
import { isLog, type SaveEntry } from "../store/save_entry.ts";
import { loadSave } from "../store/load_save.ts";
import { Origins } from "../trust/origins.ts";
import { newestSaves } from "../store/read_saves.ts";
import { SessionStates } from "../store/settled.ts";
import type { System } from "../../system/system.ts";
import { isOfWorktree } from "./newest_save.ts";

/** Saves of the worktree that are looked at: others may work in it, too. */
const MOST = 20;

/**
 * Gives the user's own saves of this worktree, the newest first. Saves of ended
 * sessions, saves that cannot be read and saves from others are passed over.
 */
export async function* ownSavesHere(
  { system }: Context,
  workspace: Workspace,
): AsyncGenerator<Save> {
  const { root } = workspace;
  const states = new SessionStates(system, root);
  const origins = new Origins(system);
  let looked = 0;
  for await (const entry of newestSaves(system, root)) {
    if (isLog(entry) || !isOfWorktree(workspace, entry)) continue;
    if (++looked > MOST) return;
    const found = states.isOver(entry) ? undefined : await read(system, entry);
    // Somebody else's words do not become this user's.
    if (found && origins.of(found) !== "foreign") yield found.save;
  }
}

async function read(
  system: System,
  entry: SaveEntry,
): Promise<{ save: Save; id: string; digest: string } | undefined> {
  try {
    const { save, digest } = await loadSave(system, entry);
    return { save, id: entry.id, digest };
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

/**
 * Returns the save whose next steps hold now: the newest one that somebody
 * made, or that a hook made with next steps in it.
 */
export async function lastSteps(
  context: Context,
  workspace: Workspace,
): Promise<LastSave | null> {
  try {
    for await (const save of ownSavesHere(context, workspace)) {
      const { session_id, conversation: { next_steps }, mpm } = save;
      if (mpm?.kind === "auto" && next_steps.length === 0) continue;
      return next_steps.length === 0 ? null : { session_id, next_steps };
    }
  } catch (error) {
    // A checkpoint is taken whatever is wrong with the saves.
    if (!(error instanceof MpmError)) throw error;
  }
  return null;
}
