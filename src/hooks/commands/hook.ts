import { defineCommand } from "../../cli/mod.ts";
import { takeEvent } from "../events/take.ts";

/** `mpm hook` */
export const hook = defineCommand({
  name: "hook",
  summary: "Handle an event of Claude Code",
  description: `
Claude Code runs this command: "mpm hooks install" adds it to the settings. It
reads the event's JSON from standard input and answers with JSON, or with
nothing. After an error, the exit status is still 0. The
error is noted in .claude-mpm/state/hook-errors.log or in ~/.local/state/mpm/.`,
  positionals: [{
    name: "event",
    summary: "The event, e.g. SessionStart",
    names: "event",
  }],
  flags: {
    "installed-by": {
      type: "string",
      value: "program",
      summary: "The mark of entries that mpm installed",
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
