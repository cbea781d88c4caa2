import { isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import type { System } from "../../system/system.ts";

/** Returns the folder of Codex: `CODEX_HOME`, or else `~/.codex`. */
export function codexHome(system: System): string | undefined {
  const given = system.env("CODEX_HOME");
  if (given && isAbsolute(given)) return given;
  const home = system.home();
  return home === undefined ? undefined : join(home, ".codex");
}
