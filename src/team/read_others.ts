import { teamFolders } from "../ops/mod.ts";
import { logsByWriter, readWriter } from "./read_logs.ts";
import type { TeamState } from "./state.ts";
import { clearStrange, keepFolders, keepShared } from "./store.ts";
import type { LogTools } from "./write_log.ts";

/**
 * Reads the logs of each writer that has something new, and makes the files
 * that readers list. Returns the state after it.
 */
export async function readOthers(
  { system, git, signer, cipher }: LogTools,
  root: string,
  { state, others }: {
    state: TeamState;
    /** The commits of all logs of others. */
    others: ReadonlyMap<string, string>;
  },
): Promise<TeamState> {
  const writers = new Map(Object.entries(state.writers));
  const folders = new Set(
    teamFolders(system, root).map(({ writer }) => writer),
  );
  let changed = false;
  for (const [writer, logs] of logsByWriter(others)) {
    // Someone may have removed the files.
    const isThere = folders.has(writer) && isRead(writers.get(writer), logs);
    if (isThere) continue;
    if (!changed) clearStrange(system, root);
    changed = true;
    const read = await readWriter({ git, cipher }, writer, logs);
    await keepShared(system, root, {
      ...{ writer, own: writer === signer.writer, shared: read.shared },
    });
    writers.set(writer, read.state);
  }
  const now = { ...state, writers: Object.fromEntries(writers) };
  if (changed) keepFolders(system, root, now, signer.writer);
  return now;
}

function isRead(
  known: TeamState["writers"][string] | undefined,
  logs: ReadonlyMap<string, string>,
): boolean {
  return known !== undefined &&
    Object.keys(known.logs).length === logs.size &&
    Object.entries(known.logs).every(([log, commit]) =>
      logs.get(log) === commit
    );
}
