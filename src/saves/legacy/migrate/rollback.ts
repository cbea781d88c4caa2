import type { Change, ChangeSet, FileState, Ref, Step } from "./change_set.ts";
import { idOf, POINTER } from "../old_names.ts";
import { refKey } from "./old_store.ts";

interface RollbackPlan {
  readonly steps: readonly Step[];
  /** `from`: the file that was made from this one. */
  readonly changes: readonly Change[];
}

/**
 * Decides how to restore the state before the changes of `record`. Files that
 * changed since then stay. `now` returns the current state.
 */
export function planRollback(
  record: ChangeSet,
  now: (at: Ref) => FileState | null,
): RollbackPlan {
  const madeOf = new Map<string, Ref>();
  for (const { at, from } of record.changes) {
    if (from) madeOf.set(refKey(from), at);
  }
  const steps: Step[] = [];
  const changes: Change[] = [];
  const needed = stillNeeded(record.changes, now);
  for (const { at, before: wanted, after: left } of record.changes) {
    const present = now(at);
    if (isRestored(present, wanted)) continue;
    const other = isOther({ before: wanted, after: left }, present);
    // A later save replaced the pointer, which is derived from the existing
    // saves.
    if (other && isPointer(at)) continue;
    if (other || needed.has(refKey(at))) {
      const note = other
        ? "it has changed since, so mpm kept it"
        : "its source has changed since, so mpm kept it";
      steps.push({ action: "leave", from: at, to: null, note });
      continue;
    }
    const from = (wanted && madeOf.get(refKey(at))) ?? null;
    changes.push({ at, before: present, after: wanted, from });
    const action = wanted ? "restore" : "remove";
    steps.push({ action, from: at, to: null, note: null });
  }
  return { steps, changes };
}

/** Returns whether the file is the pointer to the newest save. */
export function isPointer({ place, name }: Ref): boolean {
  return place === "sessions" && name === POINTER;
}

type Before = Pick<Change, "before" | "after">;

/** Returns whether someone has since put something else in this place. */
function isOther({ before, after }: Before, present: FileState | null) {
  return !isSame(present, after) && !isSame(present, before);
}

/**
 * Returns the files whose content exists nowhere else, since the files they
 * were made from cannot be restored. Everything with the same ID stays.
 */
function stillNeeded(
  changes: readonly Change[],
  now: (at: Ref) => FileState | null,
): ReadonlySet<string> {
  const stays = new Set(
    changes.filter((change) => isOther(change, now(change.at)))
      .map(({ at }) => refKey(at)),
  );
  const ofId = Map.groupBy(
    changes.filter(({ at }) => at.place === "sessions" || at.place === "kept"),
    ({ at }) => idOf(at.name),
  );
  const needed = new Set<string>();
  for (let size = -1; size < needed.size;) {
    size = needed.size;
    for (const { at, from } of changes) {
      // A pointer is derived from the rest.
      if (!from || at.name === POINTER || needed.has(refKey(at))) continue;
      if (!stays.has(refKey(from)) && !needed.has(refKey(from))) continue;
      const id = idOf(at.name);
      const all = id === undefined ? [] : ofId.get(id) ?? [];
      for (const one of [{ at }, ...all]) needed.add(refKey(one.at));
    }
  }
  return needed;
}

/** Returns whether two states have the same content, or both are missing. */
function isSame(a: FileState | null, b: FileState | null): boolean {
  return a?.sha256 === b?.sha256;
}

function isRestored(present: FileState | null, wanted: FileState | null) {
  return isSame(present, wanted) && present?.mtime === wanted?.mtime &&
    present?.mode === wanted?.mode;
}
