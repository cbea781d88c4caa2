import { Redactor } from "../session/redact.ts";
import type { System } from "../system/system.ts";
import { preparedRules } from "./redaction_rules.ts";

/** With the built-in rules, where nothing else is configured. */
const BUILT_IN = new Redactor();

const redactors = new WeakMap<object, Redactor>();

/**
 * The one step that everything passes before it is written or said. Throws
 * USAGE where the user's own rules cannot be read.
 */
export function redactorOf(system: System): Redactor {
  const rules = preparedRules(system);
  if (rules === undefined) return BUILT_IN;
  let redactor = redactors.get(rules);
  if (!redactor) redactors.set(rules, redactor = new Redactor(rules));
  return redactor;
}
