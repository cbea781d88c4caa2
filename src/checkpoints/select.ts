import { MpmError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { atIndex, holdsPart, listHint, onlyOne } from "../base/selector.ts";
import { ageWords, isAhead } from "../base/times.ts";
import type { Context } from "../cli/mod.ts";
import { type Origin, Origins } from "../saves/mod.ts";
import type { StoredCheckpoint } from "./checkpoint.ts";
import { checkpointId } from "./name.ts";
import { type CheckpointPlace, findPlace, listCheckpoints } from "./place.ts";
import { ownMark } from "./record.ts";

/** The argument that names a checkpoint. */
export const CHECKPOINT = {
  name: "checkpoint",
  summary:
    "The checkpoint: its name or part of the name, number in the list, or latest",
  names: "checkpoint",
} as const;

/** Returns whether mpm took the checkpoint for itself, so lists hide it. */
export function isHidden({ kind }: Pick<StoredCheckpoint, "kind">): boolean {
  return kind === "safety" || kind === "batch";
}

/** Returns the selected checkpoint. Throws NOT_FOUND, AMBIGUOUS. */
export async function findTarget(context: Context, selector: string): Promise<
  { place: CheckpointPlace; target: StoredCheckpoint; origin: Origin }
> {
  const place = await findPlace(context);
  const records = await listCheckpoints(context.system, place);
  const target = matchCheckpoint(records, selector);
  noteFuture(context, target, records);
  const origin = new Origins(context.system).of(ownMark(target));
  return { place: { ...place, vault: place.vault! }, target, origin };
}

/** Warns if a wrong clock makes another checkpoint the newest. */
function noteFuture(
  { system, note }: Context,
  target: StoredCheckpoint,
  records: readonly StoredCheckpoint[],
): void {
  const now = system.now();
  const isFuture = ({ created_at: time }: StoredCheckpoint) =>
    isAhead(time, now);
  if (!isFuture(target)) return;
  const other = records.find((one) => !isHidden(one) && !isFuture(one));
  const age = ageWords(new Date(target.created_at), now);
  note(
    `Warning: the checkpoint "${target.name}" is ${age}` +
      (other ? `. The newest before it is "${other.name}"` : ""),
  );
}

/**
 * Finds the checkpoint for `selector`. This is `latest` (the newest in the
 * list), a name, an ID, an index of up to four digits, or a part of a name.
 * `records` are in the order of the list. Throws NOT_FOUND, AMBIGUOUS, USAGE.
 */
export function matchCheckpoint(
  records: readonly StoredCheckpoint[],
  selector: string,
): StoredCheckpoint {
  const wanted = selector.trim();
  const choices = {
    items: listed(records),
    noun: "checkpoint",
    label: ({ name }: StoredCheckpoint) => name,
    empty:
      'This project has no checkpoints; "mpm checkpoint save <name>" takes one',
  };
  const found = atIndex(wanted, choices) ??
    onlyOne(candidates(records, wanted), selector, {
      ...choices,
      hint: "Use the full name, or a part that matches only one",
    });
  if (found) return found;
  throw new MpmError("NOT_FOUND", `No checkpoint matches "${selector}"`, {
    hint: records.length === 0 ? choices.empty : didYouMean(
      wanted,
      ["latest", ...records.map(({ name }) => name)],
      listHint(choices),
    ),
  });
}

function candidates(
  records: readonly StoredCheckpoint[],
  selector: string,
): readonly StoredCheckpoint[] {
  if (selector === "") return [];
  if (selector === "latest") {
    return records.filter((one) => !isHidden(one)).slice(0, 1);
  }
  const exact = records.filter(({ name, id }) =>
    name === selector || id === selector.toLowerCase()
  );
  // A planted record may have another checkpoint's name.
  const right = exact.find(({ id }) =>
    id === selector || id === checkpointId(selector)
  );
  if (exact.length > 0) return [right ?? exact[0]!];
  const holding = records.filter(({ name }) => holdsPart(name, selector));
  const own = holding.filter((one) => !isHidden(one));
  return own.length > 0 ? own : holding;
}

/** Returns the order of a list: hidden checkpoints come after all others. */
export function listed(
  records: readonly StoredCheckpoint[],
): StoredCheckpoint[] {
  return [
    ...records.filter((one) => !isHidden(one)),
    ...records.filter(isHidden),
  ];
}
