import { join } from "@std/path";
import { isMissing, MpmError } from "../errors.ts";
import { asciiJson } from "../escape.ts";
import { type DetourMarker, isDetourMarker } from "../session/detour.ts";
import type { System } from "../system/system.ts";
import { removeIfThere, writeAtomic } from "./atomic.ts";
import { ensureFolder } from "./folders.ts";
import { layout } from "./layout.ts";

/** Bytes of a marker. */
const LARGEST = 1024 * 1024;

/** Milliseconds a command waits for a `branch` or `return` to be done. */
const WAIT = 30_000;

/**
 * Keeps every other `branch` and `return` of the project away until it is
 * disposed of, or the process ends. It is apart from the store's lock, which
 * the steps of these two take one by one. Throws LOCKED.
 */
export async function lockDetours(
  system: System,
  root: string,
): Promise<Disposable> {
  const { state, detourLock } = layout(root);
  ensureFolder(system, state, root);
  const held = await system.files.lock(detourLock, WAIT);
  if (held) return held;
  throw new MpmError(
    "LOCKED",
    `Cannot lock "${detourLock}": another mpm is starting or ending a detour`,
    { hint: "Wait for it to finish and run the command again" },
  );
}

/** Whether there is a marker; costs one look at a file's entry. */
export function hasDetourMarker(
  system: System,
  root: string,
  place: string,
): boolean {
  return system.files.lstat(markerPath(root, place)) !== undefined;
}

/** Throws UNREADABLE for what mpm could not have written. */
export function readDetourMarker(
  system: System,
  root: string,
  place: string,
): DetourMarker | undefined {
  const path = markerPath(root, place);
  try {
    const bytes = system.files.readOwn(path, LARGEST);
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (isDetourMarker(value) && value.place === place) return value;
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new MpmError("UNREADABLE", `Cannot read "${path}"`, {
    hint: "It tells of a detour that was interrupted. Parked work is in " +
      '"mpm checkpoint list"; move the file away to go on',
  });
}

/** Call with {@link lockDetours}. */
export function writeDetourMarker(
  system: System,
  root: string,
  marker: DetourMarker,
): void {
  ensureFolder(system, layout(root).detours, root);
  writeAtomic(system, markerPath(root, marker.place), {
    bytes: new TextEncoder().encode(`${asciiJson(marker)}\n`),
  });
}

/** Call with {@link lockDetours}. */
export function dropDetourMarker(
  system: System,
  root: string,
  place: string,
): void {
  removeIfThere(system, markerPath(root, place));
}

/** `place` is a name that mpm made. */
function markerPath(root: string, place: string): string {
  return join(layout(root).detours, `${place}.json`);
}
