import { currentAgentSession } from "../claude/home.ts";
import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { readHead } from "../git/brief.ts";
import { locate } from "../git/workspace.ts";
import { checkedName } from "../session/pause_content.ts";
import type { Workspace } from "../session/repository.ts";
import type { StartResult } from "../session/results_work.ts";
import {
  checklistFrom,
  readVariables,
  taskFrom,
  valuesFor,
} from "../session/template_fill.ts";
import type { Work } from "../session/work.ts";
import { placeKey } from "../session/work_place.ts";
import { labelOf, type NewWork, newWork } from "../session/work_record.ts";
import { isOpen } from "../session/work_states.ts";
import { checklistView, workView } from "../session/work_view.ts";
import { findTemplate } from "../store/templates.ts";
import { changeWorks, openWorks } from "../store/work_change.ts";
import { currentWork, pointTo } from "../store/work_current.ts";
import { freeWorkId, listWorks, writeWork } from "../store/work_files.ts";

/** The input of `mpm start`. */
interface StartInput {
  readonly name: string | undefined;
  readonly task: readonly string[];
  readonly template: string | undefined;
  readonly var: readonly string[];
}

/** What a session begins with that is known before the store is looked at. */
type Beginning = Omit<NewWork, "id">;

/** Starts a session in this worktree. Throws CONFLICT where one is active. */
export async function started(
  context: Context,
  input: StartInput,
): Promise<StartResult> {
  const { system } = context;
  const workspace = await locate(system, context.folder);
  const { root } = workspace;
  const given = await beginning(context, workspace, input);
  return await changeWorks(system, root, () => {
    const { work, left, warnings } = decided(context, workspace, given);
    pointTo(system, root, { place: work.place, id: work.id });
    return answer(writeWork(system, root, work), { left, warnings });
  });
}

/** What `started` would do. */
export async function planned(
  context: Context,
  input: StartInput,
): Promise<StartResult> {
  const { system } = context;
  const workspace = await locate(system, context.folder);
  await openWorks(system, workspace.root);
  const given = await beginning(context, workspace, input);
  const { work, left, warnings } = decided(context, workspace, given);
  return { ...answer(work, { left, warnings }), dry_run: true };
}

async function beginning(
  { system }: Context,
  workspace: Workspace,
  input: StartInput,
): Promise<Beginning> {
  const name = nameIn(input) ?? null;
  const given = readVariables(input.var);
  const common = {
    name,
    task: input.task.join(" ").trim(),
    place: placeKey(workspace),
    worktree: workspace.worktree,
    git: await readHead(system, workspace),
    agent_session: currentAgentSession(system) ?? null,
  };
  if (input.template === undefined) {
    if (input.var.length === 0) return common;
    throw new MpmError("USAGE", '"--var" needs a template to be used in', {
      hint: 'Add --template <name>; "mpm template list" shows them',
    });
  }
  const { template } = await findTemplate(
    system,
    workspace.root,
    input.template,
  );
  const values = valuesFor(template, given);
  return {
    ...common,
    task: common.task === "" ? taskFrom(template, values) : common.task,
    template: { name: template.name, variables: values },
    checklist: checklistFrom(template, { values, time: system.now() }),
  };
}

/** Throws USAGE for what cannot name a session, such as a task alone. */
function nameIn({ name }: StartInput): string | undefined {
  if (name === undefined || !/\s|^work-/.test(name)) return checkedName(name);
  throw new MpmError("USAGE", `"${name}" cannot name a session`, {
    hint: /\s/.test(name)
      ? 'The name comes first and has no blanks: mpm start login "Fix it"'
      : "What begins with work- could be taken for an id",
  });
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
