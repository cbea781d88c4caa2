import type { Context } from "../../cli/command.ts";
import { ownMark } from "../../checkpoints/record.ts";
import { matchCheckpoint } from "../../checkpoints/select.ts";
import { CHECKPOINT_PREFIX } from "./origins.ts";
import { findPlace, listCheckpoints } from "../../checkpoints/place.ts";

/** A checkpoint that was named, as the list of what is trusted has it. */
interface Chosen {
  /** `checkpoint/<id>`. */
  readonly session_id: string;
  readonly summary: string;
  /** What its origin is known by. */
  readonly mark: { readonly id: string; readonly digest: string };
}

/** The checkpoints among what was named. Throws NOT_FOUND, AMBIGUOUS. */
export async function chosenCheckpoints(
  context: Context,
  { selectors, all }: { selectors: readonly string[]; all: boolean },
): Promise<Chosen[]> {
  const named = selectors.filter((one) => one.startsWith(CHECKPOINT_PREFIX))
    .map((one) => one.slice(CHECKPOINT_PREFIX.length));
  if (!all && named.length === 0) return [];
  const place = await findPlace(context, { create: false });
  const records = await listCheckpoints(context.system, place);
  const chosen = all
    ? records
    : new Set(named.map((one) => matchCheckpoint(records, one)));
  return [...chosen].map((record) => ({
    session_id: `${CHECKPOINT_PREFIX}${record.id}`,
    summary: record.note ?? record.name,
    mark: ownMark(record),
  }));
}
