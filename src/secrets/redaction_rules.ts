import { MpmError } from "../base/errors.ts";
import type { RedactionRules } from "./redact.ts";
import type { System } from "../system/system.ts";
import { type ConfigFile, configFiles } from "../config/paths.ts";

/**
 * What was prepared for each machine, or why it could not be; by its terminal,
 * which a machine that is made of another one shares with that.
 */
const prepared = new WeakMap<object, RedactionRules | MpmError>();

/**
 * Reads `[redaction]` of the user's own file, which no other source can set,
 * before anything is redacted. Costs a look where there is no such file.
 * `tolerant`: a fault in it leaves the built-in rules on; else it is thrown
 * where something is to be redacted, so that nothing gets past a rule.
 */
export async function prepareRedaction(
  system: System,
  { tolerant }: { tolerant: boolean },
): Promise<void> {
  try {
    const file = configFiles(system, undefined)[0];
    if (!file || !system.files.lstat(file.path)) return;
    const { readText } = await import("../config/config_file.ts");
    const text = readText(system, file);
    if (!text.includes("redaction")) return;
    prepared.set(system.terminal, await configured(text, file));
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    if (!tolerant) prepared.set(system.terminal, error);
  }
}

async function configured(
  text: string,
  file: ConfigFile,
): Promise<RedactionRules> {
  const { checkedFile } = await import("../config/config_file.ts");
  const values = checkedFile(text, file, { section: "redaction" });
  const given = (key: "enabled" | "allow" | "rules") =>
    values.get(`redaction.${key}`)?.written;
  const { ownRules } = await import("./own_rules.ts");
  return ownRules({
    enabled: given("enabled") as boolean | undefined ?? true,
    allow: given("allow") as string[] | undefined ?? [],
    rules: given("rules") as Record<string, string> | undefined ?? {},
  });
}

/**
 * What was prepared; `undefined`: nothing is configured. Throws USAGE where the
 * user's own rules cannot be read.
 */
export function preparedRules(system: System): RedactionRules | undefined {
  const found = prepared.get(system.terminal);
  if (found instanceof MpmError) throw found;
  return found;
}
