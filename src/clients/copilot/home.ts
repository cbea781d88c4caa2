import { isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import type { System } from "../../system/system.ts";

/** Returns `COPILOT_HOME`, or else `.copilot` in the home folder. */
export function copilotHome(system: System): string | undefined {
  const configured = system.env("COPILOT_HOME");
  if (configured) {
    return isAbsolute(configured) ? configured : join(system.cwd(), configured);
  }
  const home = system.home();
  return home ? join(home, ".copilot") : undefined;
}

/** Returns the file with a session's events. */
export function eventsPath(home: string, id: string): string {
  return join(home, "session-state", id, "events.jsonl");
}
