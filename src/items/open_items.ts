import { attempt } from "../base/errors.ts";
import { remembered } from "../base/remembered.ts";
import { sha256 } from "../base/digest.ts";
import type { Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { currentWork, findWork, isOpen, placeKey } from "../work/mod.ts";
import { isOpenItem } from "./carry.ts";
import type { Item, KeptItem } from "./item.ts";
import { type Kept, readItems } from "./store.ts";

/** A line of work, to which items belong. */
export interface Here {
  /** The worktree, by `placeKey()`. */
  readonly place: string;
  /** The current session; null: the worktree has no session. */
  readonly session: string | null;
  /** True if that session is a detour. */
  readonly detour: boolean;
}

/** The items of a project, as seen from one line of work. */
export interface ItemsHere {
  readonly kept: Kept;
  readonly here: Here;
  /** The items of this line of work, open and closed, by number. */
  readonly own: readonly KeptItem[];
  /** The open items among these. */
  readonly open: readonly KeptItem[];
}

export type Place = Pick<Workspace, "root" | "linked" | "gitDir">;

/**
 * Returns the open items of this line of work, by number, and a sentence for
 * each problem. Never throws an MpmError. Usually only looks for the folder.
 */
export function openItems(
  system: System,
  workspace: Place,
): { items: readonly KeptItem[]; problems: readonly string[] } {
  return attempt(() => {
    const { open, kept } = itemsHere(system, workspace);
    return { items: open, problems: kept.problems };
  }, ({ message }) => ({ items: [], problems: [message] }));
}

/**
 * Returns the items of the project, and which of them belong to this line of
 * work. Throws the errors of `readItems()`.
 */
export function itemsHere(system: System, workspace: Place): ItemsHere {
  const { root } = workspace;
  const kept = readItems(system, root);
  if (!kept.begun) {
    // Most projects have no items, so the session is looked up only if it is
    // needed.
    return {
      ...{ kept, own: [], open: [] },
      get here() {
        return hereOf(system, workspace);
      },
    };
  }
  const here = hereOf(system, workspace);
  const ownerOf = ownersIn(system, root);
  const own = kept.items.filter((item) => isOf(here, ownerOf(item)));
  return { kept, here, own, open: own.filter(isOpenItem) };
}

/**
 * Returns this line of work's items open at a given time, as new items. Throws
 * the errors of `readItems()`.
 */
export function itemsAt(system: System, workspace: Place, at: string): Item[] {
  return itemsHere(system, workspace).own
    .filter((item) => item.at <= at && (item.closed_at ?? "~") > at)
    .map(({ kind, text, why, source, via, at, save, state }) => ({
      ...{ id: newItemId(system), kind, text, source, via, at, save },
      ...why === undefined ? {} : { why },
      state: state === "doing" ? state : "open",
    }));
}

/** Returns the line of work of a worktree. */
export function hereOf(system: System, workspace: Place): Here {
  const place = placeKey(workspace);
  const { work } = currentWork(system, workspace.root, place);
  return {
    place,
    session: work?.id ?? null,
    detour: work !== undefined && work.parent !== null,
  };
}

type Owner = Pick<KeptItem, "place" | "session">;

/** Returns whether an item is visible here; detours hide other items. */
function isOf({ place, session, detour }: Here, owner: Owner): boolean {
  return owner.session === null
    ? owner.place === place && !detour
    : owner.session === session;
}

/** The maximum depth of nested sessions to follow. */
const DEEPEST = 1000;

/**
 * Returns a function that finds the line of work to which items currently
 * belong. The open items of an ended detour belong to its parent, and those of
 * another ended session to the worktree. So the end of a session hides nothing.
 */
function ownersIn(system: System, root: string): (item: Owner) => Owner {
  const workOf = remembered((id) => findWork(system, root, id));
  const heirOf = (session: string, place: string): Owner | undefined => {
    const work = workOf(session);
    if (!work) return { place, session: null };
    if (isOpen(work.state)) return undefined;
    if (work.parent === null) return { place: work.place, session: null };
    const parent = workOf(work.parent);
    return { place: parent?.place ?? place, session: parent?.id ?? null };
  };
  return (item) => {
    let owner = item;
    for (let depth = 0; owner.session !== null && depth < DEEPEST; depth++) {
      const next = heirOf(owner.session, owner.place);
      if (!next) break;
      owner = next;
    }
    return owner;
  };
}

/** Returns the ID for a new item: 12 random hex digits. */
export function newItemId(system: System): string {
  return sha256(system.random() + system.random() + system.random())
    .slice(0, 12);
}
