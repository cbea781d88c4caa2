import { sha256 } from "../../base/digest.ts";
import { MpmError } from "../../base/errors.ts";
import { field } from "../../base/parsed_values.ts";
import { redactSave } from "../redact.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { SaveEntry } from "../store/save_entry.ts";
import { saveBytes } from "../serialize.ts";
import type { System } from "../../system/system.ts";
import { loadSave } from "../store/load_save.ts";
import { basename, dirname, isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import { layout, writeAtomic } from "../../ops/mod.ts";

/**
 * Returns a save's exact JSON file, if that has no private parts. Throws the
 * errors of {@link loadSave}.
 */
export async function exportBytes(
  system: System,
  entry: SaveEntry,
): Promise<Uint8Array> {
  const { save, bytes } = await loadSave(system, entry);
  const clean = redactSave(redactorOf(system), save);
  // A save whose ID differs from its file name would be rejected elsewhere.
  const asItIs = clean === save && entry.format === "json" &&
    entry.location !== "resume-logs" &&
    field(save["unplaced"], "session_id") === undefined;
  return asItIs ? bytes : saveBytes(clean);
}

/** One of several saves in a JSON file: its exact text and checksum. */
export interface BundledSave {
  readonly session_id: string;
  /** The SHA-256 of the text in UTF-8. */
  readonly sha256: string;
  readonly json: string;
}

/** Returns a bundle of all readable saves, and names the others. */
export async function bundleBytes(
  system: System,
  entries: readonly SaveEntry[],
  progress: (what: string, done: number, of: number) => void,
): Promise<{
  bytes: Uint8Array;
  sessions: string[];
  skipped: { session_id: string; reason: string }[];
}> {
  const saves: { id: string; bytes: Uint8Array }[] = [];
  const skipped: { session_id: string; reason: string }[] = [];
  for (const [at, entry] of entries.entries()) {
    progress("Reading saves", at, entries.length);
    try {
      saves.push({ id: entry.id, bytes: await exportBytes(system, entry) });
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      skipped.push({ session_id: entry.id, reason: error.message });
    }
  }
  const bundle = {
    mpm_bundle: 1,
    created_at: system.now().toISOString(),
    saves: saves.map(({ id, bytes }) => ({
      session_id: id,
      sha256: sha256(bytes),
      json: new TextDecoder().decode(bytes),
    })),
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(bundle)}\n`);
  return { bytes, sessions: saves.map(({ id }) => id), skipped };
}

/** A kind of file that mpm writes to a place chosen by the user. */
export interface WrittenFile {
  /** The option that sets the place. */
  readonly option: string;
  /** The noun for it in messages, with the article. */
  readonly noun: string;
  readonly ending: string;
  /** The beginning of such a file; no other file may be replaced. */
  readonly begins: RegExp;
}

const EXPORTED: WrittenFile = {
  option: "--export",
  noun: "an exported session",
  ending: ".json",
  begins: /^\s*\{\s*(?:"session_id"\s*:\s*"session-|"mpm_bundle"\s*:)/,
};

/** The target of a copy: a file, or a folder for a file of the save's name. */
export interface ExportTarget {
  path(id: string): string;
}

/**
 * Checks the target of `--export` before anything is saved. Throws NOT_FOUND
 * for a missing folder, CONFLICT for mpm's folder or another kind of file.
 */
export function exportTarget(
  system: System,
  given: string,
  { folder, root, file = EXPORTED }: {
    folder: string;
    root: string;
    file?: WrittenFile;
  },
): ExportTarget {
  if (given === "") {
    throw new MpmError(
      "USAGE",
      `Option "${file.option}" needs a file or a folder`,
    );
  }
  const path = isAbsolute(given) ? given : join(folder, given);
  refuseStore(system, path, root);
  const found = system.files.stat(path);
  if (found?.kind === "folder") {
    return { path: (id) => join(path, `${id}${file.ending}`) };
  }
  const missing = /[/\\]$/.test(given) ? path : dirname(path);
  if (missing === path || system.files.stat(missing)?.kind !== "folder") {
    throw new MpmError(
      "NOT_FOUND",
      `Cannot export to "${given}": folder "${missing}" does not exist`,
      { hint: "Create the folder first; nothing was written" },
    );
  }
  if (found && !beginsAs(system, path, file.begins)) {
    throw new MpmError(
      "CONFLICT",
      `Cannot export to "${given}": it exists and is not ${file.noun}`,
      { hint: "Choose another name; nothing was written" },
    );
  }
  return { path: () => path };
}

/** Rejects a path in the store, where a copy would replace a save. */
function refuseStore(system: System, path: string, root: string): void {
  const { files } = system;
  const { home } = layout(root);
  const own = files.stat(home) && files.realPath(home);
  for (let above = path;; above = dirname(above)) {
    if (own && files.stat(above) && files.realPath(above) === own) {
      throw new MpmError("CONFLICT", `Cannot export into "${home}"`, {
        hint: "Choose a path outside mpm's folder; nothing was written",
      });
    }
    if (dirname(above) === above) return;
  }
}

/** Enough of the file to recognize the kind of JSON. */
const HEAD = 4096;

function beginsAs(system: System, path: string, begins: RegExp): boolean {
  if (system.files.lstat(path)?.kind !== "file") return false;
  const head = new TextDecoder().decode(system.files.readPart(path, 0, HEAD));
  return begins.test(head);
}

/** Writes the copy, completely or not at all. Throws FILE_FAILED. */
export function writeExport(
  system: System,
  path: string,
  bytes: Uint8Array,
): string {
  const folder = system.files.realPath(dirname(path));
  const target = join(folder, basename(path));
  const temporary = `.mpm-${system.random()}.tmp`;
  writeAtomic(system, target, { bytes, temporary });
  return target;
}
