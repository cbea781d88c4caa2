import type { CheckItem, Work, WorkMove } from "./work.ts";

/** A session's record after it learnt of a save that was made elsewhere. */
export interface CaughtUp {
  readonly work: Work;
  /** What its user should know, one line. */
  readonly note: string | undefined;
}

/**
 * The paused session `local` with what `saved`, the same session as a save of
 * `id` from another clone carries it, is ahead in. Only ticks, steps and the
 * save's id are taken over: nothing else of a session changes after its start.
 * Where both places went on, an item that is ticked in either is ticked.
 */
export function caughtUp(
  local: Work,
  { saved, id }: { saved: Work; id: string },
): CaughtUp {
  const last = saved.transitions.at(-1);
  const isKnown = local.saves.includes(id) ||
    last === undefined || local.transitions.some((move) => isSame(move, last));
  if (isKnown) return { work: local, note: undefined };
  if (!haveSameItems(local.checklist, saved.checklist)) {
    const note = "Its checklist in this save is another one: the one of here " +
      "is kept";
    return { work: local, note };
  }
  const saves = [...local.saves, id];
  const end = local.transitions.at(-1);
  const meets = saved.transitions.findIndex((move) =>
    end !== undefined && isSame(move, end)
  );
  if (meets >= 0) {
    const transitions = [
      ...local.transitions,
      ...saved.transitions.slice(meets + 1),
    ];
    const { checklist } = saved;
    return {
      work: { ...local, saves, transitions, checklist },
      note: undefined,
    };
  }
  const checklist = local.checklist.map((item, at) =>
    item.done ? item : saved.checklist[at]!
  );
  const note = "It went on here and elsewhere: what is ticked in either is " +
    "ticked now";
  return {
    work: { ...local, saves, checklist },
    note: local.checklist.length > 0 ? note : undefined,
  };
}

function isSame(one: WorkMove, other: WorkMove): boolean {
  return one.at === other.at && one.from === other.from && one.to === other.to;
}

function haveSameItems(
  here: readonly CheckItem[],
  there: readonly CheckItem[],
): boolean {
  return here.length === there.length &&
    here.every(({ phase, text }, at) =>
      phase === there[at]!.phase && text === there[at]!.text
    );
}
