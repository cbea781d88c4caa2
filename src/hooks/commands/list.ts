import { SHELL_HOOKS } from "../../clients/mod.ts";
import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { hooksListText } from "../scripts/text.ts";
import { scriptFolder } from "../scripts/store.ts";
import { copyOf, hooksNamed } from "../scripts/run.ts";

/** `mpm hooks list` */
export const hooksList = defineCommand({
  name: "hooks list",
  summary: "List the shell hooks, and which of them this project has",
  description: `
Shell hooks are scripts of yours that mpm runs at events of a session. mpm ships
some to begin with, in which every step is a switch that is off; "mpm hooks eject"
copies them into the project.`,
  positionals: [],
  flags: {},
  examples: ["mpm hooks list"],
  result: async () => (await import("./results.ts")).HooksListResult,
  async run({ system, folder }) {
    const { root } = await locate(system, folder);
    return {
      folder: scriptFolder(root),
      hooks: hooksNamed(Object.keys(SHELL_HOOKS)).map((hook) => ({
        name: hook.name,
        events: [...hook.events],
        summary: hook.summary,
        ...copyOf(system, root, hook),
      })),
    };
  },
  render: hooksListText,
});
