import { defineCommand, table } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import { hereOf } from "../open_items.ts";
import { readVars } from "../vars.ts";

export const varList = defineCommand({
  name: "var list",
  summary: "List the state variables of the session",
  description: `
A new session copies the variables of its worktree. A detour starts without variables.`,
  positionals: [],
  flags: {},
  examples: ["mpm var list", "mpm var list --json"],
  result: async () => (await import("./results.ts")).VarList,
  async run({ system, folder }) {
    const workspace = await locate(system, folder);
    const here = hereOf(system, workspace);
    const vars = Object.entries(readVars(system, workspace.root, here))
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([name, value]) => ({ name, value }));
    return { vars };
  },
  render: ({ vars }, style) =>
    vars.length === 0 ? "No variables are set.\n" : table(
      vars.map(({ name, value }) => [style.cyan(name), escapeText(value)]),
      style.columns,
    ),
  next: ({ vars }) =>
    vars.length > 0
      ? undefined
      : '"mpm var set <name> <value>" sets a variable',
});
