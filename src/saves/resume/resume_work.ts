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
  writeWork,
} from "../../work/mod.ts";
import { planResume, type ResumePlan } from "./plan_session.ts";
import { openItems, workIdIn } from "../saved_session.ts";
import type { System } from "../../system/system.ts";
import { journaled } from "../../ops/mod.ts";

type Save = ResumeResult["session"];

/** Says what a resume without a selector passed over. */
export function passedOverNote(entries: readonly SaveEntry[]): string[] {
  if (entries.length === 0) return [];
  const labels = new Set(
    entries.map(({ session }) => session && labelOf(session)),
  );
  return [
    `Passed over ${counted(entries.length, "newer save")} of sessions that ` +
    `are over: ${[...labels].join(", ")}`,
  ];
}

/**
 * Refuses a save that was asked for by name where its session is over. Throws
 * CONFLICT as the table of transitions says.
 */
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
      hint: `To read it all the same: mpm resume --peek ${id}`,
      cause: error,
    });
  }
}

/** How the session of a save stands, without changing anything. */
export function peekWork(
  system: System,
  workspace: Workspace,
  save: Save,
): ResumeResult["work"] {
  const saved = save.mpm?.session;
  // Following a damaged record says what is wrong with it.
  const plan = saved && attempt(() => planned(system, workspace, save));
  if (!plan) return null;
  const state = findWork(system, workspace.root, plan.work.id)?.state ??
    saved.state;
  return { ...viewOf(plan), state, change: "unchanged" };
}

/**
 * Lets the session of the save go on in this worktree, unless it is somebody
 * else's: its words would then stand among the user's own. What cannot be
 * written is a warning, since the report does not depend on it.
 */
export async function followResume(
  context: Context,
  workspace: Workspace,
  result: ResumeResult,
): Promise<ResumeResult> {
  const { session: save, origin } = result;
  if (workIdIn(save.mpm?.session) === undefined) return result;
  if (origin === "foreign") {
    const warning =
      "Its work session does not go on: that is somebody else's, too";
    return { ...result, warnings: [...result.warnings, warning] };
  }
  const { root } = workspace;
  try {
    const plan = await journaled(
      context,
      ({ system }) =>
        changeStore(system, root, () => {
          const plan = planned(system, workspace, save);
          if (plan) apply(system, workspace, plan);
          return plan;
        }),
      {
        operation: "resume",
        workspace,
        title: (plan) => `resume ${plan ? labelOf(plan.work) : "a session"}`,
      },
    );
    if (!plan) return result;
    const noted = plan.note === undefined ? [] : [plan.note];
    return {
      ...result,
      work: viewOf(plan),
      warnings: [...result.warnings, ...noted],
    };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const warning = `Its work session could not go on: ${error.message}`;
    return { ...result, warnings: [...result.warnings, warning] };
  }
}

/** Throws UNREADABLE for a damaged record, which nothing may replace. */
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

/** The pointer first, the session's own record last: it decides. */
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
