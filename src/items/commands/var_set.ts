import { defineCommand } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { changeVar } from "../set_var.ts";
import type { VarChange } from "./results.ts";

/** `mpm var set` */
export const varSet = defineCommand({
  name: "var set",
  summary: "Set a state variable of the session",
  description: `
State variables are small values that belong to the session that this worktree
is at, or to the worktree if it is at none: a port, a ticket, the name of a
test database. Saves and hand-offs carry them. What looks like a secret is
redacted before it is written.`,
  positionals: [
    { name: "name", summary: "Letters, digits and _", names: "var" },
    { name: "value", summary: "The value; words are joined", rest: true },
  ],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show what would be set and write nothing",
    },
  },
  examples: ["mpm var set port 8081", 'mpm var set ticket "PAY-17"'],
  result: async () => (await import("./results.ts")).VarChange,
  settles: true,
  run: (context, { name, value, "dry-run": dryRun }) =>
    changeVar(context, { name, value: value.join(" "), dryRun }),
  render: ({ dry_run: dry, name, value, before, warnings }: VarChange) => {
    const verb = dry ? "Would set" : before === value ? "Unchanged:" : "Set";
    return [
      `${verb} ${name} to "${escapeText(value ?? "")}"`,
      ...warnings.map((text) => `Note: ${escapeText(text)}`),
      "",
    ].join("\n");
  },
});
