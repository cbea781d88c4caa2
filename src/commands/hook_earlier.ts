import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { importedFrom } from "../session/imported.ts";
import type { Workspace } from "../session/repository.ts";
import type { Save } from "../session/save.ts";
import { isLog, type SaveEntry } from "../session/save_entry.ts";
import { loadSave } from "../store/load_save.ts";
import { Origins } from "../store/origins.ts";
import { newestSaves } from "../store/read_saves.ts";
import { openStore } from "../store/recover.ts";
import { SessionStates } from "../store/settled.ts";
import { readStoreId } from "../store/store_id.ts";
import type { System } from "../system/system.ts";
import { isOfWorktree } from "./resume_steps.ts";

/** What was saved of an agent's session before. */
export interface Earlier {
  /** Its last save. */
  readonly own: Save | undefined;
  /** Whether nothing was done since it, or since somebody paused by hand. */
  readonly covered: boolean;
}

/** Saves of the worktree that are looked at: others may work in it, too. */
const MOST = 20;

/** Milliseconds a save may be ahead of the clock. */
const AHEAD = 60_000;

/**
 * Looks for the last save of an agent's session among the newest of the
 * worktree; `at`: when it last did something. Another agent's save says nothing
 * of it, nor does one that was made elsewhere. Saves that cannot be read and
 * foreign ones are passed over.
 */
export async function earlierSaves(
  context: Context,
  workspace: Workspace,
  { id, at }: { id: string; at: number },
): Promise<Earlier> {
  const { system } = context;
  const { root } = workspace;
  await openStore(system, root);
  const states = new SessionStates(system, root);
  const store = readStoreId(system, root);
  const origins = new Origins(system);
  const latest = system.now().getTime() + AHEAD;
  let looked = 0;
  let covered = false;
  for await (const entry of newestSaves(system, root)) {
    if (isLog(entry) || !isOfWorktree(workspace, entry)) continue;
    if (++looked > MOST) break;
    const found = states.isOver(entry) ? undefined : await read(system, entry);
    // Somebody else's words do not become this user's.
    if (!found || origins.of(found) === "foreign") continue;
    const { save } = found;
    const agent = save.mpm?.agent?.session_id;
    const time = Date.parse(save.paused_at);
    const here = save.mpm?.store === store && importedFrom(save) === undefined;
    covered ||= here && (agent === undefined || agent === id) &&
      time >= at && time <= latest;
    if (agent === id) return { own: save, covered };
  }
  return { own: undefined, covered };
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
