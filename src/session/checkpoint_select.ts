import { MpmError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import type { StoredCheckpoint } from "./checkpoint.ts";
import { checkpointId } from "./checkpoint_name.ts";

/** Names that an error lists before it only counts the rest. */
const NAMED = 10;

/**
 * The checkpoint that `selector` means, in this order: `latest` (the newest
 * that is no safety checkpoint), a full name or id, a number in the list (from
 * 0), a part of a name that no other has. `records` are in the order of the
 * list. Throws NOT_FOUND with what there is, AMBIGUOUS with those that match.
 */
export function matchCheckpoint(
  records: readonly StoredCheckpoint[],
  selector: string,
): StoredCheckpoint {
  const found = candidates(records, selector.trim());
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new MpmError(
      "AMBIGUOUS",
      `"${selector}" matches ${found.length} checkpoints: ${names(found)}`,
      { hint: "Give the full name, or a part that only one of them has" },
    );
  }
  throw new MpmError("NOT_FOUND", `No checkpoint matches "${selector}"`, {
    hint: records.length === 0
      ? 'There are no checkpoints; "mpm checkpoint save <name>" takes one'
      : didYouMean(
        selector.trim(),
        ["latest", ...records.map(({ name }) => name)],
        `There are: ${names(records)}`,
      ),
  });
}

function candidates(
  records: readonly StoredCheckpoint[],
  selector: string,
): readonly StoredCheckpoint[] {
  if (selector === "") return [];
  if (selector === "latest") {
    return records.filter(({ kind }) => kind !== "safety").slice(0, 1);
  }
  const exact = records.filter(({ name, id }) =>
    name === selector || id === selector
  );
  // A record that was planted may have the name of another one.
  const right = exact.find(({ id }) =>
    id === selector || id === checkpointId(selector)
  );
  if (exact.length > 0) return [right ?? exact[0]!];
  const at = /^\d{1,5}$/.test(selector)
    ? listed(records)[Number(selector)]
    : undefined;
  if (at) return [at];
  const part = selector.toLowerCase();
  const holding = records.filter(({ name }) =>
    name.toLowerCase().includes(part)
  );
  const own = holding.filter(({ kind }) => kind !== "safety");
  return own.length > 0 ? own : holding;
}

/** What a list shows: safety checkpoints come after all others. */
export function listed(
  records: readonly StoredCheckpoint[],
): StoredCheckpoint[] {
  return [
    ...records.filter(({ kind }) => kind !== "safety"),
    ...records.filter(({ kind }) => kind === "safety"),
  ];
}

function names(records: readonly StoredCheckpoint[]): string {
  const shown = listed(records).slice(0, NAMED).map(({ name }) => name);
  const more = records.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
