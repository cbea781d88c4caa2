import { MpmError } from "../../base/errors.ts";
import { getOwn } from "../../base/own.ts";
import { field, isFields } from "../../base/odd_values.ts";
import { allowedDigests, setAllowed } from "./store.ts";
import { withUserLock } from "../../ops/lock.ts";
import { noteUndoLocked, type Undone, type UndoOrder } from "../../ops/undo.ts";

/** Digests of the scripts that may run, by their paths; null: none may. */
type Digests = Record<string, string | null>;

function digestsIn(side: unknown): Digests {
  const found = field(side, "allowed");
  if (!isFields(found)) return {};
  return Object.fromEntries(
    Object.entries(found).filter(([, digest]) =>
      digest === null || /^[0-9a-f]{64}$/.test(String(digest))
    ),
  ) as Digests;
}

/** Lets run again what might run before, and nothing else. */
export async function undoAllow(
  { context: { system }, entry, root, dryRun }: UndoOrder,
): Promise<Undone> {
  const [before, after] = [entry.before, entry.after].map(digestsIn);
  const allowed = dryRun ? "allow" : "allowed";
  const details = Object.entries(before!).map(([path, digest]) =>
    digest === null
      ? `no longer ${allowed}: ${path}`
      : `${allowed} as before: ${path}`
  );
  return await withUserLock(system, () => {
    const now = allowedDigests(system, Object.keys(before!));
    // What is as before already was done by an undo that was cut short.
    const changed = Object.entries(before!).find(([path, was]) => {
      const is = getOwn(now, path);
      return is !== (getOwn(after!, path) ?? null) && is !== was;
    })?.[0];
    if (changed !== undefined) {
      throw new MpmError(
        "CONFLICT",
        `Operation ${entry.id} cannot be taken back: another text of ` +
          `"${changed}" was allowed since`,
        { hint: '"mpm log" shows by which operation' },
      );
    }
    if (dryRun) return { details, left: [], operation: undefined };
    setAllowed(system, before!);
    const operation = noteUndoLocked(system, root, {
      entry,
      before: { allowed: after },
      after: { allowed: before },
    });
    return { details, left: [], operation };
  });
}
