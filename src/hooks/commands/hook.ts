import { defineCommand } from "../../cli/mod.ts";
import { CLIENT_NAMES } from "../../base/clients.ts";
import { clientNamed } from "../../clients/mod.ts";
import { takeEvent } from "../events/take.ts";

/** `mpm hook` */
export const hook = defineCommand({
  name: "hook",
  summary: "Handle an event from an agent's client",
  description: `
Clients run this command; "mpm hooks install" adds it to their settings. mpm
reads the event as JSON from standard input, and prints JSON or nothing. The exit status is always 0; mpm logs errors in
.claude-mpm/state/hook-errors.log or in ~/.local/state/mpm/.`,
  positionals: [{
    name: "event",
    summary: "The event, e.g. SessionStart",
    names: "event",
  }],
  flags: {
    client: {
      type: "string",
      value: "client",
      choices: CLIENT_NAMES,
      default: CLIENT_NAMES[0],
      summary: "The client that the event comes from",
    },
    "installed-by": {
      type: "string",
      value: "program",
      summary: "The program that installed this hook; mpm sets it",
    },
  },
  examples: ["mpm hook SessionStart"],
  result: async () => (await import("./results.ts")).HookResult,
  async run(context, { event, client }) {
    return {
      event,
      output: await takeEvent(
        context.system,
        { client: clientNamed(client)!, event },
        () => Promise.resolve(context),
      ),
    };
  },
  verbatim: () => true,
  render: ({ output }) => output,
});
