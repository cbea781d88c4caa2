import { basename, extname, join } from "@std/path";
import { FileError, MpmError } from "../../base/errors.ts";
import { isBundle, openBundle, type Refused } from "./bundle.ts";
import { SESSION_ID, sessionId } from "../../git/ids.ts";
import type { Incoming } from "./import.ts";
import { normalize } from "../normalize.ts";
import { field, type Fields } from "../../base/odd_values.ts";
import { isLog, type SaveFormat } from "../store/save_entry.ts";
import { parseTime } from "../../base/times.ts";
import type { System } from "../../system/system.ts";
import { findSaves } from "../store/find_saves.ts";
import { layout } from "../../ops/layout.ts";
import {
  LARGEST_SAVE,
  loadSave,
  loadYaml,
  parseSave,
} from "../store/load_save.ts";
import { entryReader } from "../store/read_entry.ts";
import { loadReaders } from "../store/read_saves.ts";

/** What a place holds that can be imported, and what of it cannot. */
export interface Source {
  readonly incoming: readonly Incoming[];
  readonly refused: readonly Refused[];
}

/** The largest bundle that is read, in bytes. */
const LARGEST_BUNDLE = 256 * 1024 * 1024;

/**
 * Reads the saves of a bundle, of a single file, or of a folder: a project, or
 * the folder its saves are in. No link is followed, and nothing outside the
 * folder is read. Throws where there is nothing to be read at all.
 */
export async function readSource(
  system: System,
  root: string,
  path: string,
): Promise<Source> {
  const found = system.files.lstat(path);
  if (!found) {
    throw new MpmError("NOT_FOUND", `No file or folder "${path}"`, {
      hint: "Give a bundle, a saved session, or a project's folder",
    });
  }
  if (found.kind === "link") throw new FileError("link", "import", path);
  if (found.kind === "folder") return await readFolder(system, root, path);
  const format = formatOf(path);
  const limit = format === "json" ? LARGEST_BUNDLE : LARGEST_SAVE;
  const bytes = system.files.readOwn(path, limit);
  if (format === "yaml") await loadYaml();
  const { value } = parseSave(
    { id: "", format, path, location: "sessions" },
    bytes,
  );
  if (isBundle(value)) return readBundle(value, path);
  if (bytes.length > LARGEST_SAVE) throw tooLarge(path);
  return { incoming: [await readSingle(system, path, value)], refused: [] };
}

function formatOf(path: string): SaveFormat {
  switch (extname(path)) {
    case ".yaml":
    case ".yml":
      return "yaml";
    case ".md":
      return "md";
    default:
      return "json";
  }
}

function tooLarge(path: string): FileError {
  const cause = new Error(`it is over ${LARGEST_SAVE} bytes`);
  return new FileError("other", "read", path, cause);
}

/** One file, verified where a checksum lies beside it. */
async function readSingle(
  system: System,
  path: string,
  value: Fields,
): Promise<Incoming> {
  const id = idOf(path, value);
  const { save, value: said, warnings } = await loadSave(system, {
    id,
    path,
    format: formatOf(path),
    location: "sessions",
    pausedAt: "",
    evidence: [],
  });
  return { save, value: said, source: path, warnings };
}

/** By its name, else by what it says of itself, else by its time. */
function idOf(path: string, value: Fields): string {
  const named = basename(path, extname(path));
  if (SESSION_ID.test(named)) return named;
  const said = field(value, "session_id");
  if (typeof said === "string" && SESSION_ID.test(said)) return said;
  const pausedAt = field(value, "paused_at");
  const time = typeof pausedAt === "string" ? parseTime(pausedAt) : undefined;
  if (time !== undefined) return sessionId(new Date(time));
  throw new MpmError("UNREADABLE", `"${path}" is no saved session`, {
    hint: "It has neither an id nor a time; give a bundle or a session's file",
  });
}

function readBundle(value: Fields, path: string): Source {
  const { saves, refused } = openBundle(value, path);
  const incoming: Incoming[] = [];
  for (const { session_id: id, json } of saves) {
    const source = `${path}, ${id}`;
    const bytes = new TextEncoder().encode(json);
    const file = { id, format: "json", path: source, location: "sessions" };
    try {
      if (bytes.length > LARGEST_SAVE) throw tooLarge(source);
      const { value } = parseSave(
        file as Parameters<typeof parseSave>[0],
        bytes,
      );
      refuseOther(value, id);
      const { save, warnings } = normalize(value, id);
      incoming.push({ save, value, source, warnings });
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      refused.push({ source, reason: error.message });
    }
  }
  return { incoming, refused };
}

/** A bundle names its saves; one that says it is another was tampered with. */
function refuseOther(value: Fields, id: string): void {
  const said = field(value, "session_id");
  if (said === undefined || said === id) return;
  const name = JSON.stringify(said).slice(0, 80);
  throw new MpmError("UNREADABLE", `its text says that it is ${name}`, {
    hint: "Ask for the bundle again",
  });
}

async function readFolder(
  system: System,
  root: string,
  path: string,
): Promise<Source> {
  const { home, sessions, legacy, kept } = layout(path);
  const isProject = system.files.lstat(home) !== undefined;
  if (isProject) refuseLink(system, home);
  const folders = isProject
    ? { sessions, pause: legacy, kept }
    : { sessions: path, pause: join(path, "pause") };
  refuseLink(system, folders.sessions);
  refuseOwn(system, root, folders.sessions);
  const found = findSaves(system, folders);
  await loadReaders(found);
  const read = entryReader(system, path, { folders });
  const incoming: Incoming[] = [];
  const refused: Refused[] = [];
  for (const one of found.values()) {
    const entry = read(one);
    if (!entry || isLog(entry)) continue;
    try {
      const { save, value, warnings } = await loadSave(system, entry);
      incoming.push({ save, value, source: entry.path, warnings });
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      refused.push({ source: entry.path, reason: error.message });
    }
  }
  if (incoming.length + refused.length === 0) {
    throw new MpmError("NOT_FOUND", `No saved sessions in "${path}"`, {
      hint: "Give a project's folder, or the one its sessions are in",
    });
  }
  incoming.sort((a, b) => a.save.session_id < b.save.session_id ? -1 : 1);
  return { incoming, refused };
}

function refuseLink(system: System, folder: string): void {
  if (system.files.lstat(folder)?.kind === "link") {
    throw new FileError("link", "import", folder);
  }
}

function refuseOwn(system: System, root: string, folder: string): void {
  const { sessions } = layout(root);
  const { files } = system;
  const same = files.lstat(folder) && files.lstat(sessions) &&
    files.realPath(folder) === files.realPath(sessions);
  if (!same) return;
  throw new MpmError("CONFLICT", `"${folder}" is this project's own`, {
    hint: 'Its sessions are there already: "mpm sessions list"',
  });
}
