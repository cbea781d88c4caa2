import { MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { isCarried, isOpenItem } from "./carry.ts";
import type { Handoff, Item, KeptItem } from "./item.ts";
import { itemsHere, type Place } from "./open_items.ts";
import { type Vars, varsHere } from "./vars.ts";

/** The items that are open now, from a save and its line of work. */
export interface ItemsNow {
  /** Items stored here, by number, then items only in the save. */
  readonly items: readonly Item[];
  /** State variables, by name. */
  readonly vars: Vars;
  /** A sentence for each problem with the files. */
  readonly problems: readonly string[];
}

/**
 * Returns the items that are open now: the save's items that no one has closed
 * since, in their current form, and newer items. Only items that are stored
 * here have a number. Never throws an MpmError.
 */
export function itemsNow(
  system: System,
  workspace: Place,
  { handoff, session, own }: {
    /** The hand-off of the save. */
    handoff: Handoff | undefined;
    /** The session that the save belongs to. */
    session: string | undefined;
    /** True if the save was made here. */
    own: boolean;
  },
): ItemsNow {
  const saved = handoff?.items ?? [];
  const vars = handoff?.vars ?? {};
  try {
    const { kept, open, here } = itemsHere(system, workspace);
    // Resuming a save of another session means leaving the current session.
    const left = session !== undefined && session !== here.session
      ? here.session
      : null;
    const items = mergeItems(saved, {
      kept: kept.items,
      open: open.filter((item) =>
        item.session === null || item.session !== left
      ),
    });
    // Later changes to the stored variables take precedence.
    const same = own && kept.begun && (session ?? null) === here.session;
    return {
      items,
      vars: { ...same ? {} : vars, ...varsHere(system, workspace) },
      problems: kept.problems,
    };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const items = mergeItems(saved, { kept: [], open: [] });
    return { items, vars, problems: [error.message] };
  }
}

/** Returns the open items, the stored ones first. */
export function mergeItems(
  saved: readonly Item[],
  { kept, open }: {
    kept: readonly KeptItem[];
    open: readonly KeptItem[];
  },
): Item[] {
  const known = new Map(kept.map((item) => [item.id, item]));
  const shown = new Map(open.map((item) => [item.id, asSaved(item)]));
  const elsewhere: Item[] = [];
  for (const item of saved.filter(isCarried)) {
    const own = known.get(item.id);
    if (own) {
      if (isOpenItem(own)) shown.set(own.id, asSaved(own));
      continue;
    }
    // A number from another clone would close a different item here.
    const { number: _, ...rest } = item;
    if (isOpenItem(item)) elsewhere.push(rest);
  }
  return [
    ...[...shown.values()].sort((a, b) => a.number! - b.number!),
    ...elsewhere,
  ];
}

function asSaved(
  { schema: _, place: __, session: ___, seal: ____, ...item }: KeptItem,
): Item {
  return item;
}
