import {
  ensureFolder,
  layout,
  readOwnJson,
  RecordSeals,
  removeQuietly,
  takeLock,
} from "../ops/mod.ts";
import { isFields, jsonIn } from "../base/parsed_values.ts";
import { dirname, isAbsolute } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { isFolder, listNames } from "./look.ts";

/**
 * The kinds of files that mpm keeps for an agent session. They are the status
 * line's figures, the crossed levels, the time of the last work, the agent's
 * next message, and its tasks. Others are the prompts that pass a full context,
 * notes about the conversation, and its digest for the save. There are also the
 * trees after the session's steps, its name and sub-agents, and the hand-offs
 * and notes that it was given. The last is the process that saves the session
 * after its client was killed.
 */
export type AgentFile =
  | "status"
  | "levels"
  | "activity"
  | "pending"
  | "tasks"
  | "let_through"
  | "notes"
  | "digest"
  | "trees"
  | "presence"
  | "handed"
  | "seen_notes"
  | "recovery";

/** Sealed, since agents get their content, and a clone may bring them. */
const SEALED: ReadonlySet<AgentFile> = new Set([
  "notes",
  "digest",
  "pending",
  "presence",
  "tasks",
  "trees",
]);

/** The largest file, in bytes; a digest is as large as a whole hand-off. */
const LIMIT = 64 * 1024;
const LARGEST_DIGEST = 512 * 1024;

/** Milliseconds to keep the files of an ended session. */
const KEPT = 30 * 86_400_000;

/** The maximum number of files of one folder to look at. */
const MOST = 2000;

/** A folder for the files, and its parent, which must exist. */
interface Place {
  readonly folder: string;
  /** Only called when something is written. */
  base(): string;
}

/**
 * Returns the possible folders for agent session files. They are the project's
 * folder, if the project already has a `.claude-mpm` folder, and the user's
 * state folder. The state folder has the files of every session.
 */
function places(system: System, root: string | undefined): Place[] {
  const known = PLACES.get(system) ?? new Map<string, Place[]>();
  PLACES.set(system, known);
  const found = known.get(root ?? "") ?? placesIn(system, root);
  known.set(root ?? "", found);
  return found;
}

/** A hook reads several files, and each look at a folder takes time. */
const PLACES = new WeakMap<System, Map<string, Place[]>>();

function placesIn(system: System, root: string | undefined): Place[] {
  const found: Place[] = [];
  if (root !== undefined) {
    const { home, state } = layout(root);
    const folder = join(state, "agents");
    const real = kindOf(system, home) === "folder" &&
      [state, folder].every((path) =>
        ["folder", undefined].includes(kindOf(system, path))
      );
    if (real) found.push({ folder, base: () => root });
  }
  const base = stateBase(system);
  if (base !== undefined) {
    const folder = join(base, "mpm", "agents");
    found.push({ folder, base: () => nearest(system, base) });
  }
  return found;
}

/** Returns `XDG_STATE_HOME` (Windows: `LOCALAPPDATA`), else `.local/state`. */
function stateBase(system: System): string | undefined {
  const home = system.home();
  const folder =
    (system.platform === "windows"
      ? system.env("LOCALAPPDATA")
      : system.env("XDG_STATE_HOME")) ||
    (home && join(home, ".local", "state"));
  // A relative path would depend on the folder in which a session works.
  return folder && isAbsolute(folder) ? folder : undefined;
}

