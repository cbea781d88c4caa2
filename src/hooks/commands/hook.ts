import { defineCommand } from "../../cli/mod.ts";
import { takeEvent } from "../events/take.ts";

/** `mpm hook` */
export const hook = defineCommand({
  name: "hook",
  summary: "Take an event of Claude Code from its settings",
  description: `
Not to be typed: "mpm hooks install" writes it into the settings. It reads the
event's JSON from standard input and answers with JSON, or with nothing. Whatever
goes wrong, the status is 0, and a line in .claude-mpm/state/hook-errors.log, or
in ~/.local/state/mpm/, says what it was.`,
  positionals: [{
    name: "event",
    summary: "The event, e.g. SessionStart",
    names: "event",
  }],
  flags: {
    "installed-by": {
      type: "string",
      value: "program",
      summary: "The mark by which mpm knows its own entries",
    },
  },
  examples: ["mpm hook SessionStart"],
  result: async () => (await import("./results.ts")).HookResult,
  async run(context, { event }) {
    return {
      event,
      output: await takeEvent(
        context.system,
        event,
        () => Promise.resolve(context),
      ),
    };
  },
  verbatim: () => true,
  render: ({ output }) => output,
});
