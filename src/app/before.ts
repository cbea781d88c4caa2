import { prepareRedaction, redactorOf } from "../secrets/mod.ts";
import type { Context } from "../cli/mod.ts";
import type { System } from "../system/system.ts";
import { commandNamed } from "./find.ts";
import { loadForget } from "./table.ts";
import { configFiles, trashRules } from "../config/mod.ts";

/**
 * Commands that must work with any configuration, and the commands that fix it.
 */
const TOLERANT = /^(?:hook|statusline|config .*)$/;

/** Reads what a command of that name needs before it runs. */
export async function beforeCommand(
  system: System,
  name: string,
): Promise<void> {
  if (!hasOwnSettings(system)) return;
  await prepareRedaction(system, { tolerant: TOLERANT.test(name) });
}

/** Returns whether the user has a file of settings. Most have none. */
function hasOwnSettings(system: System): boolean {
  const file = configFiles(system, undefined)[0];
  try {
    return file !== undefined && system.files.lstat(file.path) !== undefined;
  } catch {
    return true; // reading it tells why not
  }
}

/** Data of other contexts that commands get without importing them. */
export function givenTo(
  system: System,
): Pick<Context, "redact" | "trashRules" | "forgetRemoved" | "commandNamed"> {
  return {
    redact: (text) => redactorOf(system).text(text),
    trashRules: (root) => trashRules(system, root),
    forgetRemoved: async (system, root) =>
      await (await loadForget())(system, root),
    commandNamed,
  };
}
