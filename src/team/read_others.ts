import { teamFolders } from "../ops/mod.ts";
import type { Cipher } from "./cipher.ts";
import { logsByWriter, readWriter } from "./read_logs.ts";
import type { TeamState, WriterState } from "./state.ts";
import { clearStrange, keepFolders, keepShared } from "./store.ts";
import type { LogTools } from "./write_log.ts";

/**
 * Reads the logs of each writer who has new entries, and creates the files that
 * readers list. Returns the new state.
 */
export async function readOthers(
  { system, git, signer, cipher }: LogTools,
  root: string,
  { state, others }: {
    state: TeamState;
    /** The commits of all logs by others. */
    others: ReadonlyMap<string, string>;
  },
): Promise<TeamState> {
  const writers = new Map(Object.entries(state.writers));
  const folders = new Set(
    teamFolders(system, root).map(({ writer }) => writer),
  );
  let changed = false;
  for (const [writer, logs] of logsByWriter(others)) {
    const known = writers.get(writer);
    // Someone may have removed the files.
    const isThere = folders.has(writer) && isRead(known, logs);
    if (isThere && await isOpened(known, cipher)) continue;
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

/** Returns whether this user's keys are the same as at the last attempt. */
async function isOpened(
  known: WriterState | undefined,
  cipher: Cipher,
): Promise<boolean> {
  if (!known?.locked) return true;
  return known.keys !== "locked" && known.keys === await cipher.keyMark();
}

function isRead(
  known: WriterState | undefined,
  logs: ReadonlyMap<string, string>,
): boolean {
  return known !== undefined &&
    Object.keys(known.logs).length === logs.size &&
    Object.entries(known.logs).every(([log, commit]) =>
      logs.get(log) === commit
    );
}
