import { defineCommand } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { locate } from "../git/workspace.ts";
import { hooksAllowText } from "../session/shell_hooks_text.ts";
import { allowScript } from "../store/hook_scripts.ts";
import { withUserLock } from "../store/user_state.ts";
import { copyOf, hooksNamed } from "./shell_hook_steps.ts";

/** `mpm hooks allow` */
export const hooksAllow = defineCommand({
  name: "hooks allow",
  summary:
    "Let this project's shell hooks run on this machine, as they are now",
  description: `
A script that came with a clone, or changed since, is somebody else's program:
mpm does not run it before you said so. Read it first. What is allowed is its
text; after the next change it is to be allowed again.`,
  positionals: [{
    name: "names",
    summary: "Which, e.g. pre-session; all that are there without one",
    names: "shell-hook",
    rest: true,
  }],
  flags: {},
  examples: ["mpm hooks allow pre-session", "mpm hooks allow"],
  result: async () =>
    (await import("../session/results_hooks.ts")).HooksAllowResult,
  async run({ system, folder }, input) {
    const { root } = await locate(system, folder);
    const chosen = hooksNamed(input.names).map((hook) => ({
      name: hook.name,
      path: copyOf(system, root, hook).path,
    }));
    const allowed = await withUserLock(
      system,
      () => chosen.filter(({ path }) => allowScript(system, root, path)),
    );
    const lacking = chosen.find((hook) => !allowed.includes(hook));
    if (lacking && (input.names.length > 0 || allowed.length === 0)) {
      throw new MpmError("NOT_FOUND", `No plain file "${lacking.path}"`, {
        hint: `To have one: mpm hooks eject ${input.names.join(" ")}`.trimEnd(),
      });
    }
    return { allowed };
  },
  render: hooksAllowText,
});
