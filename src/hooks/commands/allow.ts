import { defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { locate } from "../../git/mod.ts";
import { hooksAllowText } from "../scripts/text.ts";
import { allowanceOf } from "../scripts/store.ts";
import { changeAllowed, journaled, withUserLock } from "../../ops/mod.ts";
import { copyOf, hooksNamed } from "../scripts/run.ts";

/** `mpm hooks allow` */
export const hooksAllow = defineCommand({
  name: "hooks allow",
  hidden: true,
  summary:
    "Let this project's shell hooks run on this machine, as they are now",
  description: `
A script that came with a clone, or changed since, is someone else's program:
mpm does not run it until you allow it. Read it first. Only this text is
allowed; after the next change it must be allowed again.`,
  positionals: [{
    name: "names",
    summary: "The scripts, e.g. pre-session; all of them by default",
    names: "shell-hook",
    rest: true,
  }],
  flags: {},
  examples: ["mpm hooks allow pre-session", "mpm hooks allow"],
  result: async () => (await import("./results.ts")).HooksAllowResult,
  async run(context, input) {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const { root } = workspace;
    const chosen = hooksNamed(input.names).map((hook) => ({
      name: hook.name,
      path: copyOf(system, root, hook).path,
    }));
    const { allowed } = await journaled(
      context,
      (context) =>
        withUserLock(context.system, () => {
          const found = chosen.flatMap((hook) => {
            const file = allowanceOf(context.system, root, hook.path);
            return file ? [{ hook, file }] : [];
          });
          const files = Object.fromEntries(
            found.map(({ hook, file }) => [hook.path, file]),
          );
          changeAllowed(context, root, { files });
          return { allowed: found.map(({ hook }) => hook) };
        }),
      {
        operation: "hooks allow",
        workspace,
        keepsOwn: true,
        title: ({ allowed }) =>
          `allow ${allowed.map(({ name }) => name).join(", ")} to run`,
      },
    );
    const lacking = chosen.find((hook) => !allowed.includes(hook));
    if (lacking && (input.names.length > 0 || allowed.length === 0)) {
      throw new MpmError(
        "NOT_FOUND",
        `"${lacking.path}" is missing or not a regular file`,
        {
          hint: `To create it: mpm hooks eject ${input.names.join(" ")}`
            .trimEnd(),
        },
      );
    }
    return { allowed };
  },
  render: hooksAllowText,
});
