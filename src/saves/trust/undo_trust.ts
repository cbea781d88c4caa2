import { MpmError } from "../../base/errors.ts";
import { getOwn } from "../../base/own.ts";
import {
  readTrusted,
  type Trusted,
  trustedIn,
  writeTrusted,
} from "./origins.ts";
import { withUserLock } from "../../ops/lock.ts";
import { noteUndoLocked, type Undone, type UndoOrder } from "../../ops/undo.ts";

/** Trusts again what was trusted before, and nothing else. */
export async function undoTrust(
  { context: { system }, entry, root, dryRun }: UndoOrder,
): Promise<Undone> {
  const [before, after] = [trustedIn(entry.before), trustedIn(entry.after)];
  const idOf = (digest: string) =>
    (getOwn(before, digest) ?? getOwn(after, digest))?.session_id ?? digest;
  const trusted = dryRun ? "trust" : "trusted";
  const details = Object.entries(before).map(([digest, was]) =>
    `${was ? `${trusted} again` : `no longer ${trusted}`}: ${idOf(digest)}`
  );
  return await withUserLock(system, () => {
    const saves = readTrusted(system);
    for (const [digest, was] of Object.entries(before)) {
      const now = saves.get(digest);
      // What is as before already was done by an undo that was cut short.
      if (!isSame(now, getOwn(after, digest)) && !isSame(now, was)) {
        throw new MpmError(
          "CONFLICT",
          `Operation ${entry.id} cannot be taken back: "${idOf(digest)}" was ` +
            "trusted once more since",
          { hint: '"mpm log" shows by which operation' },
        );
      }
      if (was) saves.set(digest, was);
      else saves.delete(digest);
    }
    if (dryRun) return { details, left: [], operation: undefined };
    writeTrusted(system, saves);
    const operation = noteUndoLocked(system, root, {
      entry,
      before: { trusted: after },
      after: { trusted: before },
    });
    return { details, left: [], operation };
  });
}

function isSame(
  one: Trusted | null | undefined,
  other: Trusted | null | undefined,
): boolean {
  return (one?.at ?? null) === (other?.at ?? null);
}
