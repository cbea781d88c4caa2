import { attempt, isMissing, MpmError } from "../../base/errors.ts";
import { basename, dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { contentDigestOf, importedFrom } from "../trust/origins.ts";
import { normalize } from "../normalize.ts";
import {
  type Fields,
  isDeeper,
  isFields,
  kindOf,
} from "../../base/parsed_values.ts";
import type { Save } from "../save.ts";
import { isLog, type SaveEntry } from "./save_entry.ts";
import { sha256 } from "../../base/digest.ts";
import type { System } from "../../system/system.ts";
import { activePauseFields, parseActivePause } from "../legacy/active_pause.ts";
import { fromResumeLog, parseMarkdownLog } from "../legacy/resume_log.ts";
import { type ForeignSave, parseMarkdownSave } from "../legacy/markdown.ts";

/** A save as it was written, in the current shape. */
export interface LoadedSave {
  readonly save: Save;
  /** The data as they are in the file, in any shape. */
  readonly value: Fields;
  /** One line for each repair, and for each part that could not be verified. */
  readonly warnings: string[];
  /**
   * `verified`: its checksum file matches. `evidence`: it has none, but the
   * misnamed one of claude-mpm matches. `absent`: nothing shows it.
   */
  readonly checksum: "verified" | "evidence" | "absent";
  /** The file. */
  readonly bytes: Uint8Array;
  /** The digest of the content; see `origins.ts`. */
  readonly digest: string;
}

/** The facts needed to read a save's file. */
export type SaveSource = Pick<
  SaveEntry,
  "id" | "format" | "path" | "location" | "pausedAt" | "evidence"
>;

/** Checksum files contain 64 digits, or the output of `sha256sum`. */
const LARGEST_CHECKSUM = 8192;

/**
 * Reads the save of a row. Throws CORRUPT if its checksum does not match,
 * UNREADABLE with the position of an error, FILE_FAILED.
 */
export async function loadSave(
  system: System,
  entry: SaveSource,
): Promise<LoadedSave> {
  const { id, format, path, pausedAt } = entry;
  const bytes = system.files.readOwn(path, LARGEST_SAVE);
  const digest = contentDigestOf(bytes);
  const checksum = verify(system, entry, { bytes, digest });
  if (format === "yaml") await loadYaml();
  const parsed = parseSave(entry, bytes);
  const value = isLog(entry)
    ? { session_id: id, paused_at: pausedAt, ...parsed.value }
    : parsed.value;
  const normalized = normalize(value, id);
  const from = importedFrom(value);
  return {
    save: normalized.save,
    value,
    warnings: [
      ...checksum === "absent" ? [unverified(entry)] : [],
      ...from === undefined
        ? []
        : [`It was imported from ${from} and is not verified`],
      ...parsed.warnings,
      ...normalized.warnings,
    ],
    checksum,
    bytes,
    digest,
  };
}

function unverified(entry: SaveSource): string {
  const { path, format } = entry;
  const name = basename(path);
  if (isLog(entry)) {
    return `${name} is a log, not a save, and cannot be verified`;
  }
  return format === "json"
    ? `${name} has no checksum file, so it cannot be verified`
    : `${name} was read because the JSON file is missing; it cannot be ` +
      "verified";
}

/** Compares the JSON with its checksum file, or else with the evidence. */
function verify(
  system: System,
  { path, format, evidence }: SaveSource,
  { bytes, digest }: Pick<LoadedSave, "bytes" | "digest">,
): LoadedSave["checksum"] {
  if (format !== "json") return "absent";
  const agrees = (recorded: string | undefined) =>
    recorded === digest || recorded === sha256(bytes);
  const recorded = readChecksum(system, `${path}.sha256`);
  if (recorded === undefined) {
    const found = evidence.some((name) =>
      agrees(attempt(() => readChecksum(system, join(dirname(path), name))))
    );
    return found ? "evidence" : "absent";
  }
  if (agrees(recorded)) return "verified";
  throw new MpmError("CORRUPT", `"${path}" does not match its checksum file`, {
    hint: 'Run "mpm saves verify" to find undamaged saves, and resume one of ' +
      "them by its ID",
  });
}

/** Returns the digest in a checksum file; `undefined` if it is missing. */
function readChecksum(system: System, path: string): string | undefined {
  try {
    const bytes = system.files.readOwn(path, LARGEST_CHECKSUM);
    const text = new TextDecoder().decode(bytes).trim();
    return text.split(/\s/, 1)[0]!.toLowerCase();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The largest save to read, in bytes. */
export const LARGEST_SAVE = 64 * 1024 * 1024;

/** The maximum nesting of lists and objects; mpm itself writes six levels. */
const DEEPEST = 100;

/** The parts of a file's entry that determine how to read it. */
export type SaveFile = Pick<SaveEntry, "id" | "format" | "location" | "path">;

type YamlReader = typeof import("../legacy/yaml.ts");

let yaml: YamlReader | undefined;

/** Loads the YAML library for `parseSave`, since loading it takes time. */
export async function loadYaml(): Promise<void> {
  yaml ??= await import("../legacy/yaml.ts");
}

/**
 * Returns the content of a save's file before its conversion. Throws UNREADABLE
 * with the position. YAML needs `loadYaml` first.
 */
export function parseSave(file: SaveFile, bytes: Uint8Array): ForeignSave {
  const { format, path } = file;
  if (format === "jsonl") return parseRecord(bytes, path);
  const text = decode(bytes, path);
  if (format === "yaml") return yaml!.parseYamlSave(text, `"${path}"`);
  const log = isLog(file);
  if (format === "md") {
    return (log ? parseMarkdownLog : parseMarkdownSave)(text, `"${path}"`);
  }
  const value = parseJson(text, path);
  return { value: log ? fromResumeLog(value) : value, warnings: [] };
}

/** Parses a record. A crash within a character loses one line. */
function parseRecord(bytes: Uint8Array, path: string): ForeignSave {
  const record = parseActivePause(new TextDecoder().decode(bytes));
  if (record.actions.length === 0) {
    throw unreadable(path, "line 1: not part of an automatic pause");
  }
  return {
    value: activePauseFields(record),
    warnings: record.torn.map((line) => `line ${line}: incomplete, left out`),
  };
}

function unreadable(path: string, fault: string, cause?: unknown): MpmError {
  return new MpmError("UNREADABLE", `Cannot read "${path}": ${fault}`, {
    hint: 'Run "mpm saves verify" to find undamaged saves',
    cause,
  });
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const at = invalidByte(bytes);
    throw unreadable(path, `byte ${at} is not UTF-8`, error);
  }
}

/** Returns the first byte, from 0, that decoding would not preserve. */
function invalidByte(bytes: Uint8Array): number {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const again = new TextEncoder().encode(text);
  return bytes.findIndex((byte, at) => byte !== again[at]);
}

function parseJson(text: string, path: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unreadable(path, jsonFault(text, error), error);
  }
  if (isDeeper(value, DEEPEST)) {
    throw unreadable(path, `it is nested more than ${DEEPEST} deep`);
  }
  if (isFields(value)) return value;
  throw unreadable(path, `the top level is not an object but ${kindOf(value)}`);
}

/** Returns the error as text: `line 2 column 3: the problem there`. */
function jsonFault(text: string, { message }: SyntaxError): string {
  const what = message.replace(/ in JSON(?: at position .*)?$/, "")
    .replace(/, (?:\.\.\.)?".*$/s, "");
  const position = / at position (\d+)/.exec(message)?.[1];
  const at = position === undefined ? faultAt(text) : Number(position);
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  return `line ${line} column ${column}: ${what}`;
}

/**
 * Returns the position of an unexpected token, which the engine does not
 * report: the end of the shortest beginning with the same error.
 */
function faultAt(text: string): number {
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (hasBadToken(text.slice(0, middle))) high = middle;
    else low = middle + 1;
  }
  return hasBadToken(text) ? low - 1 : text.length;
}

function hasBadToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return (error as Error).message.startsWith("Unexpected token");
  }
}
