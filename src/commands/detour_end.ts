import type { DetourMarker, Ending } from "../session/detour.ts";
import type { Work } from "../session/work.ts";
import { moved } from "../session/work_record.ts";
import { isOpen } from "../session/work_states.ts";
import { currentWork, pointNowhere, pointTo } from "../store/work_current.ts";
import { findWork, writeWork } from "../store/work_files.ts";
import type { System } from "../system/system.ts";

/** Uncommitted work that waits in a checkpoint, as a session's record has it. */
export interface KeptWork {
  readonly checkpoint: string;
  /** The detour it was parked for, or whose it is. */
  readonly session: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/**
 * Ends a detour: the session, its parent, the worktree's pointer, in this
 * order; the first is the commit point. What is done already is left alone.
 * Call under the store's lock.
 */
export function endDetour(
  system: System,
  root: string,
  { marker, ending, time }: {
    marker: DetourMarker;
    ending: Ending;
    time: Date;
  },
): { child: Work | undefined; parent: Work | undefined } {
  const child = ended(system, root, { marker, ending, time });
  const parent = resumed(system, root, { marker, ending, time, child });
  const { place } = marker;
  if (parent && isOpen(parent.state) && parent.place === place) {
    pointTo(system, root, { place, id: parent.id });
  } else if (!currentWork(system, root, place).work) {
    pointNowhere(system, root, place);
  }
  return { child, parent };
}

interface End {
  readonly marker: DetourMarker;
  readonly ending: Ending;
  readonly time: Date;
}

function ended(
  system: System,
  root: string,
  { marker, ending, time }: End,
): Work | undefined {
  const work = findWork(system, root, marker.child);
  if (!work || !isOpen(work.state)) return work;
  // From where it stands the table knows no way but through active.
  const active = work.state === "paused" ? moved(work, "resume", time) : work;
  return writeWork(system, root, {
    ...moved(active, ending.action, time),
    summary: ending.summary === "" ? null : ending.summary,
  });
}

function resumed(
  system: System,
  root: string,
  { marker, ending, time, child }: End & { child: Work | undefined },
): Work | undefined {
  const parent = marker.parent === null
    ? undefined
    : findWork(system, root, marker.parent);
  if (!parent) return undefined;
  const { leftovers, kept, summary } = ending;
  const at = time.toISOString();
  const told = parent.children.some(({ id }) => id === marker.child);
  const entry = {
    id: marker.child,
    name: child?.name ?? null,
    summary: child?.summary ?? summary,
    at,
    ...leftovers === null ? {} : { leftovers },
    ...ending.action === "cancel" ? { cancelled: true } : {},
  };
  const open = parent.state === "paused"
    ? moved(parent, "resume", time)
    : parent;
  const next: Work = {
    ...open,
    children: told ? open.children : [...open.children, entry],
    ...kept === null ? {} : {
      kept: withKept(open, { checkpoint: kept, session: marker.child, at }),
    },
  };
  const same = told && open === parent && kept === null;
  return same ? parent : writeWork(system, root, next);
}

/** What waits in checkpoints for a session. */
export function keptOf(work: Work): KeptWork[] {
  const { kept } = work as { kept?: unknown };
  return Array.isArray(kept)
    ? kept.filter((one) => typeof one?.checkpoint === "string")
    : [];
}

function withKept(work: Work, one: KeptWork): KeptWork[] {
  const others = keptOf(work).filter(({ checkpoint }) =>
    checkpoint !== one.checkpoint
  );
  return [...others, one];
}

/** Notes that a checkpoint holds work of `owner`. Call under the lock. */
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
  const next: Work = { ...work, kept: withKept(work, one) } as Work;
  writeWork(system, root, next);
}