/** The user's own folders may be links. */
function nearest(system: System, folder: string): string {
  while (!isFolder(system, folder) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return folder;
}

/** Returns the kind of a path; `other` if it cannot be read. */
function kindOf(system: System, path: string): string | undefined {
  try {
    return system.files.lstat(path)?.kind;
  } catch (error) {
    if (error instanceof MpmError) return "other";
    throw error;
  }
}

/** Identifies a session's files; `id` must be a Claude Code session ID. */
export interface AgentSession {
  readonly id: string;
  /** The project's top folder, if it is known. */
  readonly root: string | undefined;
}

/** Reads the values in every place; skips damaged and missing files. */
export function readAgentFiles(
  system: System,
  { id, root }: AgentSession,
  file: AgentFile,
): unknown[] {
  return places(system, root).flatMap(({ folder }) => {
    const value = readValue(system, folder, { id, file });
    return value === undefined ? [] : [value];
  });
}

/** Reads a value; `undefined` if missing, damaged, or someone else's. */
function readValue(
  system: System,
  folder: string,
  { id, file }: { id: string; file: AgentFile },
): unknown {
  const path = join(folder, nameOf(id, file));
  const limit = file === "digest" ? LARGEST_DIGEST : LIMIT;
  if (!SEALED.has(file)) return readOwnJson(system, path, limit);
  const bytes = attempt(() => system.files.readOwn(path, limit));
  const text = new TextDecoder().decode(bytes).trimEnd();
  const value = sealsOf(system, { id, file }).isOwn(text)
    ? jsonIn(text)
    : undefined;
  if (!isFields(value)) return undefined;
  const { seal: _, ...rest } = value;
  return rest;
}

/** Returns the bytes of a value. Throws FILE_FAILED if it cannot be sealed. */
function bytesOf(
  system: System,
  value: unknown,
  { id, file }: { id: string; file: AgentFile },
): Uint8Array {
  const text = SEALED.has(file) && isFields(value)
    ? sealsOf(system, { id, file }).sealLine(value)
    : JSON.stringify(value);
  return new TextEncoder().encode(`${text}\n`);
}

/** Returns seals that never accept a value of another kind or session. */
function sealsOf(
  system: System,
  { id, file }: { id: string; file: AgentFile },
): RecordSeals {
  return new RecordSeals(system, `agent ${nameOf(id, file)}`);
}

/** Lists the stored values of all sessions that have such a file. */
export function listAgentFiles(
  system: System,
  root: string | undefined,
  file: AgentFile,
): { id: string; value: unknown }[] {
  return places(system, root).flatMap(({ folder }) =>
    listNames(system, folder).filter((name) => name.endsWith(`.${file}.json`))
      .slice(0, MOST).map((name) => {
        const id = name.slice(0, -`.${file}.json`.length);
        return { id, value: readValue(system, folder, { id, file }) };
      })
  );
}

/**
 * Stores `value` in the first writable place. Returns false if no place is
 * writable. The file is not synced to the disk, since the reading is outdated
 * after a power failure anyway.
 */
export function writeAgentFile(
  system: System,
  { id, root }: AgentSession,
  { file, value }: { file: AgentFile; value: unknown },
): boolean {
  return places(system, root).some((place) => {
    return attempt(() => {
      const bytes = bytesOf(system, value, { id, file });
      ensureFolder(system, place.folder, place.base());
      replace(system, join(place.folder, nameOf(id, file)), bytes);
      return true;
    }) ?? false;
  });
}

/** Returns when the newest file was written or touched, in milliseconds. */
export function agentFileTime(
  system: System,
  { id, root }: AgentSession,
  file: AgentFile,
): number | undefined {
  const times = places(system, root).flatMap(({ folder }) =>
    attempt(() => system.files.peek(join(folder, nameOf(id, file)))?.mtime) ??
      []
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Sets the time of such a file; false if it does not exist. */
export function touchAgentFile(
  system: System,
  { id, root }: AgentSession,
  { file, time }: { file: AgentFile; time: number },
): boolean {
  return places(system, root).some(({ folder }) => {
    const path = join(folder, nameOf(id, file));
    return attempt(() => {
      if (system.files.peek(path)?.kind !== "file") return false;
      system.files.setMtime(path, time);
      return true;
    }) ?? false;
  });
}

/** Removes the stored values from every place. */
export function removeAgentFile(
  system: System,
  { id, root }: AgentSession,
  file: AgentFile,
): void {
  for (const { folder } of places(system, root)) {
    removeQuietly(system, join(folder, nameOf(id, file)));
  }
}

/** Several processes may write at once, so each uses its own name. */
function replace(system: System, path: string, bytes: Uint8Array): void {
  const isNew = system.files.peek(path) === undefined;
  const written = `${path}.${system.random()}.tmp`;
  try {
    system.files.create(written, bytes, { synced: false });
    system.files.rename(written, path);
  } catch (error) {
    removeQuietly(system, written);
    throw error;
  }
  if (isNew) sweep(system, dirname(path));
}

/** Removes files of old sessions; runs once for each new session. */
function sweep(system: System, folder: string): void {
  const before = system.now().getTime() - KEPT;
  for (const name of listNames(system, folder).slice(0, MOST)) {
    const path = join(folder, name);
    const found = system.files.lstat(path);
    if (found?.kind === "file" && found.mtime < before) {
      removeQuietly(system, path);
    }
  }
}

/**
 * Changes a stored value under a lock, so that each concurrent caller sees the
 * previous result. `change` gets the current value and returns the next, or
 * `undefined` to leave it unchanged. Returns false if nothing was stored; the
 * caller must then not act on the change.
 */
export async function changeAgentFile(
  system: System,
  session: AgentSession,
  { file, change }: {
    file: AgentFile;
    change: (value: unknown) => unknown;
  },
): Promise<boolean> {
  for (const { folder, base } of places(system, session.root)) {
    try {
      ensureFolder(system, folder, base());
      const lock = join(folder, `${session.id}.lock`);
      using held = await takeLock(system, lock, WAIT);
      if (!held) return false;
      const path = join(folder, nameOf(session.id, file));
      const next = change(
        readValue(system, folder, { id: session.id, file }) ??
          readAgentFiles(system, session, file)[0],
      );
      if (next === undefined) return false;
      const bytes = bytesOf(system, next, { id: session.id, file });
      replace(system, path, bytes);
      return true;
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
    }
  }
  return false;
}

/** The time that a hook waits for another hook, in milliseconds. */
const WAIT = 1000;

function nameOf(id: string, file: AgentFile): string {
  return `${id}.${file}.json`;
}
