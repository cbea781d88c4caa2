import { join } from "@std/path";
import type { ErrorRecord } from "../session/error_record.ts";
import type { System } from "../system/system.ts";
import { removeQuietly } from "./atomic.ts";
import { ensureHidden } from "./home.ts";
import { layout } from "./layout.ts";

/** Records that are kept. */
const KEPT = 50;

/** With what a kill left half written. */
const NAME = /^error-\d{8}-\d{9}-[a-z0-9]{8}\.json(?:\.tmp)?$/;

/**
 * Keeps a record below `.claude-mpm/errors/`, drops the oldest ones beyond 50,
 * and returns its file. Many may do so at once. Throws FILE_FAILED, CONFLICT.
 */
export function keepErrorRecord(
  system: System,
  root: string,
  record: ErrorRecord,
): string {
  const folder = join(layout(root).home, "errors");
  ensureHidden(system, root, folder);
  const digits = record.at.replaceAll(/[-:.Z]/g, "").replace("T", "-");
  const path = join(folder, `error-${digits}-${system.random()}.json`);
  const bytes = new TextEncoder().encode(
    `${JSON.stringify(record, null, 2)}\n`,
  );
  const written = `${path}.tmp`;
  try {
    // Not synced: an error that a power failure takes away is none to look for.
    system.files.create(written, bytes, { synced: false });
    system.files.rename(written, path);
  } catch (error) {
    removeQuietly(system, written);
    throw error;
  }
  const names = system.files.list(folder).map(({ name }) => name)
    .filter((name) => NAME.test(name)).sort();
  for (const name of names.slice(0, -KEPT)) {
    removeQuietly(system, join(folder, name));
  }
  return path;
}
