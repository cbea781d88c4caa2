import { attempt } from "../base/errors.ts";
import type { Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { carry, isCarried, isOpenItem } from "./carry.ts";
import { writeCarried } from "./handoff.ts";
import { type Item, NO_ID } from "./item.ts";
import { itemsHere } from "./open_items.ts";
import { fittingItem, readItems } from "./store.ts";

/** Numbers that a file can have. */
const MOST = 999_999_999;

/**
 * The open items of a save that this project does not know, as in another clone
 * or where `.claude-mpm/state/` was lost. What was closed here is known.
 */
export function unknownItems(
  system: System,
  root: string,
  saved: readonly Item[],
): Item[] {
  const open = saved.filter((item) =>
    isCarried(item) && isOpenItem(item) && item.id !== NO_ID
  );
  if (open.length === 0) return [];
  const kept = attempt(() => readItems(system, root))?.items ?? [];
  const known = new Set(kept.map(({ id }) => id));
  return open.filter(({ id }) => !known.has(id));
}

/**
 * Takes items of a save among those that are carried here, for the line of work
 * of this worktree. Call under the project's lock, with items that the user
 * made or trusts. Throws what reading and writing throws.
 */
export function adoptItems(
  system: System,
  workspace: Workspace,
  items: readonly Item[],
): void {
  const { kept, open, here } = itemsHere(system, workspace);
  const { place, session } = here;
  const fresh = items.map((item) => withSoundNumber(fittingItem(system, item)));
  // Those that can keep their numbers come first.
  const isFree = ({ number = 0 }: Item) => !kept.taken.has(number);
  const order = [
    ...fresh.filter(isFree),
    ...fresh.filter((item) => !isFree(item)),
  ];
  const carried = carry({ items: kept.items, open, taken: kept.taken }, {
    items: order,
    ...{ place, session, save: null, agent: undefined, now: system.now() },
  });
  writeCarried(system, workspace.root, carried, { synced: true });
}

/** What a save says may be anything; a file's name has nine digits at most. */
function withSoundNumber(item: Item): Item {
  const { number, ...rest } = item;
  return number !== undefined && number <= MOST ? item : rest;
}
