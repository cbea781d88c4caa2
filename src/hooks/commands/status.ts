import { SHELL_HOOKS } from "../../clients/mod.ts";
import { defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { locate } from "../../git/mod.ts";
import { hooksStatusText } from "../install/text.ts";
import { statusOfClients } from "../install/status.ts";
import { copyOf, hookNamed, hooksNamed } from "../scripts/run.ts";
import { scriptFolder } from "../scripts/store.ts";
import { hooksListText } from "../scripts/text.ts";
import type { HooksStatusAnswer } from "./results.ts";

/** `mpm hooks status` */
export const hooksStatus = defineCommand({
  name: "hooks status",
  summary: "Show where mpm's hooks are installed and report problems",
  description: `
Checks the settings of all scopes and of other clients. The hooks must run this mpm, and must be complete, unchanged and from the same version. mpm also reports duplicate hooks, disabled hooks, and files that Claude Code ignores. It prints a fix for each problem. The exit status is 3 if there are
no mpm hooks, and 4 if there is a problem. mpm does not run programs from the
settings.

Shell hooks are your own scripts. mpm runs each of them on a certain event, such as the start of a session. --scripts
lists mpm's example scripts and the project's copies. With a name, mpm prints
the example script, which has its settings at the top. "mpm hooks eject" copies the script into the project. After you edit the copy, "mpm allow <file>" allows it to run again.`,
  positionals: [{
    name: "name",
    summary: "The example script to print, e.g. pre-session",
    names: "shell-hook",
    optional: true,
  }],
  flags: {
    scripts: {
      type: "boolean",
      summary: "List the example scripts and this project's copies",
    },
  },
  examples: [
    "mpm hooks status",
    "mpm hooks status --scripts",
    "mpm hooks status pre-session",
  ],
  result: async () => (await import("./results.ts")).HooksStatusAnswer,
  async run({ system, folder }, input): Promise<HooksStatusAnswer> {
    if (input.name !== undefined) {
      if (input.scripts) {
        throw new MpmError("USAGE", "Cannot combine a name with --scripts", {
          hint: "Use only one of them",
        });
      }
      const { name, text } = hookNamed(input.name);
      return { name, text };
    }
    const workspace = await locate(system, folder);
    if (!input.scripts) return await statusOfClients(system, workspace);
    const { root } = workspace;
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
  verbatim: (answer) => "text" in answer,
  render: (answer, style) =>
    "text" in answer
      ? answer.text
      : "hooks" in answer
      ? hooksListText(answer)
      : hooksStatusText(answer, style),
  status: (answer) =>
    !("findings" in answer)
      ? 0
      : answer.findings.length > 0
      ? 4
      : answer.installed.length + answer.plugins.length +
            answer.clients.length === 0
      ? 3
      : 0,
});
