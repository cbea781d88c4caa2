import type { Context } from "../cli/command.ts";
import { MpmError } from "../base/errors.ts";
import { locate } from "../git/workspace.ts";
import type { Workspace } from "../git/repository.ts";
import type { StartResult } from "./commands/results.ts";
import type { Work } from "./work.ts";
import { labelOf, newWork } from "./work_record.ts";
import { isOpen } from "./work_states.ts";
import { checklistView, workView } from "./work_view.ts";
import { changeWorks, openWorks } from "./work_change.ts";
import { currentWork, pointTo } from "./work_current.ts";
import { freeWorkId, listWorks, writeWork } from "./work_files.ts";
import {
  type Beginning,
  type BeginningInput,
  beginningOf,
} from "./beginning.ts";
import { journaled } from "../ops/log/journaled.ts";

/** Starts a session in this worktree. Throws CONFLICT where one is active. */
export async function started(
  context: Context,
  input: BeginningInput,
): Promise<StartResult> {
  const { system } = context;
  const workspace = await locate(system, context.folder);
  const { root } = workspace;
  const given = await beginningOf(system, workspace, input);
  return await journaled(
    context,
    (context) =>
      changeWorks(context.system, root, () => {
        const { system } = context;
        const { work, left, warnings } = decided(context, workspace, given);
        pointTo(system, root, { place: work.place, id: work.id });
        return answer(writeWork(system, root, work), { left, warnings });
      }),
    {
      operation: "start",
      workspace,
      title: ({ session }) => `start ${session.name ?? session.id}`,
    },
  );
}

/** What `started` would do. */
export async function planned(
  context: Context,
  input: BeginningInput,
): Promise<StartResult> {
  const { system } = context;
  const workspace = await locate(system, context.folder);
  await openWorks(system, workspace.root);
  const given = await beginningOf(system, workspace, input);
  const { work, left, warnings } = decided(context, workspace, given);
  return { ...answer(work, { left, warnings }), dry_run: true };
}

interface Decision {
  readonly work: Work;
  /** The paused session that the worktree was at. */
  readonly left: Work | undefined;
  readonly warnings: readonly string[];
}

function decided(
  { system }: Context,
  { root }: Workspace,
  given: Beginning,
): Decision {
  const { work: current, problem } = currentWork(system, root, given.place);
  if (current && current.state !== "paused") throw busy(current);
  const { works } = listWorks(system, root);
  const namesake = works.find(({ name, state }) =>
    name !== null && name === given.name && isOpen(state)
  );
  if (namesake) throw nameTaken(namesake);
  const time = system.now();
  return {
    work: newWork({ ...given, id: freeWorkId(system, root, time) }, time),
    left: current,
    warnings: problem === undefined ? [] : [problem],
  };
}

function busy(current: Work): MpmError {
  return new MpmError(
    "CONFLICT",
    `This worktree is at ${labelOf(current)}, which is ${current.state}`,
    {
      hint: '"mpm pause" leaves it for later, "mpm complete" or "mpm cancel" ' +
        'ends it, "mpm branch" starts a detour that comes back to it',
    },
  );
}

function nameTaken({ id, name, state }: Work): MpmError {
  return new MpmError("CONFLICT", `"${name}" is ${state} already: ${id}`, {
    hint: "Give another name, or go on with that one: mpm resume " + name,
  });
}

function answer(
  work: Work,
  { left, warnings }: Omit<Decision, "work">,
): StartResult {
  return {
    dry_run: false,
    session: workView(work),
    checklist: checklistView(work.checklist),
    left: left ? workView(left) : null,
    warnings: [...warnings],
  };
}
