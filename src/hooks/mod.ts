/**
 * The only door of `hooks/`: what mpm does at the events of an agent's client.
 * `events/` takes an event, `install/` writes the client's settings and tries
 * what they start, `scripts/` runs the user's own shell hooks.
 *
 * An event is read within bounds, its project is found without git, and the one
 * handler of the event is loaded. It returns what must be said; a lock is
 * waited for a second. An error ends as a line in a log and status 0: a hook
 * never hurts the session that runs it.
 */

export { readHookFailures } from "./failures.ts";
export { clientsHere, isSameFile } from "./install/program.ts";
export {
  readAllSettings,
  statusOfClients,
  statusOfHooks,
} from "./install/status.ts";
export { runCommand } from "./run_command.ts";
