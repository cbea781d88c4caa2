import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { attempt } from "../../base/errors.ts";
import { field, isFields, jsonIn } from "../../base/parsed_values.ts";
import type { QuickPlace } from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import { asideIn } from "../aside.ts";
import { removeIfThere } from "../atomic.ts";
import { type JournalEntry, parseEntry } from "../entry.ts";
import { lineSeals, type Operation } from "../journal.ts";
import { layout } from "../layout.ts";
import { journalKey } from "../seal.ts";
import { beginIntent } from "./intents.ts";

/** Converts a marker of one kind. Call under the lock of that kind. */
export type OldMarkers = (system: System, place: QuickPlace) => void;

/** The largest marker, in bytes. */
const LARGEST = 4 * 1024 * 1024;

/**
 * Returns the file in which earlier versions recorded a running undo. Each such
 * file is converted to an intent once, and then removed.
 */
function oldUndo(root: string): string {
  return join(layout(root).state, "undo.json");
}

function oldRestore({ root, worktree }: QuickPlace): string {
  const key = sha256(new TextEncoder().encode(worktree)).slice(0, 16);
  return join(layout(root).state, `restore-${key}.json`);
}

function oldDetour({ root, gitDir }: QuickPlace): string {
  return gitDir === undefined
    ? join(layout(root).state, "detours", "main.json")
    : join(gitDir, "mpm-detour.json");
}

/** Returns whether an earlier version left a marker of an undo. */
export function hasOldUndo(system: System, root: string): boolean {
  return system.files.peek(oldUndo(root)) !== undefined;
}

/**
 * Returns whether an earlier version left a marker of a restore, a branch or a
 * return.
 */
export function hasOldMarker(system: System, place: QuickPlace): boolean {
  return [oldRestore(place), oldDetour(place)]
    .some((path) => system.files.peek(path) !== undefined);
}

/**
 * Takes over the undo that an earlier version recorded. Without the user's key,
 * the marker stays. Call under the lock.
 */
export function takeOldUndo(
  system: System,
  root: string,
  take: (operation: Operation) => void,
): void {
  if (!hasOldUndo(system, root) || !journalKey(system)) return;
  const line = textOf(system, oldUndo(root));
  const entry: JournalEntry & { seal?: string } | undefined = parseEntry(line);
  if (entry && lineSeals(system, undefined).isOwn(line)) {
    const { id: _id, seal: _seal, ...operation } = entry;
    take(operation as Operation);
  }
  removeIfThere(system, oldUndo(root));
}

/**
 * Converts the marker of a restore. The marker may have come with a clone, but
 * the ref that a restore needs cannot.
 */
export const takeOldRestore: OldMarkers = (system, place) => {
  const path = oldRestore(place);
  if (!system.files.lstat(path)) return;
  const marker = jsonIn(textOf(system, path));
  if (isRestore(marker) && marker.worktree === place.worktree) {
    const { restore: id, worktree, staging: _staging, ...facts } = marker;
    const aside = asideIn(facts.aside);
    beginIntent(system, place.root, {
      ...{ id: String(id), kind: "restore", worktree: String(worktree) },
      facts: { ...facts, aside },
    });
  }
  removeIfThere(system, path);
};

function isRestore(marker: unknown): marker is Record<string, unknown> {
  const [paths, brought] = [field(marker, "paths"), field(marker, "brought")];
  const isRef = (name: string) => {
    const ref = field(marker, name);
    return /^[\w.@-]+$/.test(String(field(ref, "id"))) &&
      /^[0-9a-f]{40,64}$/.test(String(field(ref, "commit")));
  };
  return isFields(marker) && isRef("target") && isRef("safety") &&
    /^[a-z0-9]{8,64}$/.test(String(marker.restore)) &&
    Array.isArray(paths) && paths.every((path) => typeof path === "string") &&
    (brought === null || /^[0-9a-f]{40,64}$/.test(String(brought)));
}

/**
 * Converts the marker of a detour. It is in git's folder, which does not come
 * with a clone.
 */
export const takeOldDetour: OldMarkers = (system, place) => {
  const path = oldDetour(place);
  if (!system.files.lstat(path)) return;
  const marker = jsonIn(textOf(system, path));
  const kind = field(marker, "operation");
  const isOne = isFields(marker) && marker.schema === 1 &&
    typeof kind === "string" && typeof marker.child === "string";
  // Outside git, the marker came with the project, and no file was changed.
  if (isOne && place.gitDir !== undefined) {
    const { schema: _, operation: __, worktree: ___, ...facts } = marker;
    const { root, worktree } = place;
    beginIntent(system, root, { kind, worktree, facts });
  }
  removeIfThere(system, path);
};

function textOf(system: System, path: string): string {
  const bytes = attempt(() => system.files.readOwn(path, LARGEST));
  return new TextDecoder().decode(bytes).trimEnd();
}
