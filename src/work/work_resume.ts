import type { Save } from "../saves/save.ts";
import type { Work } from "./work.ts";
import { caughtUp } from "./work_catch_up.ts";
import { labelOf, moved } from "./work_record.ts";
import { type Here, rebuiltWork, workIdIn } from "./work_save.ts";

/** What decides how a session goes on when one of its saves is resumed. */
export interface ResumeFacts {
  readonly save: Save;
  /** Its record here. */
  readonly local: Work | undefined;
  /** The session this worktree is at. */
  readonly current: Work | undefined;
  readonly here: Here;
  /** Whether the worktree that the record names is gone. */
  readonly gone: boolean;
  /** Whether a record of that id is here. */
  knows(id: string): boolean;
  readonly time: Date;
}

export type ResumeChange = "resumed" | "rebuilt" | "unchanged";

/** What is to be written so that the session goes on. */
export interface ResumePlan {
  /** The session as it will be; the last to be written. */
  readonly work: Work;
  /** Records of its parents that are not here yet. */
  readonly parents: readonly Work[];
  readonly change: ResumeChange;
  /** Whether it becomes the session of this worktree. */
  readonly point: boolean;
  /** Why nothing is changed, or what else is to be known, one line. */
  readonly note: string | undefined;
}

/** `undefined`: the save belongs to no session. */
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
      `This worktree is at ${labelOf(other)}, which is ${other.state}: ` +
        `${labelOf(known)} stays as it is; "mpm pause" first to go on with it`,
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
        : unchanged(`It is ${known.state} in ${known.worktree}`);
    default:
      return unchanged(`Its work session is ${known.state}`);
  }
}
