import { defineCommand } from "../../cli/mod.ts";
import { hooksTestText } from "../install/text.ts";
import { testHooks } from "../install/probe.ts";

/** `mpm hooks test` */
export const hooksTest = defineCommand({
  name: "hooks test",
  summary: "Fire each installed hook once and check what comes of it",
  description: `
Starts what the settings start, with an event as Claude Code sends it, in a
scratch project with a home folder of its own, and looks for what that event has
to lead to. Your project, your settings and your state stay as they are. The exit
status is 4 if a hook does not do what it should, 3 if none is installed.`,
  positionals: [],
  flags: {},
  examples: ["mpm hooks test", "mpm hooks test --json"],
  result: async () => (await import("./results.ts")).HooksTestResult,
  run: (context) => testHooks(context),
  render: hooksTestText,
  status: ({ tests }) => tests.some(({ fault }) => fault !== null) ? 4 : 0,
});
