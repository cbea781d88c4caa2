import { isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import type { System } from "../../system/system.ts";

/** Returns `.gemini` in `GEMINI_CLI_HOME`, or else in the home folder. */
export function geminiHome(system: System): string | undefined {
  const base = system.env("GEMINI_CLI_HOME") || system.home();
  if (!base) return undefined;
  return join(isAbsolute(base) ? base : join(system.cwd(), base), ".gemini");
}
