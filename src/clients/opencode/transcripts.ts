import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { ensureUserFolder, removeQuietly, userState } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { listNames } from "../look.ts";

const FOLDER = "opencode";

const ID = /^\w{1,120}$/;

/** Milliseconds after which a session's transcript is removed. */
const KEPT = 30 * 86_400_000;

/** The maximum number of transcripts to look at. */
const MOST = 2000;

/** Returns the path of a session's transcript, which may not exist. */
export function transcriptOf(system: System, id: string): string | undefined {
  if (!ID.test(id)) return undefined;
  const state = attempt(() => userState(system));
  return state && join(state, FOLDER, `${id}.jsonl`);
}

/** Creates a transcript for the plugin, and removes old ones. */
export function beginTranscript(system: System, id: string): void {
  const path = transcriptOf(system, id);
  if (path === undefined || system.files.lstat(path)) return;
  const folder = ensureUserFolder(system, FOLDER);
  system.files.create(path, new Uint8Array(), { synced: false });
  const before = system.now().getTime() - KEPT;
  for (const { path, time } of transcriptsIn(system, folder)) {
    if (time < before) removeQuietly(system, path);
  }
}

/** A transcript of the plugin. */
export interface Kept {
  readonly id: string;
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

function transcriptsIn(system: System, folder: string): Kept[] {
  return listNames(system, folder).filter((name) => name.endsWith(".jsonl"))
    .slice(0, MOST).flatMap((name) => {
      const path = join(folder, name);
      const info = attempt(() => system.files.lstat(path));
      const id = name.slice(0, -".jsonl".length);
      return info?.kind === "file" && ID.test(id)
        ? [{ id, path, time: info.mtime }]
        : [];
    });
}

/** Returns all sessions that have a transcript, the last written first. */
export function allSessions(system: System): Kept[] {
  const state = attempt(() => userState(system));
  if (state === undefined) return [];
  return transcriptsIn(system, join(state, FOLDER))
    .sort((a, b) => b.time - a.time);
}
