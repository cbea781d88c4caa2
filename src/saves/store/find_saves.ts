import { join } from "@std/path";
import { FileError, isMissing, MpmError } from "../../base/errors.ts";
import type { SaveFormat, SaveLocation } from "./save_entry.ts";
import type { FileInfo, System } from "../../system/system.ts";
import { HOME, layout, saveFiles } from "../../ops/layout.ts";

/** A file that may be a save, known by its name only. */
export interface Candidate {
  readonly location: SaveLocation;
  readonly format: SaveFormat;
}

/** What the names in the folders say of one id. */
export interface Found {
  readonly id: string;
  candidates: Candidate[];
  incremental: boolean;
  readonly evidence: string[];
}

/**
 * When each folder last changed, in milliseconds; null: it is not there. What is
 * in `kept/` counts only where another folder lost it, and so changed itself;
 * logs come after all saves.
 */
export type Stamps = Record<"sessions" | "pause" | "global", number | null>;

/** The folders in which saves are looked for. */
export type SaveFolders = Partial<Record<SaveLocation, string>>;

/**
 * The folders saves are looked for in; those in the home folder only if
 * `global`, and never twice.
 */
export function saveFolders(
  system: System,
  root: string,
  global = true,
): SaveFolders {
  const { sessions, legacy, kept, logs } = layout(root);
  const home = system.home();
  const stray = global && home ? join(home, HOME, "sessions") : sessions;
  return {
    sessions,
    pause: legacy,
    kept,
    "resume-logs": logs,
    ...stray === sessions ? {} : { global: stray },
  };
}

/** When the folders changed. Throws a FileError for what is no folder. */
export function stampFolders(
  system: System,
  folders: SaveFolders,
): Stamps {
  const stamp = (path: string | undefined) => {
    const found = path === undefined ? undefined : system.files.lstat(path);
    return found?.kind === "folder" ? found.mtime : null;
  };
  return {
    sessions: stamp(folders.sessions),
    pause: stamp(folders.pause),
    global: stamp(folders.global),
  };
}

const SAVE_NAME =
  /^(session-\d{8}-\d{6}|session-resume-\d{4}-\d\d-\d\d-\d{6}(?=\.md))\.(json|yaml|md)$/;
const INCREMENTAL_NAME = /^(session-\d{8}-\d{6})-incremental\.jsonl$/;
const EVIDENCE_NAME = /^\.(session-\d{8}-\d{6})_.{8}\.tmp\.sha256$/;

const LOG_NAME = /^(session-[\w-]{1,100})\.(json|md)$/;
const LOG_EVIDENCE = /^\.(session-[\w-]{1,100})_.{8}\.tmp\.sha256$/;

/** Checksum files of one id that are remembered. */
const MOST_EVIDENCE = 5;

/**
 * Every id with a save in the folders. A folder that cannot be listed, or that
 * is a link, goes to `warn`; without it, it is thrown, since "no saves" would
 * be untrue.
 */
export function findSaves(
  system: System,
  folders: SaveFolders,
  warn?: (error: MpmError) => void,
): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const [location, folder] of Object.entries(folders)) {
    try {
      for (const { name } of namesIn(system, folder)) {
        if (location === "resume-logs") addLog(found, name);
        else addName(found, name, location as SaveLocation);
      }
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      // The home folder's is an old program's, and not this project's concern.
      if (warn) warn(error);
      else if (location !== "global") throw error;
    }
  }
  for (const [id, entry] of found) {
    const others = entry.candidates.filter(({ location, format }) =>
      location !== "kept" && format === "json"
    );
    if (others.length > 0) entry.candidates = others;
    if (entry.candidates.length === 0) found.delete(id);
  }
  return found;
}

/** What is in a folder; nothing if it is not there. Throws for a link. */
export function namesIn(
  system: System,
  folder: string,
): { name: string; kind: FileInfo["kind"] }[] {
  try {
    const kind = system.files.lstat(folder)?.kind;
    if (kind === undefined) return [];
    if (kind === "link") throw new FileError("link", "list", folder);
    return system.files.list(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function addName(
  found: Map<string, Found>,
  name: string,
  location: SaveLocation,
): void {
  // Every save has one, and it says nothing here.
  if (name.endsWith(".json.sha256")) return;
  const save = SAVE_NAME.exec(name);
  if (save) {
    const format = save[2] as SaveFormat;
    entryOf(found, save[1]!).candidates.push({ location, format });
    return;
  }
  const incremental = INCREMENTAL_NAME.exec(name);
  if (incremental) {
    const entry = entryOf(found, incremental[1]!);
    entry.incremental = true;
    entry.candidates.push({ location, format: "jsonl" });
  }
  const evidence = EVIDENCE_NAME.exec(name);
  if (evidence) addEvidence(entryOf(found, evidence[1]!), name);
}

function addLog(found: Map<string, Found>, name: string): void {
  const location = "resume-logs";
  const log = LOG_NAME.exec(name);
  if (log) {
    const format = log[2] as SaveFormat;
    entryOf(found, log[1]!, location).candidates.push({ location, format });
  }
  const evidence = LOG_EVIDENCE.exec(name);
  if (evidence) addEvidence(entryOf(found, evidence[1]!, location), name);
}

function addEvidence({ evidence }: Found, name: string): void {
  if (evidence.length < MOST_EVIDENCE) evidence.push(name);
}

/** A log may have the id of a save, and is none: it gets a key of its own. */
function entryOf(found: Map<string, Found>, id: string, among = ""): Found {
  const key = `${among}/${id}`;
  let entry = found.get(key);
  if (!entry) {
    entry = { id, candidates: [], incremental: false, evidence: [] };
    found.set(key, entry);
  }
  return entry;
}

/**
 * In any folder and any format, else one save would hide another; what is only
 * in `kept/` comes back with its branch.
 */
export function isTaken(system: System, root: string, id: string): boolean {
  const { sessions, legacy, kept } = layout(root);
  return [sessions, legacy, kept].some((folder) => {
    const { json, yaml, markdown } = saveFiles(folder, id);
    return [json, yaml, markdown].some((path) => system.files.lstat(path));
  });
}
