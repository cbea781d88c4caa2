import { isAbsolute, join } from "@std/path";
import { isAgentId } from "../../base/ids.ts";
import type { System } from "../../system/system.ts";

/** Returns opencode's folder: in `XDG_CONFIG_HOME`, on Windows too. */
export function opencodeHome(system: System): string | undefined {
  const home = system.home();
  const given = system.env("XDG_CONFIG_HOME") ||
    (home && join(home, ".config"));
  return given && isAbsolute(given) ? join(given, "opencode") : undefined;
}

/** Returns the session that mpm's plugin names to commands of the agent. */
export function currentSession(system: System): string | undefined {
  if (system.env("MPM_AGENT_CLIENT") !== "opencode") return undefined;
  const id = system.env("MPM_AGENT_SESSION");
  return id !== undefined && isAgentId(id) ? id : undefined;
}
