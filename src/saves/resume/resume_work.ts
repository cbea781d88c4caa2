import { attempt, MpmError } from "../../base/errors.ts";
import { changeStore } from "../store/recover.ts";
import type { Context } from "../../cli/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import type { ResumeResult } from "../commands/results.ts";
import type { SaveEntry } from "../store/save_entry.ts";
import { counted } from "../../base/words.ts";
import {
  currentWork,
  findWork,
  isOpen,
  labelOf,
  moved,
  ownWork,
  placeKey,
  pointTo,
  type Work,
  type WorkMove,
  writeWork,
} from "../../work/mod.ts";
import {
  type Here,
  openItems,
  rebuiltWork,
  workIdIn,
} from "../saved_session.ts";
import type { System } from "../../system/system.ts";
import {
  adoptItems,
  adoptVars,
  type ItemsNow,
  itemsNow,
  unknownItems,
  unknownVars,
} from "../../items/mod.ts";
import { journaled } from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { redactItems } from "../redact.ts";
import type { Save } from "../save.ts";

/** Says what a resume without a selector skipped. */
export function passedOverNote(entries: readonly SaveEntry[]): string[] {
  if (entries.length === 0) return [];
  const labels = new Set(
    entries.map(({ session }) => session && labelOf(session)),
  );
  return [
    `Skipped ${counted(entries.length, "newer save")} from ended sessions: ` +
    `${[...labels].join(", ")}`,
  ];
}

/** Rejects a selected save whose session has ended. Throws CONFLICT. */
export function refuseOver(
  system: System,
  { root }: Workspace,
  { id, session }: SaveEntry,
): void {
  const work = session === null
    ? undefined
    : findWork(system, root, session.id);
  if (!work || isOpen(work.state)) return;
  try {
    moved(work, "resume", system.now());
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    throw new MpmError(error.code, error.message, {
      hint: `To read it anyway: mpm resume --peek ${id}`,
      cause: error,
    });
  }
}

/** Returns the state of a save's session, without changing anything. */
export function peekWork(
  system: System,
  workspace: Workspace,
  save: Save,
): ResumeResult["work"] {
  const saved = save.mpm?.session;
  // A damaged record is reported later, when the session is continued.
  const plan = saved && attempt(() => planned(system, workspace, save));
  if (!plan) return null;
  const state = findWork(system, workspace.root, plan.work.id)?.state ??
    saved.state;
  return { ...viewOf(plan), state, change: "unchanged" };
}

/**
 * Continues the session of the save in this worktree, and adds its unknown open
 * items to the user's own, unless it is from someone else. A failed write is
 * only a warning: the report does not depend on it.
 */
export async function followResume(
  context: Context,
  workspace: Workspace,
  result: ResumeResult,
): Promise<ResumeResult> {
  const { session: save, origin } = result;
  const hasWork = workIdIn(save.mpm?.session) !== undefined;
  if (origin === "foreign") {
    const warning =
      "Its session does not continue, because it is also from someone else";
    return hasWork ? withWarning(result, warning) : result;
  }
  const { root } = workspace;
  const handoff = save.mpm?.handoff ?? { items: [] };
  const unknown = unknownItems(context.system, root, handoff.items);
  const vars = unknownVars(context.system, root, handoff);
  const hasVars = Object.keys(vars).length > 0;
  if (!hasWork && !hasVars && unknown.length === 0) return result;
  try {
    const plan = await journaled(
      context,
      ({ system }) => {
        const plan = hasWork ? planned(system, workspace, save) : undefined;
        if (plan) apply(system, workspace, plan);
        if (unknown.length > 0) adoptItems(system, workspace, unknown);
        if (hasVars) adoptVars(system, workspace, vars);
        return plan;
      },
      {
        lock: changeStore,
        operation: "resume",
        workspace,
        title: (plan) => `resume ${plan ? labelOf(plan.work) : "a session"}`,
      },
    );
    const followed = unknown.length === 0
      ? result
      : { ...result, items: itemsAfter(context.system, workspace, save) };
    if (!plan) return followed;
    const noted = plan.note === undefined ? [] : [plan.note];
    return {
      ...followed,
      work: viewOf(plan),
      warnings: [...result.warnings, ...noted],
    };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const what = hasWork ? "Its session could" : "Its open items could";
    return withWarning(result, `${what} not continue: ${error.message}`);
  }
}

function withWarning(result: ResumeResult, warning: string): ResumeResult {
  return { ...result, warnings: [...result.warnings, warning] };
}

/**
 * Returns the open items to show with a save. Those of an active detour's
 * parent do not concern the detour, unless the save was `chosen`.
 */
