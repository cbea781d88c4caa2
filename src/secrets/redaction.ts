import { MpmError } from "../base/errors.ts";
import { Redactor } from "./redact.ts";
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

/** Texts as most saves have them: an id, a time, commands, a path. */
const USUAL = [
  "session-20261120-143022",
  "2026-11-20T14:30:22.000Z",
  "Run: git status to check current state",
  "git status && git log -1 --stat",
  "src/secrets/redact.ts",
];

/**
 * Lets the engine compile what redacts, while something else is waited for:
 * it does so at the second use of each expression.
 */
export function readyRedaction(system: System): void {
  try {
    const redactor = redactorOf(system);
    for (const text of [...USUAL, ...USUAL]) redactor.find(text);
  } catch (error) {
    // Rules that cannot be read are told of where they are to be used.
    if (!(error instanceof MpmError)) throw error;
  }
}
