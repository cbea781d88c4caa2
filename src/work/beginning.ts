import { currentAgentSession } from "../clients/claude/home.ts";
import { MpmError } from "../base/errors.ts";
import { readHead } from "../git/status/brief.ts";
import { checkedName } from "../saves/content.ts";
import type { Workspace } from "../git/repository.ts";
import {
  checklistFrom,
  readVariables,
  taskFrom,
  valuesFor,
} from "./templates/template_fill.ts";
import { placeKey } from "./work_place.ts";
import type { NewWork } from "./work_record.ts";
import { findTemplate } from "./templates/templates.ts";
import type { System } from "../system/system.ts";

/** What a new session is made of, as it is typed. */
export interface BeginningInput {
  readonly name: string | undefined;
  readonly task: readonly string[];
  readonly template: string | undefined;
  readonly var: readonly string[];
}

/** What a session begins with that is known before the store is looked at. */
export type Beginning = Omit<NewWork, "id">;

/** Reads the template and fills it in. Throws USAGE, NOT_FOUND. */
export async function beginningOf(
  system: System,
  workspace: Workspace,
  input: BeginningInput,
): Promise<Beginning> {
  const name = sessionName(input.name) ?? null;
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

/** Throws USAGE for what cannot name a session, such as a long task alone. */
function sessionName(name: string | undefined): string | undefined {
  if (name === undefined || !name.startsWith("work-")) return checkedName(name);
  throw new MpmError("USAGE", `"${name}" cannot name a session`, {
    hint: "What begins with work- could be taken for an id",
  });
}
