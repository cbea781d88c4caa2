import { type Context, defineCommand } from "../../cli/command.ts";
import { startText } from "../../work/text.ts";
import {
  type Beginning,
  type BeginningInput,
  beginningOf,
  TEMPLATE_FLAGS,
} from "../../work/beginning.ts";
import { MpmError } from "../../base/errors.ts";
import { locate } from "../../git/workspace.ts";
import type { Workspace } from "../../git/repository.ts";
import type { StartResult } from "../../work/commands/results.ts";
import type { Work } from "../../work/work.ts";
import {
  checklistView,
  labelOf,
  newWork,
  workView,
} from "../../work/record.ts";
import { isOpen } from "../../work/life_cycle.ts";
import { changeWorks, openWorks } from "../../saves/store/change_works.ts";
import { currentWork, pointTo } from "../../work/current.ts";
import { freeWorkId, listWorks, writeWork } from "../../work/store.ts";
import { journaled } from "../../ops/journaled.ts";

/** `mpm start` */
export const start = defineCommand({
  name: "start",
  summary: "Start a work session, from a template if wanted",
  description: `
A work session is a stretch of work on one task, with a state and a checklist.
It becomes the one this worktree is at: every pause saves it, and a resume goes
on with it. Where the worktree is at another session that is active, nothing is
started; a paused one stays paused and can be resumed.

Without a task the template's title and the values of its variables are it.`,
  positionals: [
    { name: "name", summary: "A name to find it by", optional: true },
    { name: "task", summary: "What is to be done", rest: true },
  ],
  flags: {
    ...TEMPLATE_FLAGS,
    "dry-run": {
      type: "boolean",
      summary: "Show what would be started and write nothing",
    },
  },
  examples: [
    "mpm start",
    'mpm start login "Fix the login after a timeout"',
    'mpm start --template feature-development --var feature="User notifications"',
    'mpm start hotfix --template bug-fix --var bug="#123"',
  ],
  result: async () =>
    (await import("../../work/commands/results.ts")).StartResult,
  settles: true,
  async run(context, input) {
    return input["dry-run"]
      ? await planned(context, input)
      : await started(context, input);
  },
  render: startText,
  next: ({ dry_run: dry, checklist }) =>
    dry
      ? undefined
      : checklist.length > 0
      ? '"mpm check 1" ticks an item, "mpm pause" saves where you are'
      : '"mpm pause" saves where you are, "mpm complete" ends it',
});

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
