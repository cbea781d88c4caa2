import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { hooksStatusText } from "../install/text.ts";
import { statusOfHooks } from "../install/status.ts";

/** `mpm hooks status` */
export const hooksStatus = defineCommand({
  name: "hooks status",
  summary:
    "Show where mpm's hooks are installed, and what keeps them from working",
  description: `
Looks at the settings of all scopes: is the binary there and this one, are the
entries of this version and as mpm wrote them, is one missing or there twice, are
hooks switched off, does Claude Code ignore the file. Of each it says what mends
it. The exit status is 3 if there are no hooks of mpm's, 4 if something is wrong.
It starts nothing that settings name.`,
  positionals: [],
  flags: {},
  examples: ["mpm hooks status", "mpm hooks status --json"],
  result: async () => (await import("./results.ts")).HooksStatusResult,
  async run({ system, folder }) {
    return statusOfHooks(system, await locate(system, folder));
  },
  render: hooksStatusText,
  status: ({ installed, plugins, findings }) =>
    findings.length > 0 ? 4 : installed.length + plugins.length === 0 ? 3 : 0,
});
