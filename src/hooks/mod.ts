/**
 * The only door of `hooks/`: everything that mpm does at the events of an
 * agent's client. `events/` handles an event, `install/` writes the client's
 * settings and tests them, `scripts/` runs the user's own shell hooks.
 *
 * An event is read within limits, its project is found without git, and only
 * its handler is loaded. The handler returns the output; it waits at most a
 * second for a lock. An error ends as a line in a log and status 0: a hook
 * never harms the session that runs it.
 */

export { readHookFailures } from "./failures.ts";
export { clientsHere, isSameFile } from "./install/program.ts";
export {
  readAllSettings,
  statusOfClients,
  statusOfHooks,
} from "./install/status.ts";
export { runCommand } from "./run_command.ts";
