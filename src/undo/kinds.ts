import {
  earlierHint,
  type KnownEntry,
  type Lasting,
  OPERATIONS,
  type UndoKind,
} from "../ops/mod.ts";
import { getOwn } from "../base/own.ts";
import { field } from "../base/parsed_values.ts";

/** Returns how an operation is undone, or why it never can be. */
export function undoKindOf(
  entries: readonly KnownEntry[],
  entry: KnownEntry,
): UndoKind | Lasting {
  const { operation } = rootOf(entries, entry);
  return lastingReason(entry) ?? getOwn(OPERATIONS, operation) ?? {
    reason: `this version of mpm does not know the operation "${operation}"`,
    instead: "Undo it with the version of mpm that ran it",
  };
}

/** Returns why an operation can never be undone, if that is known. */
export function lastingIn(
  entries: readonly KnownEntry[],
  entry: KnownEntry,
): Lasting | undefined {
  const kind = undoKindOf(entries, entry);
  return typeof kind === "string" ? undefined : kind;
}

function lastingReason(
  { operation, before, after }: KnownEntry,
): Lasting | undefined {
  const kind = getOwn(OPERATIONS, operation);
  if (typeof kind === "object") return kind;
  const changed = [before, after].some((side) =>
    field(side, "files") !== undefined || field(side, "list") !== undefined
  );
  if (operation === "init" && !changed) {
    return {
      reason: "it created the folder that contains this log",
      instead: "To remove mpm from this project, delete .claude-mpm",
    };
  }
  const migrates = /^migrate(?: --rollback)?$/.test(operation);
  if (migrates && typeof field(after, "backup") !== "string") {
    return {
      reason: "it made no backup",
      instead: "Without --no-backup a migration makes one",
    };
  }
  return undefined;
}

/** Returns the alternative: undo the operation before this one. */
export function onwards(
  entries: readonly KnownEntry[],
  entry: KnownEntry,
): string | undefined {
  const usable = entries.filter((one) => !lastingIn(entries, one));
  return earlierHint(usable, entry);
}

/** Returns the original operation of an undo, or of an undo of an undo. */
function rootOf(
  entries: readonly KnownEntry[],
  entry: KnownEntry,
): KnownEntry {
  let root = entry;
  while (root.undoes !== undefined) {
    // An undo always comes after its operation, so this recursion ends.
    const before = entries.find(({ id }) => id === root.undoes && id < root.id);
    if (!before) break;
    root = before;
  }
  return root;
}
