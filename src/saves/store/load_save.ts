import { basename, dirname, join } from "@std/path";
import { isMissing, MpmError } from "../../base/errors.ts";
import { importedFrom } from "../share/imported.ts";
import { normalize } from "../normalize.ts";
import type { Fields } from "../../base/odd_values.ts";
import { contentDigestOf, withoutReturns } from "../trust/origin.ts";
import type { Save } from "../save.ts";
import { isLog, type SaveEntry } from "./save_entry.ts";
import { sha256 } from "../../base/digest.ts";
import type { System } from "../../system/system.ts";
import { LARGEST_SAVE, loadYaml, parseSave } from "./save_content.ts";

/** A save as it was written, in the present shape. */
export interface LoadedSave {
  readonly save: Save;
  /** The same as it stands in the file, in whatever shape. */
  readonly value: Fields;
  /** Everything that was repaired or could not be verified, one line each. */
  readonly warnings: string[];
  /**
   * `verified`: its checksum file agrees. `evidence`: it has none, but
   * claude-mpm's misnamed one agrees. `absent`: nothing says it is whole.
   */
  readonly checksum: "verified" | "evidence" | "absent";
  /** The file. */
  readonly bytes: Uint8Array;
  /** What the content is known by, see `origin.ts`. */
  readonly digest: string;
}

/** What must be known of a save's file to read it. */
export type SaveSource = Pick<
  SaveEntry,
  "id" | "format" | "path" | "location" | "pausedAt" | "evidence"
>;

/** Checksum files hold 64 digits, or what `sha256sum` prints. */
const LARGEST_CHECKSUM = 8192;

/**
 * Reads the save of a row. Throws CORRUPT if its checksum file does not match,
 * UNREADABLE with the position of the fault in its text, and FILE_FAILED where
 * the file cannot be read or is none.
 */
export async function loadSave(
  system: System,
  entry: SaveSource,
): Promise<LoadedSave> {
  const { id, format, path, pausedAt } = entry;
  const bytes = system.files.readOwn(path, LARGEST_SAVE);
  const checksum = verify(system, entry, bytes);
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
        : [`It was imported from ${from}: its texts are somebody else's`],
      ...parsed.warnings,
      ...normalized.warnings,
    ],
    checksum,
    bytes,
    digest: contentDigestOf(bytes),
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
    : `${name} was read since there is no JSON; it cannot be verified`;
}

/** Compares the JSON with its checksum file or, without one, the evidence. */
function verify(
  system: System,
  { path, format, evidence }: SaveSource,
  bytes: Uint8Array,
): LoadedSave["checksum"] {
  if (format !== "json") return "absent";
  const digest = sha256(bytes);
  const recorded = readChecksum(system, `${path}.sha256`);
  if (recorded === undefined) {
    const agrees = evidence.some((name) =>
      readEvidence(system, join(dirname(path), name)) === digest
    );
    return agrees ? "evidence" : "absent";
  }
  if (recorded === digest || recorded === sha256(withoutReturns(bytes))) {
    return "verified";
  }
  throw new MpmError("CORRUPT", `"${path}" does not match its checksum file`, {
    hint: 'Run "mpm sessions verify" to see which saves are whole, ' +
      "and resume one of those by its id",
  });
}

/** The digest in a checksum file; `undefined`: there is no such file. */
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

function readEvidence(system: System, path: string): string | undefined {
  try {
    return readChecksum(system, path);
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}
