import type { DetourFacts, Ending } from "./intent.ts";
import {
  clearCurrent,
  currentWork,
  findWork,
  isOpen,
  moved,
  pointTo,
  withKept,
  type Work,
  writeWork,
} from "../work/mod.ts";
import type { System } from "../system/system.ts";

/**
 * Ends a detour in this order: the session, its parent, the worktree's pointer.
 * The first step is the commit point. Skips finished steps. Call under the
 * store's lock.
 */
export function endDetour(
  system: System,
  root: string,
  { facts, ending, time }: {
    facts: Ended;
    ending: Ending;
    time: Date;
  },
): { child: Work | undefined; parent: Work | undefined } {
  const child = ended(system, root, { facts, ending, time });
  const parent = resumed(system, root, { facts, ending, time, child });
  const { place } = facts;
  if (parent && isOpen(parent.state) && parent.place === place) {
    pointTo(system, root, { place, id: parent.id });
  } else if (!currentWork(system, root, place).work) {
    clearCurrent(system, root, place);
  }
  return { child, parent };
}

/** Identifies the detour. */
type Ended = Pick<DetourFacts, "child" | "parent" | "place">;

interface End {
  readonly facts: Ended;
  readonly ending: Ending;
  readonly time: Date;
}

function ended(
  system: System,
  root: string,
  { facts, ending, time }: End,
): Work | undefined {
  const work = findWork(system, root, facts.child);
  if (!work || !isOpen(work.state)) return work;
  // From the paused state, the table of transitions allows the end only through
  // the active state.
  const active = work.state === "paused" ? moved(work, "resume", time) : work;
  return writeWork(system, root, {
    ...moved(active, ending.action, time),
    summary: ending.summary === "" ? null : ending.summary,
  });
}

function resumed(
  system: System,
  root: string,
  { facts, ending, time, child }: End & { child: Work | undefined },
): Work | undefined {
  const parent = facts.parent === null
    ? undefined
    : findWork(system, root, facts.parent);
  if (!parent) return undefined;
  const { leftovers, kept, summary } = ending;
  const at = time.toISOString();
  const isListed = parent.children.some(({ id }) => id === facts.child);
  const entry = {
    id: facts.child,
    name: child?.name ?? null,
    summary: child?.summary ?? summary,
    at,
    ...leftovers === null ? {} : { leftovers },
    ...ending.action === "cancel" ? { cancelled: true } : {},
  };
  const goesOn = parent.state === "paused" &&
    isCalledBack(system, root, { parent, place: facts.place });
  const open = goesOn ? moved(parent, "resume", time) : parent;
  const next: Work = {
    ...open,
    children: isListed ? open.children : [...open.children, entry],
  };
  const same = isListed && open === parent && kept === null;
  if (same) return parent;
  const one = { checkpoint: kept ?? "", session: facts.child, at };
  return writeWork(system, root, kept === null ? next : withKept(next, one));
}

/**
 * Returns whether a parent continues when a detour at `place` ends. By now, the
 * parent's own worktree may have another session.
 */
export function isCalledBack(
  system: System,
  root: string,
  { parent, place }: { parent: Work; place: string },
): boolean {
  return parent.place === place ||
    currentWork(system, root, parent.place).work?.id === parent.id;
}

/** Records that a checkpoint contains work of `owner`. Call under the lock. */
export function keepParked(
  system: System,
  root: string,
  { owner, checkpoint, child, time }: {
    owner: string | null;
    checkpoint: string;
    child: string;
    time: Date;
  },
): void {
  const work = owner === null ? undefined : findWork(system, root, owner);
  if (!work) return;
  const one = { checkpoint, session: child, at: time.toISOString() };
  writeWork(system, root, withKept(work, one));
}
