import type { Context } from "../cli/command.ts";
import { unlockWorktree } from "../git/worktrees.ts";
import { Git } from "../git/run/git.ts";
import { locate } from "../git/workspace.ts";
import type { Workspace } from "../git/repository.ts";
import type { EndResult } from "../work/commands/results.ts";
import type { Work } from "../work/work.ts";
import { moved, workView } from "../work/record.ts";
import { changeWorks, openWorks } from "../saves/store/change_works.ts";
import { currentWork, pointNowhere } from "../work/current.ts";
import { findWork, isSaved, writeWork } from "../work/store.ts";
import type { System } from "../system/system.ts";
import { endDetour } from "./end.ts";
import { journaled } from "../ops/journaled.ts";
import { isStranded } from "./stranded.ts";
import { refuseInStack } from "./find_session.ts";

/** How a session is to end. */
export interface Ending {
  readonly action: "complete" | "cancel" | "archive";
  /** The session that is meant. */
  choose(system: System, workspace: Workspace): Work | Promise<Work>;
  /** What is said about it. */
  readonly summary: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Ends a session as the table of transitions allows it. Throws CONFLICT where
 * it does not, and where only `return` may end it.
 */
export async function end(
  context: Context,
  ending: Ending,
): Promise<EndResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const { root } = workspace;
  // A selector may need a listing, which no lock is held for.
  await openWorks(system, root);
  const chosen = await ending.choose(system, workspace);
  if (ending.dryRun) {
    return answer(ended(system, workspace, { chosen, ending }), true);
  }
  const result = await journaled(
    context,
    ({ system }) =>
      changeWorks(system, root, () => {
        const now = findWork(system, root, chosen.id) ?? chosen;
        const work = ended(system, workspace, { chosen: now, ending });
        const written = isOrphaned(system, workspace, now, ending)
          ? giveBack(system, root, { work: now, ending })
          : writeWork(system, root, work);
        leave(system, root, written);
        return answer(written, false);
      }),
    {
      operation: ending.action,
      workspace,
      title: ({ session }) => `${ending.action} ${session.name ?? session.id}`,
    },
  );
  // So that git worktree prune forgets it.
  if (isOrphaned(system, workspace, chosen, ending)) {
    await unlockWorktree(new Git(system, root), chosen.worktree);
  }
  return result;
}

function ended(
  system: System,
  workspace: Workspace,
  { chosen, ending }: { chosen: Work; ending: Ending },
): Work {
  const { root } = workspace;
  const { action, summary } = ending;
  const time = system.now();
  // Without any of its saves nobody could resume it first.
  const stuck = chosen.state === "paused" && !isSaved(system, root, chosen);
  const open = stuck ? moved(chosen, "resume", time) : chosen;
  const work = moved(open, action, time);
  if (action !== "archive") {
    const stranded = isOrphaned(system, workspace, chosen, ending);
    refuseInStack(system, root, { work: chosen, action, stranded });
  }
  return summary === undefined ? work : { ...work, summary };
}

/** Whether it is a detour that nobody can return from any more. */
function isOrphaned(
  system: System,
  workspace: Workspace,
  work: Work,
  { action }: Ending,
): boolean {
  return action !== "archive" && work.parent !== null &&
    isStranded(system, workspace, work);
}

/** Its parent goes on as after a return; parked work is named there. */
function giveBack(
  system: System,
  root: string,
  { work, ending: { action, summary } }: { work: Work; ending: Ending },
): Work {
  const { child } = endDetour(system, root, {
    marker: { child: work.id, parent: work.parent, place: work.place },
    ending: {
      action: action === "cancel" ? "cancel" : "complete",
      summary: summary ?? "",
      leftovers: null,
      kept: work.detour?.checkpoint ?? null,
    },
    time: system.now(),
  });
  return child ?? work;
}

/** Its worktree is at no session any more, as the record says already. */
function leave(system: System, root: string, { place }: Work): void {
  const { work, problem } = currentWork(system, root, place);
  if (!work && problem === undefined) pointNowhere(system, root, place);
}

function answer(work: Work, dryRun: boolean): EndResult {
  return {
    dry_run: dryRun,
    session: workView(work),
    open: work.checklist.filter(({ done }) => !done).map(({ text }) => text),
  };
}
