import { defineCommand, flag } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { changeVar } from "../set_var.ts";

export const varUnset = defineCommand({
  name: "var unset",
  summary: "Remove a state variable of the session",
  description: `
Earlier saves keep the value. "mpm undo" sets the variable again.`,
  positionals: [{ name: "name", summary: "The variable", names: "var" }],
  flags: {
    "dry-run": flag("Show what would be removed without writing anything"),
  },
  examples: ["mpm var unset port"],
  result: async () => (await import("./results.ts")).VarChange,
  settles: true,
  run: (context, { name, "dry-run": dryRun }) =>
    changeVar(context, { name, value: undefined, dryRun }),
  render: ({ dry_run: dry, name, before }) =>
    `${dry ? "Would remove" : "Removed"} ${name} (was "${
      escapeText(before ?? "")
    }")\n`,
});
