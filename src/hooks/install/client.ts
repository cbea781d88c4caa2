import { MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";

/**
 * The oldest Claude Code that goes on where settings name an event it does not
 * know. An older one ignores the whole file, permissions in it too.
 */
const OLDEST = [2, 1, 101] as const;

/** Milliseconds and bytes for its version. */
const BOUNDS = { timeout: 5000, limit: 1024 };

/**
 * Refuses to install hooks for a Claude Code that would then ignore the file.
 * One that cannot be asked, or is not on `PATH`, is taken for new enough. Throws
 * CONFLICT.
 */
export async function refuseOldClient(
  system: System,
  folder: string,
): Promise<void> {
  const { stdout } = await system.runBounded("sh", {
    args: ["-c", "exec claude --version"],
    cwd: folder,
    ...BOUNDS,
  });
  const text = new TextDecoder().decode(stdout);
  const [, ...parts] = /^(\d+)\.(\d+)\.(\d+) \(Claude Code\)/.exec(text) ?? [];
  const version = parts.map(Number);
  const differs = OLDEST.findIndex((part, at) => part !== version[at]);
  if (differs < 0 || version.length === 0) return;
  if (version[differs]! > OLDEST[differs]!) return;
  throw new MpmError(
    "CONFLICT",
    `Claude Code ${version.join(".")} would ignore the settings: it is older ` +
      `than ${OLDEST.join(".")} and does not know all events`,
    { hint: "Update it first: claude update" },
  );
}
