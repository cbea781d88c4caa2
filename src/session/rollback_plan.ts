import type { Change, ChangeSet, FileState, Ref, Step } from "./change_set.ts";
import { refKey } from "./old_store.ts";

/** A change that takes another one back. */
export interface Restoring {
  readonly at: Ref;
  /** What is there now. */
  readonly before: FileState | null;
  readonly after: FileState | null;
  /** The file that had been made of this one. */
  readonly from: Ref | null;
  /** Whether that file itself comes back; else the backup's copy. */
  readonly linked: boolean;
}

export interface RollbackPlan {
  readonly steps: readonly Step[];
  readonly changes: readonly Restoring[];
}

/**
 * Decides how to restore what was there before the changes of `record`. What is
 * no longer as they left it was made since, and stays. `now` says what is there.
 */
export function planRollback(
  record: ChangeSet,
  now: (at: Ref) => FileState | null,
): RollbackPlan {
  const madeOf = new Map<string, Change>();
  for (const change of record.changes) {
    if (change.from) madeOf.set(refKey(change.from), change);
  }
  const steps: Step[] = [];
  const changes: Restoring[] = [];
  for (const { at, before: wanted, after: left } of record.changes) {
    const present = now(at);
    if (isRestored(present, wanted)) continue;
    if (!isSame(present, left) && !isSame(present, wanted)) {
      const note = "it is not as it was left, and stays";
      steps.push({ action: "leave", from: at, to: null, note });
      continue;
    }
    const made = madeOf.get(refKey(at));
    const linked = !!wanted && !present && !!made?.linked && !made.before &&
      isSame(now(made.at), made.after);
    changes.push({
      at,
      before: present,
      after: wanted,
      from: (wanted && made?.at) ?? null,
      linked,
    });
    const action = wanted ? "restore" : "remove";
    steps.push({ action, from: at, to: null, note: null });
  }
  return { steps, changes };
}

/** Whether two states are of the same content, or both of nothing. */
function isSame(a: FileState | null, b: FileState | null): boolean {
  return a?.sha256 === b?.sha256;
}

function isRestored(present: FileState | null, wanted: FileState | null) {
  return isSame(present, wanted) && present?.mtime === wanted?.mtime &&
    present?.mode === wanted?.mode;
}
