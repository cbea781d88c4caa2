import type { Save } from "../save.ts";
import {
  type CheckItem,
  labelOf,
  moved,
  type Work,
  type WorkMove,
} from "../../work/mod.ts";
import { type Here, rebuiltWork, workIdIn } from "../saved_session.ts";

/**
 * The facts that decide how a session continues when one of its saves is
 * resumed.
 */
export interface ResumeFacts {
  readonly save: Save;
  /** Its record here. */
  readonly local: Work | undefined;
  /** The current session of this worktree. */
  readonly current: Work | undefined;
  readonly here: Here;
  /** True if the worktree in the record is gone. */
  readonly gone: boolean;
  /** Returns whether a record with that ID exists here. */
  knows(id: string): boolean;
  readonly time: Date;
}

export type ResumeChange = "resumed" | "rebuilt" | "unchanged";

/** The records to write so that the session continues. */
export interface ResumePlan {
  /** The new state of the session; written last. */
  readonly work: Work;
  /** Records of its parents that do not exist here yet. */
  readonly parents: readonly Work[];
  readonly change: ResumeChange;
  /** True if it becomes the session of this worktree. */
  readonly point: boolean;
  /** One line that says why nothing changes, or gives other information. */
  readonly note: string | undefined;
}

/** Returns the plan; `undefined`: the save belongs to no session. */
export function planResume(facts: ResumeFacts): ResumePlan | undefined {
  const { save, local, current, here, time } = facts;
  if (workIdIn(save.mpm?.session) === undefined) return undefined;
  const [built, ...above] = rebuiltWork(save, here);
  const known = local ?? built;
  if (!known) return undefined;
  const unchanged = (note?: string): ResumePlan => ({
    work: known,
    parents: [],
    change: "unchanged",
    point: false,
    note,
  });
  const other = current && current.id !== known.id ? current : undefined;
  if (other && other.state !== "paused") {
    return unchanged(
      `${labelOf(other)} is ${other.state} in this worktree, so mpm did ` +
        `not continue ${labelOf(known)}. To continue it, run "mpm pause" ` +
        "first",
    );
  }
  switch (known.state) {
    case "paused": {
      const { work, note } = local && built
        ? caughtUp(local, { saved: built, id: save.session_id })
        : { work: known, note: undefined };
      return {
        work: { ...moved(work, "resume", time), ...here },
        parents: local ? [] : above.filter(({ id }) => !facts.knows(id)),
        change: local ? "resumed" : "rebuilt",
        point: true,
        note,
      };
    }
    case "active":
    case "working":
      if (known.place === here.place) {
        return { ...unchanged(), point: current?.id !== known.id };
      }
      return facts.gone
        ? {
          ...unchanged(),
          work: { ...known, ...here },
          change: "resumed",
          point: true,
        }
        : unchanged(`The session is ${known.state} in ${known.worktree}`);
    default:
      return unchanged(`The session is ${known.state}`);
  }
}

/** A session's record updated from a save that was made elsewhere. */
export interface CaughtUp {
  readonly work: Work;
  /** A note for the user, one line. */
  readonly note: string | undefined;
}

/**
 * Updates the paused session `local` with newer data from `saved`, which is the
 * same session in a save of `id` from another clone. Only checked items, steps
 * and the save's ID are taken over, since nothing else of a session changes
 * after its start. If both clones continued, an item that is checked in either
 * of them is checked.
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
    const note =
      "This save has a different checklist: mpm kept the current one";
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
  const note =
    "The session continued both here and elsewhere: items ticked in either " +
    "place are now ticked";
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
