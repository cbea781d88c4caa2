import {
  ensureFolder,
  layout,
  removeIfThere,
  takeLock,
  writeAtomic,
} from "../ops/mod.ts";
import type { Workspace } from "../git/mod.ts";
import type { DetourMarker } from "./marker_schema.ts";
import { join } from "@std/path";
import { isMissing, MpmError } from "../base/errors.ts";
import { asciiJson } from "../base/escape.ts";
import { placeKey } from "../work/mod.ts";
import type { System } from "../system/system.ts";

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
  const held = await takeLock(system, detourLock, WAIT);
  if (held) return held;
  throw new MpmError(
    "LOCKED",
    `Cannot lock "${detourLock}": another mpm is starting or ending a detour`,
    { hint: "Wait for it to finish and run the command again" },
  );
}

/** The worktree that an operation is about. */
type Place = Pick<Workspace, "root" | "linked" | "gitDir">;

/** Returns whether there is a marker; costs one look at a file's entry. */
export function hasDetourMarker(system: System, place: Place): boolean {
  return system.files.lstat(markerPath(place)) !== undefined;
}

/** Throws UNREADABLE for what mpm could not have written. */
export async function readDetourMarker(
  system: System,
  place: Place,
): Promise<DetourMarker | undefined> {
  const path = markerPath(place);
  try {
    const bytes = system.files.readOwn(path, LARGEST);
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const { DetourMarker } = await import("./marker_schema.ts");
    const { success, data } = DetourMarker.safeParse(value);
    if (success && data.place === placeKey(place)) return data;
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new MpmError("UNREADABLE", `Cannot read "${path}"`, {
    hint: "It reports a detour that was interrupted. Parked work is in " +
      '"mpm checkpoint list"; move the file away to continue',
  });
}

/** Call with {@link lockDetours}. */
export function writeDetourMarker(
  system: System,
  place: Place,
  marker: DetourMarker,
): void {
  if (place.gitDir === undefined) {
    ensureFolder(system, layout(place.root).detours, place.root);
  }
  writeAtomic(system, markerPath(place), {
    bytes: new TextEncoder().encode(`${asciiJson(marker)}\n`),
    temporary: ".mpm-detour.tmp",
  });
}

/** Call with {@link lockDetours}. */
export function dropDetourMarker(system: System, place: Place): void {
  removeIfThere(system, markerPath(place));
}

/**
 * In git's folder of the worktree, since that comes with no clone: a marker
 * makes mpm switch branches. Outside git it changes no file.
 */
function markerPath(place: Place): string {
  return place.gitDir === undefined
    ? join(layout(place.root).detours, `${placeKey(place)}.json`)
    : join(place.gitDir, "mpm-detour.json");
}
