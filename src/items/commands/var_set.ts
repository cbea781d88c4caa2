import { MpmError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import { defineCommand, flag } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { changeVar } from "../set_var.ts";
import type { VarChange } from "./results.ts";

export const varSet = defineCommand({
  name: "var set",
  summary: "Set a state variable of the session",
  description: `
State variables are small values, such as a port, a ticket or a database name.
They belong to the current session of this worktree, or to the worktree if there is no session. Saves and hand-offs include them. If a value looks like a secret, mpm redacts it.`,
  positionals: [
    { name: "name", summary: "The name: letters, digits and _", names: "var" },
    {
      name: "value",
      summary: "The value; several words are joined with spaces",
      rest: true,
    },
  ],
  flags: {
    "dry-run": flag("Show what would be set without writing anything"),
  },
  examples: ["mpm var set port 8081", 'mpm var set ticket "PAY-17"'],
  result: async () => (await import("./results.ts")).VarChange,
  settles: true,
  run(context, { name, value, "dry-run": dryRun }) {
    if (value.length === 0) {
      throw new MpmError("USAGE", "Missing argument <value>", {
        hint: `To print the value: mpm var get ${shellWord(name)}`,
      });
    }
    return changeVar(context, { name, value: value.join(" "), dryRun });
  },
  render: ({ dry_run: dry, name, value, before, warnings }: VarChange) => {
    const verb = dry ? "Would set" : before === value ? "Already set:" : "Set";
    const to = before === value ? "is" : "to";
    return [
      `${verb} ${name} ${dry ? "to" : to} "${escapeText(value ?? "")}"`,
      ...warnings.map((text) => `Note: ${escapeText(text)}`),
      "",
    ].join("\n");
  },
});
