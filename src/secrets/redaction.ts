import { attempt, MpmError } from "../base/errors.ts";
import { type ConfigFile, configFiles } from "../config/mod.ts";
import type { System } from "../system/system.ts";
import { hasEngine } from "./find.ts";
import { type RedactionRules, Redactor } from "./redact.ts";

/** The redactor with only the built-in rules, for an empty configuration. */
const BUILT_IN = new Redactor();

/** Redactors or errors, by terminal, which derived machines share. */
const prepared = new WeakMap<object, Redactor | MpmError>();

/**
 * Reads `[redaction]` from the user's own file, the only source, before
 * anything is redacted. `tolerant`: with an error, the built-in rules stay
 * active. Otherwise the error is thrown when something must be redacted.
 */
export async function prepareRedaction(
  system: System,
  { tolerant }: { tolerant: boolean },
): Promise<void> {
  try {
    const file = configFiles(system, undefined)[0];
    if (!file || !system.files.lstat(file.path)) return;
    const { readText } = await import("../config/files.ts");
    const text = readText(system, file);
    if (!text.includes("redaction")) return;
    prepared.set(
      system.terminal,
      new Redactor(await configured(text, file)),
    );
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    if (!tolerant) prepared.set(system.terminal, error);
  }
}

async function configured(
  text: string,
  file: ConfigFile,
): Promise<RedactionRules> {
  const { checkedFile } = await import("../config/files.ts");
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

/** Returns the redactor for all output. Throws USAGE for bad own rules. */
export function redactorOf(system: System): Redactor {
  const found = prepared.get(system.terminal);
  if (found instanceof MpmError) throw found;
  return found ?? BUILT_IN;
}

/** Returns a message for people and logs without its secrets. */
export function tellable(system: System, text: string): string {
  // The user's own rules may be the problem.
  return attempt(() => redactorOf(system).text(text)) ?? BUILT_IN.text(text);
}

/** Typical texts of saves: an ID, a time, commands, a path. */
const USUAL = [
  "session-20261120-143022",
  "2026-11-20T14:30:22.000Z",
  "Run: git status to check current state",
  "git status && git log -1 --stat",
  "src/secrets/redact.ts",
];

/** Lets the engine compile the redaction while mpm waits. */
export function readyRedaction(system: System): void {
  if (hasEngine()) return;
  // Rules that cannot be read are reported when they are needed.
  attempt(() => {
    const redactor = redactorOf(system);
    for (const text of USUAL) redactor.find(text);
  });
}