export function itemsShown(
  system: System,
  workspace: Workspace,
  { save, own, chosen }: { save: Save; own: boolean; chosen: boolean },
): ItemsNow {
  const { handoff, session } = save.mpm ?? {};
  const { root } = workspace;
  const { work } = currentWork(system, root, placeKey(workspace));
  const isOther = !chosen && work !== undefined && work.state !== "paused" &&
    work.id !== session?.id && (session !== undefined || work.parent !== null);
  if (!isOther) {
    return itemsNow(system, workspace, {
      ...{ handoff, session: session?.id },
      own: own && isFrom(workspace, save),
    });
  }
  const now = itemsNow(system, workspace, {
    ...{ handoff: undefined, session: undefined, own: true },
  });
  const owner = session ? labelOf(session) : "no session";
  const note = `This save belongs to ${owner}. The open items are from ` +
    `${labelOf(work)}, the session of this worktree`;
  return { ...now, problems: [...now.problems, note] };
}

/** Returns whether a save was made in this worktree, wherever that was then. */
function isFrom({ worktree, linked }: Workspace, save: Save): boolean {
  const made = save.mpm?.worktree;
  return made === undefined || made === worktree ||
    !linked && made === save.project_path;
}

function itemsAfter(system: System, workspace: Workspace, save: Save) {
  const handoff = save.mpm?.handoff;
  const session = save.mpm?.session?.id;
  const { items } = itemsNow(system, workspace, {
    ...{ handoff, session, own: true },
  });
  return redactItems(redactorOf(system), [...items]);
}

/** Returns the plan. Throws UNREADABLE for a damaged record. */
function planned(
  system: System,
  workspace: Workspace,
  save: Save,
): ResumePlan | undefined {
  const { root, worktree } = workspace;
  const id = workIdIn(save.mpm?.session);
  if (id === undefined) return undefined;
  const place = placeKey(workspace);
  const local = ownWork(system, root, id);
  return planResume({
    save,
    local,
    current: currentWork(system, root, place).work,
    here: { place, worktree },
    gone: local !== undefined && !system.files.lstat(local.worktree),
    knows: (parent) => ownWork(system, root, parent) !== undefined,
    time: system.now(),
  });
}

/** Writes the pointer first, and the decisive record last. */
function apply(
  system: System,
  { root }: Workspace,
  { work, parents, point, change }: ResumePlan,
): void {
  if (point) pointTo(system, root, { place: work.place, id: work.id });
  for (const parent of parents) writeWork(system, root, parent);
  if (change !== "unchanged") writeWork(system, root, work);
}

function viewOf(
  { work, change }: ResumePlan,
): NonNullable<ResumeResult["work"]> {
  const { id, name, task, state, checklist } = work;
  const done = checklist.filter((item) => item.done).length;
  return {
    ...{ id, name, task, state, change, done },
    total: checklist.length,
    open: openItems(checklist),
  };
}

/** The facts that decide how a session continues from one of its saves. */
interface ResumeFacts {
  readonly save: Save;
  /** Its record here. */
  readonly local: Work | undefined;
  readonly current: Work | undefined;
  readonly here: Here;
  /** True if the worktree in the record is gone. */
  readonly gone: boolean;
  knows(id: string): boolean;
  readonly time: Date;
}

interface ResumePlan {
  /** The new state of the session; written last. */
  readonly work: Work;
  /** Records of its parents that do not exist here yet. */
  readonly parents: readonly Work[];
  readonly change: NonNullable<ResumeResult["work"]>["change"];
  /** True if it becomes the session of this worktree. */
  readonly point: boolean;
  /** One line that says why nothing changes, or gives other information. */
  readonly note: string | undefined;
}

/** Returns the plan; `undefined`: the save belongs to no session. */
function planResume(facts: ResumeFacts): ResumePlan | undefined {
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

/**
 * Updates the paused session `local` with newer data from `saved`, which is the
 * same session in a save of `id` from another clone. Only checked items, steps
 * and the save's ID are taken over, since nothing else of a session changes
 * after its start. If both clones continued, an item that is checked in either
 * of them is checked.
 */
function caughtUp(
  local: Work,
  { saved, id }: { saved: Work; id: string },
): Pick<ResumePlan, "work" | "note"> {
  const last = saved.transitions.at(-1);
  const isKnown = local.saves.includes(id) ||
    last === undefined || local.transitions.some((move) => isSame(move, last));
  if (isKnown) return { work: local, note: undefined };
  const isAlike = local.checklist.length === saved.checklist.length &&
    local.checklist.every(({ phase, text }, at) => {
      const other = saved.checklist[at]!;
      return phase === other.phase && text === other.text;
    });
  if (!isAlike) {
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
