import { MpmError } from "../../base/errors.ts";
import { makeBundle } from "./bundle.ts";
import { field } from "../../base/odd_values.ts";
import { redactSave } from "../../secrets/redact_save.ts";
import type { SaveEntry } from "../store/save_entry.ts";
import { saveBytes } from "../serialize.ts";
import type { System } from "../../system/system.ts";
import { loadSave } from "../store/load_save.ts";
import { redactorOf } from "../../secrets/redaction.ts";

/**
 * A save as it leaves mpm: its JSON file to the byte, unless there is none or
 * something in it must not be told. Throws as {@link loadSave} does.
 */
export async function exportBytes(
  system: System,
  entry: SaveEntry,
): Promise<Uint8Array> {
  const { save, bytes } = await loadSave(system, entry);
  const clean = redactSave(redactorOf(system), save);
  // A text that gives another id than its file would be refused elsewhere.
  const asItIs = clean === save && entry.format === "json" &&
    entry.location !== "resume-logs" &&
    field(save["unplaced"], "session_id") === undefined;
  return asItIs ? bytes : saveBytes(clean);
}

/** A bundle of all that can be read; the others are named. */
export async function bundleBytes(
  system: System,
  entries: readonly SaveEntry[],
  progress: (what: string, done: number, of: number) => void = () => {},
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
  const bundle = makeBundle(saves, system.now());
  const bytes = new TextEncoder().encode(`${JSON.stringify(bundle)}\n`);
  return { bytes, sessions: saves.map(({ id }) => id), skipped };
}
