import { currentAgentSession } from "../clients/mod.ts";
import { MpmError } from "../base/errors.ts";
import { checkedName, invalidSessionName } from "../base/names.ts";
import { readHead, type Workspace } from "../git/mod.ts";
import { placeKey } from "./current.ts";
import type { NewWork } from "./record.ts";
import { findTemplate } from "./templates/store.ts";
import type { System } from "../system/system.ts";
import { getOwn, setOwn } from "../base/own.ts";
import { fillIn, type Template, variablesIn } from "./templates/template.ts";
import type { CheckItem } from "./work.ts";

/** The parts of a new session that the user typed. */
export interface BeginningInput {
  readonly name: string | undefined;
  readonly task: readonly string[];
  readonly template: string | undefined;
  readonly var: readonly string[];
}

/** The parts of a new session that are known before the store is read. */
export type Beginning = Omit<NewWork, "id">;

/** The values of the project's state variables. */
type StateVars = () => Readonly<Record<string, string>>;

/**
 * Reads the template and fills it in. Calls `stateVars` only if a variable of
 * the template was not given. Throws USAGE, NOT_FOUND, and the errors of
 * `stateVars`.
 */
export async function beginningOf(
  system: System,
  workspace: Workspace,
  { input, stateVars }: { input: BeginningInput; stateVars: StateVars },
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
    throw new MpmError("USAGE", '"--var" needs a template', {
      hint: 'Add --template <name>; "mpm template list" shows the templates',
    });
  }
  const { template } = await findTemplate(
    system,
    workspace.root,
    input.template,
  );
  const values = valuesFor(template, given, stateVars);
  return {
    ...common,
    task: common.task === "" ? taskFrom(template, values) : common.task,
    template: { name: template.name, variables: values },
    checklist: checklistFrom(template, { values, time: system.now() }),
  };
}

/**
 * Throws USAGE for an invalid session name, such as a long task without a name.
 */
function sessionName(name: string | undefined): string | undefined {
  if (name === undefined || !name.startsWith("work-")) return checkedName(name);
  throw invalidSessionName(
    name,
    "A name that begins with work- looks like an ID",
  );
}

/** The longest value, in UTF-16 units. */
const LONGEST = 500;

/** Parses `--var name=value`. Throws USAGE. */
export function readVariables(
  given: readonly string[],
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const pair of given) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, Math.max(at, 0)).trim();
    if (name === "") {
      throw new MpmError("USAGE", `"${pair}" is not a variable with a value`, {
        hint: 'Write it as --var feature="User notifications"',
      });
    }
    if (Object.hasOwn(values, name)) {
      throw new MpmError("USAGE", `The variable "${name}" was given twice`);
    }
    const value = onOneLine(pair.slice(at + 1));
    if (value.length > LONGEST) {
      throw new MpmError(
        "USAGE",
        `"${name}" is longer than ${LONGEST} characters`,
      );
    }
    setOwn(values, name, value);
  }
  return values;
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/**
 * Returns a value for each variable of the template: the given value, else the
 * state variable with the same name, else the default. Throws USAGE for unknown
 * and for missing variables.
 */
export function valuesFor(
  { name, variables }: Template,
  given: Readonly<Record<string, string>>,
  stateVars: StateVars = () => ({}),
): Record<string, string> {
  const unknown = Object.keys(given).find((key) =>
    !variables.some((variable) => variable.name === key)
  );
  if (unknown !== undefined) {
    const known = variables.map((variable) => variable.name).join(", ");
    throw new MpmError("USAGE", `"${name}" has no variable "${unknown}"`, {
      hint: known === ""
        ? "The template has no variables"
        : `Available variables: ${known}`,
    });
  }
  const values = withStateVars(variables, given, stateVars);
  const missing = variables.filter((variable) =>
    variable.required && !getOwn(values, variable.name)
  );
  if (missing.length > 0) {
    const names = missing.map((variable) => `"${variable.name}"`).join(", ");
    throw new MpmError("USAGE", `"${name}" needs ${names}`, {
      hint: `Add ${
        missing.map((variable) =>
          `--var ${variable.name}="${variable.description || "…"}"`
        ).join(" ")
      }`,
    });
  }
  return Object.fromEntries(
    variables.map((variable) => [
      variable.name,
      getOwn(values, variable.name) ?? variable.default ?? "",
    ]),
  );
}

/** Returns the given values, and the values that only state variables have. */
function withStateVars(
  variables: Template["variables"],
  given: Readonly<Record<string, string>>,
  stateVars: StateVars,
): Record<string, string> {
  const values = { ...given };
  const open = variables.filter(({ name }) => !Object.hasOwn(given, name));
  const known = open.length === 0 ? {} : stateVars();
  for (const { name } of open) {
    const value = getOwn(known, name);
    if (value === undefined) continue;
    const text = onOneLine(value);
    if (text.length > LONGEST) {
      throw new MpmError(
        "USAGE",
        `The state variable "${name}" is longer than ${LONGEST} characters`,
        { hint: `Use a shorter value for the template: --var ${name}="…"` },
      );
    }
    setOwn(values, name, text);
  }
  return values;
}

/** Returns the checklist of a session that starts from the template. */
export function checklistFrom(
  { items }: Template,
  { values, time }: { values: Readonly<Record<string, string>>; time: Date },
): CheckItem[] {
  return items.map(({ phase, text, done }) => ({
    phase: fillIn(phase, values),
    text: fillIn(text, values).trim(),
    done,
    done_at: done ? time.toISOString() : null,
  }));
}

/**
 * Returns the default task of a session from the template: the title, followed
 * by the values that do not appear in it.
 */
export function taskFrom(
  { title }: Template,
  values: Readonly<Record<string, string>>,
): string {
  const placed = variablesIn(title);
  const pairs = Object.entries(values)
    .filter(([name, value]) => value !== "" && !placed.has(name))
    .map(([, value]) => value);
  const text = fillIn(title, values).trim();
  return pairs.length === 0 ? text : `${text}: ${pairs.join(", ")}`;
}

/** The options of commands that create a checklist from a template. */
export const TEMPLATE_FLAGS = {
  template: {
    type: "string",
    names: "template",
    short: "t",
    value: "name",
    summary: "The template for the checklist",
  },
  var: {
    type: "string",
    names: "variable",
    value: "name=value",
    repeatable: true,
    summary: "The value of a template variable",
  },
} as const;
