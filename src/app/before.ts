import { prepareRedaction, Redactor, redactorOf } from "../secrets/mod.ts";
import { MpmError } from "../base/errors.ts";
import type { Context } from "../cli/mod.ts";
import type { System } from "../system/system.ts";
import { commandNamed } from "./find.ts";
import { trashRules } from "../config/mod.ts";

/** What must go on whatever is configured, and what mends it. */
const TOLERANT = /^(?:hook|statusline|config .*)$/;

/** What is read before a command of that name runs. */
export async function beforeCommand(
  system: System,
  name: string,
): Promise<void> {
  await prepareRedaction(system, { tolerant: TOLERANT.test(name) });
}

/** What commands are given of contexts that they need not know. */
export function givenTo(
  system: System,
): Pick<Context, "redact" | "trashRules" | "commandNamed"> {
  return {
    redact: (text) => redactorOf(system).text(text),
    trashRules: (root) => trashRules(system, root),
    commandNamed,
  };
}

/** A message for people and logs without what must not be told. */
export function tellable(system: System, text: string): string {
  try {
    return redactorOf(system).text(text);
  } catch (error) {
    // The user's own rules are what is wrong.
    if (error instanceof MpmError) return new Redactor().text(text);
    throw error;
  }
}
