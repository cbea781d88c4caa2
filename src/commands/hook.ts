import { defineCommand } from "../cli/command.ts";
import { MpmError } from "../errors.ts";

/** Bytes of an event that are read. */
const LIMIT = 1024 * 1024;

/** `mpm hook` */
export const hook = defineCommand({
  name: "hook",
  summary: "Take an event of Claude Code from its settings",
  description: `
Not to be typed: "mpm hooks install" writes it into the settings. It reads the
event's JSON from standard input. Whatever goes wrong, the status is 0.`,
  positionals: [{ name: "event", summary: "The event, e.g. SessionStart" }],
  flags: {
    "installed-by": {
      type: "string",
      value: "program",
      summary: "The mark by which mpm knows its own entries",
    },
  },
  examples: ["mpm hook SessionStart"],
  result: async () => (await import("../session/results_hooks.ts")).HookResult,
  run({ system }, { event }) {
    try {
      system.terminal.readInput(LIMIT);
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
    }
    return Promise.resolve({ event });
  },
  render: () => "",
});
