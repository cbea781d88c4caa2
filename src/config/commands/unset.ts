import { defineCommand } from "../../cli/mod.ts";
import { change, changeText, FILE_FLAGS } from "../change.ts";

/** `mpm config unset` */
export const configUnset = defineCommand({
  name: "config unset",
  summary: "Remove one setting from a configuration file",
  description: `
Removes the setting from the file, so the next file or the default applies.
The rest of the file does not change.`,
  positionals: [{
    name: "key",
    summary: "The setting, e.g. context.stale_after",
    names: "setting",
  }],
  flags: FILE_FLAGS,
  examples: [
    "mpm config unset context.pause_at",
    "mpm config unset commit --scope local",
  ],
  result: async () => (await import("./results.ts")).ConfigSetResult,
  run: (context, input) =>
    change(context, input.key, { input, value: undefined }),
  render: changeText,
});
