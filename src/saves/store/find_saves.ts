import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { FileError, isMissing, MpmError } from "../../base/errors.ts";
import type { SaveFormat, SaveLocation } from "./save_entry.ts";
import type { FileInfo, System } from "../../system/system.ts";
import { HOME, layout, saveFiles, teamFolders } from "../../ops/mod.ts";

/** A possible save, known only by its file name. */
export interface Candidate {
  readonly location: SaveLocation;
  readonly format: SaveFormat;
}

/** The file names in the folders that share an ID. */
export interface Found {
  readonly id: string;
  candidates: Candidate[];
  incremental: boolean;
  readonly evidence: string[];
}

/**
 * When each folder last changed, in milliseconds; null: no folder. `kept/`
 * counts only if another folder changed, and logs come last.
 */
export type Stamps = Record<"sessions" | "pause" | "global", number | null>;

/** The folders in which to look for saves. */
export type SaveFolders = Readonly<Record<string, string>>;

/**
 * Returns the folders in which to look for saves, each once. Includes the home
 * folder only if `global`, the team's only if `team`.
 */
export function saveFolders(
  system: System,
  root: string,
  { global = true, team = false }: { global?: boolean; team?: boolean } = {},
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
    ...Object.fromEntries(
      (team ? teamFolders(system, root) : [])
        .map(({ clone, path }) => [`team/${clone}`, path]),
    ),
  };
}

/** Returns when the folders changed. Throws a FileError for other files. */
export function stampFolders(system: System, folders: SaveFolders): Stamps {
  const stamp = (path: string | undefined) => {
    const found = path === undefined ? undefined : system.files.peek(path);
    return found?.kind === "folder" ? found.mtime : null;
  };
  return {
    sessions: stamp(folders.sessions),
    pause: stamp(folders.pause),
    global: stamp(folders.global),
  };
}

/** Names of saves and their files, and of logs in their folder. */
const SAVE_NAMES = {
  save:
    /^(session-\d{8}-\d{6}|session-resume-\d{4}-\d\d-\d\d-\d{6}(?=\.md))\.(json|yaml|md)$/,
  incremental: /^(session-\d{8}-\d{6})-incremental\.jsonl$/,
  evidence: /^\.(session-\d{8}-\d{6})_.{8}\.tmp\.sha256$/,
};
const LOG_NAMES = {
  save: /^(session-[\w-]{1,100})\.(json|md)$/,
  incremental: undefined,
  evidence: /^\.(session-[\w-]{1,100})_.{8}\.tmp\.sha256$/,
};

/** The maximum number of checksum files to remember for an ID. */
const MOST_EVIDENCE = 5;

/**
 * Finds every ID with a save in the folders. Reports a folder that cannot be
 * listed to `warn`, and otherwise throws: "no saves" would be wrong.
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
        addName(found, name, location as SaveLocation);
      }
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      // The saves in the home folder are from an old program, and do not
      // concern this project.
      if (warn) warn(error);
      else if (location !== "global") throw error;
    }
  }
  for (const [id, entry] of found) {
    const others = entry.candidates.filter(({ location, format }) =>
      location !== "kept" && format === "json"
    );
    if (others.length > 0) entry.candidates = others;
    if (isStale(system, folders, entry)) entry.candidates = [];
    if (entry.candidates.length === 0) found.delete(id);
  }
  return found;
}

/** Returns whether a save is only in `kept/` because mpm just removed it. */
function isStale(
  { files }: System,
  { kept }: SaveFolders,
  { id, candidates }: Found,
): boolean {
  return kept !== undefined && candidates.length > 0 &&
    candidates.every(({ location }) => location === "kept") &&
    files.lstat(join(dirname(kept), "state", "uncopied", id)) !== undefined;
}

/** Lists a folder; empty if it is missing. Throws for a link. */
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
  // Every save has a checksum file, which does not matter here.
  if (name.endsWith(".json.sha256")) return;
  const log = location === "resume-logs";
  const names = log ? LOG_NAMES : SAVE_NAMES;
  const apart = log || location.startsWith("team/");
  const entry = (id: string) => entryOf(found, id, apart ? location : "");
  const save = names.save.exec(name);
  if (save) {
    const format = save[2] as SaveFormat;
    entry(save[1]!).candidates.push({ location, format });
    return;
  }
  const incremental = names.incremental?.exec(name);
  if (incremental) {
    const one = entry(incremental[1]!);
    one.incremental = true;
    one.candidates.push({ location, format: "jsonl" });
  }
  const id = names.evidence.exec(name)?.[1];
  if (id === undefined) return;
  const { evidence } = entry(id);
  if (evidence.length < MOST_EVIDENCE) evidence.push(name);
}

/** Returns the entry for an ID, separate for logs and other people's saves. */
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
 * Returns whether an ID is taken in any folder and format, as one save must not
 * hide another. One only in `kept/` comes back with its branch.
 */
export function isTaken(system: System, root: string, id: string): boolean {
  const { sessions, legacy, kept } = layout(root);
  return [sessions, legacy, kept].some((folder) => {
    const { json, yaml, markdown } = saveFiles(folder, id);
    return [json, yaml, markdown].some((path) => system.files.peek(path));
  });
}
