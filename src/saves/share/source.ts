import { field, type Fields, isFields } from "../../base/parsed_values.ts";
import type { BundledSave } from "./export.ts";
import { sha256 } from "../../base/digest.ts";
import { basename, extname } from "@std/path";
import { join } from "../../base/join.ts";
import { FileError, MpmError } from "../../base/errors.ts";
import { SESSION_ID, sessionId } from "../../base/ids.ts";
import type { Incoming } from "./import.ts";
import { normalize } from "../normalize.ts";
import { isLog, type SaveFormat } from "../store/save_entry.ts";
import { parseTime } from "../../base/times.ts";
import type { System } from "../../system/system.ts";
import { findSaves } from "../store/find_saves.ts";
import { layout } from "../../ops/mod.ts";
import {
  LARGEST_SAVE,
  loadSave,
  loadYaml,
  parseSave,
} from "../store/load_save.ts";
import { entryReader } from "../store/read_entry.ts";
import { loadReaders } from "../store/read_saves.ts";

/** A file that was rejected, and why. */
export interface Refused {
  /** The file, or the place in the bundle. */
  readonly source: string;
  readonly reason: string;
}

/** The files of a place that can be imported, and those that cannot. */
export interface Source {
  readonly incoming: readonly Incoming[];
  readonly refused: readonly Refused[];
}

/** The largest bundle to read, in bytes. */
const LARGEST_BUNDLE = 256 * 1024 * 1024;

/**
 * Reads the saves of a bundle, a file, a project or a folder. Follows no links.
 * `opened`: the decrypted JSON. Throws if there is nothing to read.
 */
export async function readSource(
  system: System,
  root: string,
  { path, opened }: { path: string; opened?: Uint8Array | undefined },
): Promise<Source> {
  if (opened) return readOpened(opened, path);
  const found = system.files.lstat(path);
  if (!found) {
    throw new MpmError("NOT_FOUND", `File or folder "${path}" not found`, {
      hint: "Name a bundle, a save, or a project folder",
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
  // Also verifies the file if there is a checksum next to it.
  const { save, value: said, warnings } = await loadSave(system, {
    ...{ id: idOf(path, value), path, format, location: "sessions" },
    ...{ pausedAt: "", evidence: [] },
  });
  const incoming = [{ save, value: said, source: path, warnings }];
  return { incoming, refused: [] };
}

function readOpened(bytes: Uint8Array, path: string): Source {
  const { value } = parseSave(
    { id: "", format: "json", path, location: "sessions" },
    bytes,
  );
  if (isBundle(value)) return readBundle(value, path);
  const id = idOf(path, value);
  const json = new TextDecoder().decode(bytes);
  return { incoming: [incomingOf(json, { id, source: path })], refused: [] };
}

function formatOf(path: string): SaveFormat {
  const ending = extname(path);
  if (ending === ".yaml" || ending === ".yml") return "yaml";
  return ending === ".md" ? "md" : "json";
}

function tooLarge(path: string): FileError {
  const cause = new Error(`it is larger than ${LARGEST_SAVE} bytes`);
  return new FileError("other", "read", path, cause);
}

/** Returns the ID from the name, else the content, else the time. */
function idOf(path: string, value: Fields): string {
  const named = basename(path, extname(path));
  if (SESSION_ID.test(named)) return named;
  const said = field(value, "session_id");
  if (typeof said === "string" && SESSION_ID.test(said)) return said;
  const pausedAt = field(value, "paused_at");
  const time = typeof pausedAt === "string" ? parseTime(pausedAt) : undefined;
  if (time !== undefined) return sessionId(new Date(time));
  throw new MpmError("UNREADABLE", `"${path}" is not a save`, {
    hint: "It has neither an ID nor a time. Name a bundle or a save file",
  });
}

function isBundle(value: unknown): boolean {
  return isFields(value) && Object.hasOwn(value, "mpm_bundle");
}

/** The maximum number of saves in a bundle. */
const MOST = 100_000;

/**
 * Reads the saves of a bundle, and checks each one. Throws UNREADABLE if the
 * bundle is from a newer mpm or has no list.
 */
function readBundle(value: Fields, path: string): Source {
  const { mpm_bundle: version, saves: list } = value;
  if (version !== 1) {
    const found = JSON.stringify(version);
    throw new MpmError(
      "UNREADABLE",
      `Cannot read "${path}": it is a bundle of version ${found}`,
      { hint: "A newer version of mpm wrote it: update mpm" },
    );
  }
  if (!Array.isArray(list) || list.length > MOST) {
    throw new MpmError(
      "UNREADABLE",
      `Cannot read "${path}": it contains no saves`,
      { hint: 'Make a bundle with "mpm saves export --all --output <file>"' },
    );
  }
  const incoming: Incoming[] = [];
  // First the errors in the bundle, then those in its saves.
  const faulty: Refused[] = [];
  const refused: Refused[] = [];
  for (const [at, item] of list.entries()) {
    const reason = faultOf(item);
    if (reason !== undefined) {
      faulty.push({ source: `${path}, save ${at + 1}`, reason });
      continue;
    }
    const { session_id: id, json } = item as BundledSave;
    const source = `${path}, ${id}`;
    try {
      incoming.push(incomingOf(json, { id, source }));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      refused.push({ source, reason: error.message });
    }
  }
  return { incoming, refused: [...faulty, ...refused] };
}

function incomingOf(
  json: string,
  { id, source }: { id: string; source: string },
): Incoming {
  const bytes = new TextEncoder().encode(json);
  if (bytes.length > LARGEST_SAVE) throw tooLarge(source);
  const { value } = parseSave(
    { id, format: "json", path: source, location: "sessions" },
    bytes,
  );
  refuseOther(value, id);
  const { save, warnings } = normalize(value, id);
  return { save, value, source, warnings };
}

/** An ID could be a path; a checksum shows what changed in transit. */
function faultOf(item: unknown): string | undefined {
  const [id, digest, json] = ["session_id", "sha256", "json"]
    .map((name) => field(item, name));
  if (typeof id !== "string" || !SESSION_ID.test(id)) {
    return `${JSON.stringify(id) ?? "nothing"} is not a save ID`;
  }
  if (typeof json !== "string") return `${id}: the text of the save is missing`;
  return sha256(new TextEncoder().encode(json)) === digest
    ? undefined
    : `${id} does not match its checksum`;
}

/** Rejects a save that claims another name than its bundle gives. */
function refuseOther(value: Fields, id: string): void {
  const said = field(value, "session_id");
  if (said === undefined || said === id) return;
  const name = JSON.stringify(said).slice(0, 80);
  throw new MpmError("UNREADABLE", `its text has the ID ${name}`, {
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
    throw new MpmError("NOT_FOUND", `No saves in "${path}"`, {
      hint: "Name a project folder, or its folder of saves",
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
  throw new MpmError("CONFLICT", `"${folder}" is the folder of this project`, {
    hint: 'You already have its saves: "mpm list"',
  });
}
