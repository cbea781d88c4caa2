import { attempt } from "../base/errors.ts";
import type { Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { carry, isCarried, isOpenItem } from "./carry.ts";
import { writeCarried } from "./handoff.ts";
import { type Handoff, type Item, NO_ID } from "./item.ts";
import { hereOf, itemsHere } from "./open_items.ts";
import { soundVars } from "./set_var.ts";
import { fittingItem, readItems } from "./store.ts";
import { readVars, type Vars, writeVars } from "./vars.ts";

/** The highest number that an item file can have. */
const MOST = 999_999_999;

/**
 * Returns the open items of a save that this project does not know, e.g. in
 * another clone. Items that were closed here count as known.
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
 * Adds items of a save to those of this line of work. Call under the project's
 * lock, with items that the user made or trusts. Throws errors of files.
 */
export function adoptItems(
  system: System,
  workspace: Workspace,
  items: readonly Item[],
): void {
  const { kept, open, here } = itemsHere(system, workspace);
  const { place, session } = here;
  const fresh = items.map((item) => withSoundNumber(fittingItem(system, item)));
  // Items that can keep their numbers are added first.
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

/**
 * Returns the variables of a save if this project has none of its items.
 * Otherwise they were already set here, and may have changed since.
 */
export function unknownVars(
  system: System,
  root: string,
  { items, vars = {} }: Pick<Handoff, "items" | "vars">,
): Vars {
  if (Object.keys(vars).length === 0) return {};
  const kept = attempt(() => readItems(system, root));
  if (!kept) return {};
  const known = new Set(kept.items.map(({ id }) => id));
  const isKnown = items.length === 0
    ? kept.begun
    : items.some(({ id }) => known.has(id));
  return isKnown ? {} : vars;
}

/**
 * Sets variables of a save for the line of work of this worktree, unless it
 * already has variables. Call under the project's lock, with variables that the
 * user made or trusts. Throws errors of reading and writing.
 */
export function adoptVars(
  system: System,
  workspace: Workspace,
  vars: Vars,
): void {
  const here = hereOf(system, workspace);
  if (Object.keys(readVars(system, workspace.root, here)).length > 0) return;
  const sound = soundVars(system, vars);
  writeVars(system, workspace.root, { here, vars: sound });
}

/** A save can contain any number, but a file name has at most nine digits. */
function withSoundNumber(item: Item): Item {
  const { number, ...rest } = item;
  return number !== undefined && number <= MOST ? item : rest;
}
