import { escapeUnseen } from "../base/escape.ts";
import { MpmError } from "../base/errors.ts";
import { getOwn, setOwn } from "../base/own.ts";
import { named } from "../base/words.ts";
import type { Context } from "../cli/mod.ts";
import { locate } from "../git/mod.ts";
import { ensureHome, journaled, withLock } from "../ops/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";
import type { VarChange } from "./commands/results.ts";
import { type Here, hereOf } from "./open_items.ts";
import { fittingVars, surplusOf } from "./assemble.ts";
import { readVars, type Vars, writeVars } from "./vars.ts";

/** Names as in a shell, with at most 64 characters. */
const NAME = /^[A-Za-z_]\w{0,63}$/;

/** The longest value, in UTF-16 units. */
const LONGEST = 4000;

/** The maximum number of variables in one line of work. */
const MOST = 100;

/** Sets a variable; `undefined` removes it. Throws USAGE, NOT_FOUND. */
export async function changeVar(
  context: Context,
  { name, value, dryRun }: {
    name: string;
    value: string | undefined;
    dryRun: boolean;
  },
): Promise<VarChange> {
  checkName(name);
  const workspace = await locate(context.system, context.folder);
  const { root } = workspace;
  const change = (system: System) =>
    changed(system, root, {
      ...{ here: hereOf(system, workspace), name },
      given: value === undefined ? undefined : checkedValue(value),
    });
  if (dryRun) {
    return { dry_run: true, ...change(context.system).result };
  }
  const work = ({ system }: Context) => {
    const { here, vars, result } = change(system);
    if (result.value !== result.before) {
      ensureHome(system, root);
      writeVars(system, root, { here, vars });
    }
    return { dry_run: false, ...result };
  };
  return await journaled<VarChange>(context, work, {
    lock: withLock,
    operation: value === undefined ? "var unset" : "var set",
    workspace,
    title: () => `${value === undefined ? "unset" : "set"} ${name}`,
  });
}

function changed(
  system: System,
  root: string,
  { here, name, given }: {
    here: Here;
    name: string;
    given: string | undefined;
  },
): { here: Here; vars: Vars; result: Omit<VarChange, "dry_run"> } {
  const known = readVars(system, root, here);
  const before = getOwn(known, name) ?? null;
  if (given === undefined && before === null) throw notSet(name, known);
  const vars: Record<string, string> = { ...known };
  Reflect.deleteProperty(vars, name);
  if (given === undefined) {
    return { here, vars, result: { name, before, value: null, warnings: [] } };
  }
  if (Object.keys(vars).length >= MOST) {
    throw new MpmError(
      "CONFLICT",
      `Cannot set "${name}": ${MOST} variables are already set`,
      { hint: '"mpm var unset <name>" removes a variable' },
    );
  }
  const clean = redactorOf(system).value({ [name]: given });
  const value = getOwn(clean, name) ?? "";
  setOwn(vars, name, value);
  const surplus = surplusOf(vars);
  if (surplus > 0 && surplus >= surplusOf(known)) {
    throw new MpmError(
      "CONFLICT",
      `Cannot set "${name}": all variables together would exceed 64 KiB`,
      { hint: "Write the value to a file, and set the variable to the path" },
    );
  }
  const warnings = value === given ? [] : [
    `The value of ${name} looks like a secret, so it was redacted`,
  ];
  return { here, vars, result: { name, before, value, warnings } };
}

/** Returns the valid variables of a save, redacted. */
export function soundVars(system: System, vars: Vars): Vars {
  const sound = Object.entries(vars).filter(([name, value]) =>
    NAME.test(name) && value.length <= LONGEST
  ).slice(0, MOST);
  return fittingVars(redactorOf(system).value(Object.fromEntries(sound)));
}

/** Returns the value of a variable. Throws NOT_FOUND with the names. */
export function valueOf(vars: Vars, name: string): string {
  checkName(name);
  const value = getOwn(vars, name);
  if (value === undefined) throw notSet(name, vars);
  return value;
}

function notSet(name: string, vars: Vars): MpmError {
  const names = Object.keys(vars).sort();
  return new MpmError("NOT_FOUND", `No variable "${name}"`, {
    hint: names.length === 0
      ? '"mpm var set <name> <value>" sets a variable'
      : `Variables: ${named(names)}`,
  });
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new MpmError("USAGE", `Invalid variable name "${name}"`, {
    hint:
      "Use letters, digits and _, at most 64 characters, and no digit first",
  });
}

function checkedValue(value: string): string {
  if (value.length > LONGEST) {
    throw new MpmError(
      "USAGE",
      `The value has ${value.length} characters; the limit is ${LONGEST}`,
      { hint: "Write it to a file, and set the variable to the path" },
    );
  }
  const plain = escapeUnseen(value, (one) => /[\n\t]/.test(one) ? one : "");
  if (plain === value) return value;
  throw new MpmError("USAGE", "The value contains control characters", {
    hint: "Use plain text; line breaks and tabs are fine",
  });
}
