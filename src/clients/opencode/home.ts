import { isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import type { System } from "../../system/system.ts";

/** Returns opencode's folder, which is in `XDG_CONFIG_HOME` even on Windows. */
export function opencodeHome(system: System): string | undefined {
  const home = system.home();
  const given = system.env("XDG_CONFIG_HOME") ||
    (home && join(home, ".config"));
  return given && isAbsolute(given) ? join(given, "opencode") : undefined;
}
