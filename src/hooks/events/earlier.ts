import type { Context } from "../../cli/command.ts";
import { importedFrom } from "../../saves/trust/origins.ts";
import type { Workspace } from "../../git/repository.ts";
import type { Save } from "../../saves/save.ts";
import { openStore } from "../../saves/store/recover.ts";
import { readStoreId } from "../../saves/store/store_id.ts";
import { ownSavesHere } from "../../saves/resume/select.ts";

/** What was saved of an agent's session before. */
export interface Earlier {
  /** Its last save. */
  readonly own: Save | undefined;
  /** Whether nothing was done since it, or since somebody paused by hand. */
  readonly covered: boolean;
}

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
  const store = readStoreId(system, root);
  const latest = system.now().getTime() + AHEAD;
  let covered = false;
  for await (const save of ownSavesHere(context, workspace)) {
    const agent = save.mpm?.agent?.session_id;
    const time = Date.parse(save.paused_at);
    const here = save.mpm?.store === store && importedFrom(save) === undefined;
    covered ||= here && (agent === undefined || agent === id) &&
      time >= at && time <= latest;
    if (agent === id) return { own: save, covered };
  }
  return { own: undefined, covered };
}
