/**
 * The only entry point of `hooks/`, which handles the events of an agent's
 * client. `events/` handles each event, `install/` writes the client's settings
 * and tests them, and `scripts/` runs the user's own shell hooks.
 *
 * An event is read within limits, its project is found without git, and only
 * its handler is loaded. The handler waits at most a second for a lock, and
 * returns the output. An error only adds a line to a log, with status 0: a hook
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
