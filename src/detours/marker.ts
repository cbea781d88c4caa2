import { field, isFields } from "../base/odd_values.ts";
import type { Aside } from "../ops/aside.ts";
import type { CheckpointRef } from "../checkpoints/restore/marker.ts";
import { CHECKPOINT_ID } from "../checkpoints/name.ts";
import { WORK_ID } from "../git/ids.ts";
import type { Position, Workspace } from "../git/repository.ts";
import { STATES, type WorkState } from "../work/life_cycle.ts";
import { join } from "@std/path";
import { isMissing, MpmError } from "../base/errors.ts";
import { asciiJson } from "../base/escape.ts";
import { placeKey } from "../work/current.ts";
import type { System } from "../system/system.ts";
import { removeIfThere, writeAtomic } from "../ops/atomic.ts";
import { ensureFolder } from "../ops/folders.ts";
import { layout } from "../ops/layout.ts";

/**
 * A `branch` or `return` under way: written before its first change, removed
 * after its last. A command that finds one whose process is gone takes the
 * operation back, or finishes it where its commit point was passed.
 */
export interface DetourMarker {
  readonly schema: 1;
  readonly operation: "branch" | "return";
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly place: string;
  /** The worktree that changes, absolute. */
  readonly worktree: string;
  readonly child: string;
  readonly parent: string | null;
  /** The state the parent had. */
  readonly parent_state: WorkState | null;
  /** Whether the parent's record was made for this. */
  readonly made_parent: boolean;
  /** Whether worktree, index or HEAD may differ from what they were. */
  readonly changing: boolean;
  readonly from: Position;
  /** null: HEAD stays where it is. */
  readonly to: Position | null;
  /** The git branch that is made for it, and where it starts. */
  readonly created: { readonly branch: string; readonly head: string } | null;
  /** Worktree and index as they were; null: they were clean, or stay. */
  readonly before: CheckpointRef | null;
  /** What is put into the worktree at the end. */
  readonly after: CheckpointRef | null;
  /** The worktree that is made, absolute. */
  readonly linked: string | null;
  /** Of a return: the words for the child, how it ends, how its parent knows. */
  readonly ending: Ending | null;
  /** What stood in the way of a return. */
  readonly aside?: readonly Aside[];
}

/** How a return ends its session. */
export interface Ending {
  readonly action: "complete" | "cancel";
  readonly summary: string;
  /** The checkpoint with what the child left uncommitted. */
  readonly leftovers: string | null;
  /** The parked work that is not restored. */
  readonly kept: string | null;
}

/** Whether a marker that was read is one. */
export function isDetourMarker(value: unknown): value is DetourMarker {
  const is = (name: string, check: (value: unknown) => boolean) =>
    check(field(value, name));
  return isFields(value) && is("schema", (schema) => schema === 1) &&
    is("operation", (name) => name === "branch" || name === "return") &&
    is("at", isText) && is("place", isText) && is("worktree", isText) &&
    is("child", isWorkId) && is("parent", orNull(isWorkId)) &&
    is(
      "parent_state",
      orNull((state) => STATES.includes(state as WorkState)),
    ) &&
    is("made_parent", isBoolean) && is("changing", isBoolean) &&
    is("from", isPosition) && is("to", orNull(isPosition)) &&
    is("created", orNull(isCreated)) && is("before", orNull(isKey)) &&
    is("after", orNull(isKey)) && is("linked", orNull(isText)) &&
    is("ending", orNull(isEnding)) &&
    is("aside", (aside) => aside === undefined || isAside(aside));
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isBoolean: Check = (value) => typeof value === "boolean";
const isWorkId: Check = (value) => isText(value) && WORK_ID.test(String(value));
const isObjectId: Check = (value) =>
  isText(value) && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(String(value));
const orNull = (check: Check): Check => (value) =>
  value === null || check(value);
const isPosition: Check = (value) =>
  orNull(isText)(field(value, "branch")) &&
  orNull(isObjectId)(field(value, "head"));
const isCreated: Check = (value) =>
  isText(field(value, "branch")) && isObjectId(field(value, "head"));
const isKey: Check = (value) =>
  CHECKPOINT_ID.test(String(field(value, "id"))) &&
  isObjectId(field(value, "commit"));
const isEnding: Check = (value) =>
  ["complete", "cancel"].includes(String(field(value, "action"))) &&
  isText(field(value, "summary")) &&
  orNull(isText)(field(value, "leftovers")) &&
  orNull(isText)(field(value, "kept"));

const isAside: Check = (value) =>
  Array.isArray(value) && value.every((one) => {
    const paths = field(one, "paths");
    return isText(field(one, "trash")) && Array.isArray(paths) &&
      paths.every(isText);
  });

/** Whether HEAD is there: on that branch, or detached at that commit. */
export function isAt(now: Position, wanted: Position): boolean {
  return now.branch === wanted.branch &&
    (wanted.branch !== null || now.head === wanted.head);
}

/** A position in a message: `"main"`, or `commit 1234567`. */
export function positionText({ branch, head }: Position): string {
  if (branch !== null) return `"${branch}"`;
  return head === null ? "no commit" : `commit ${head.slice(0, 7)}`;
}

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

/** The worktree that an operation is about. */
type Place = Pick<Workspace, "root" | "linked" | "gitDir">;

/** Whether there is a marker; costs one look at a file's entry. */
export function hasDetourMarker(system: System, place: Place): boolean {
  return system.files.lstat(markerPath(place)) !== undefined;
}

/** Throws UNREADABLE for what mpm could not have written. */
export function readDetourMarker(
  system: System,
  place: Place,
): DetourMarker | undefined {
  const path = markerPath(place);
  try {
    const bytes = system.files.readOwn(path, LARGEST);
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (isDetourMarker(value) && value.place === placeKey(place)) return value;
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
